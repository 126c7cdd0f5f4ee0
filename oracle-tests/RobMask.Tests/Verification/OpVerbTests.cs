using System.Text.Json;
using RobMask.Tensors;
using RobMask.Tests.Cli;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>«robmask op» from file to file in every format.</summary>
public sealed class OpVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("in.npz", "out.npz")]
    [InlineData("in.safetensors", "out.npz")]
    [InlineData("in.npz", "out.safetensors")]
    [InlineData("input.npy", "out.npy")]
    public void Outputs_are_those_of_the_catalogue_in_every_format(string from, string to)
    {
        DenseTensor<float> input = DenseTensor<float>.From([1, -2, float.NaN, -0f, 0.1f, 3], 1, 1, 2, 3);
        TensorFile.Write(_folder[from], [new("input", input)]);
        string said = CommandLine.Succeed($"op max_pool2d --in {_folder[from]} --out {_folder[to]} --attr kernel_size=1,2 --attr stride=1 --dtype f64");
        Assert.Equal("output  F64  [1, 1, 2, 2]", said.Trim());
        OperationRequest request = new("max_pool2d", new Dictionary<string, ITensor> { ["input"] = input }, OperationContractTests.Settings("kernel_size=1,2 stride=1")) { Precision = OperationPrecision.F64 };
        TensorSamples.AssertSame(OperationCatalog.Run(request)[0].Tensor, Assert.Single(TensorFile.ReadAll(_folder[to])).Tensor);
    }

    [Fact]
    public void Bounds_stand_beside_the_outputs_with_their_theorem()
    {
        DenseTensor<float> input = DenseTensor<float>.From([1.1f, 2.3f, 0.7f, 1.9f], 2, 2);
        TensorFile.Write(_folder["in.npz"], [new("input", input), new("weight", DenseTensor<float>.From([0.3f, 1.7f], 1, 2))]);
        string said = CommandLine.Succeed($"op linear --in {_folder["in.npz"]} --out {_folder["out.npz"]} --bounds --precision bf16");
        Assert.Contains("output.bound  F64  [2, 1]", said, StringComparison.Ordinal);
        Assert.Contains("output: bound in bf16 by P1–P4", said, StringComparison.Ordinal);
        Dictionary<string, ITensor> written = TensorFile.ReadAll(_folder["out.npz"]).ToDictionary(t => t.Name, t => t.Tensor);
        Assert.Equal(["output", "output.bound", "output.value"], written.Keys.Order());
        double value = ((DenseTensor<double>)written["output.value"]).Span[0];
        double bound = ((DenseTensor<double>)written["output.bound"]).Span[0];
        Assert.Equal((1.1f * (double)0.3f) + (2.3f * (double)1.7f), value, 12);
        Assert.InRange(bound, value / 256, value / 64);
        Assert.Contains("--bounds too", CommandLine.Run($"op linear --in {_folder["in.npz"]} --out {_folder["other.npz"]} --precision bf16").Error, StringComparison.Ordinal);
        Assert.Contains("none of fp32, tf32, fp16, bf16", CommandLine.Run($"op linear --in {_folder["in.npz"]} --out {_folder["other.npz"]} --bounds --precision fp8").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_names_every_operation_for_people_and_for_programs()
    {
        string list = CommandLine.Succeed("op --list");
        Assert.All(OperationCatalog.All, o => Assert.Contains($"{o.Name}: ", list, StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(CommandLine.Succeed("op --list --json"));
        Assert.Equal(1, json.RootElement.GetProperty("version").GetInt32());
        Assert.Equal(OperationCatalog.All.Select(o => o.Name), json.RootElement.GetProperty("operations").EnumerateArray().Select(o => o.GetProperty("name").GetString()));
        JsonElement first = json.RootElement.GetProperty("operations")[0];
        Assert.Equal("""{"name":"bias","type":"F32 or F64","shape":"[K]","optional":true}""", JsonSerializer.Serialize(first.GetProperty("inputs")[2]));
        Assert.Equal("1", first.GetProperty("attributes")[0].GetProperty("default").GetString());
    }

    [Theory]
    [InlineData("op", 2, "`robmask op --list`")]
    [InlineData("op relu --in x.npy", 2, "--out FILE is missing")]
    [InlineData("op relu --out y.npy", 2, "expected one with input")]
    [InlineData("op relu --in x.npy --out y.txt", 2, ".safetensors, .npz or .npy")]
    [InlineData("op philox --out y.npy --attr seed", 2, "«seed»; expected name=value")]
    [InlineData("op philox --out y.npy --attr seed=1 --attr seed=2", 2, "each name once")]
    [InlineData("op relu --in x.npy --out y.npy --dtype f16", 2, "neither f32 nor f64")]
    [InlineData("op relu --in nowhere.npz --out y.npz", 3, "nowhere.npz")]
    public void What_is_wrong_is_told_and_nothing_is_written(string line, int code, string message)
    {
        (int actual, _, string error) = CommandLine.Run(line);
        Assert.Equal(code, actual);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(File.Exists("y.npy") || File.Exists("y.npz") || File.Exists("y.txt"));
    }

    [Fact]
    public void Outputs_are_told_as_json_where_it_is_asked_for()
    {
        JsonElement said = JsonDocument.Parse(CommandLine.Succeed($"op philox --out {_folder["words.npy"]} --attr seed=18446744073709551615 --attr stream=1 --attr count=8 --attr distribution=words --json")).RootElement;
        Assert.Equal("philox", said.GetProperty("operation").GetString());
        Assert.Equal("""{"name":"output","type":"I64","shape":[8]}""", JsonSerializer.Serialize(said.GetProperty("outputs")[0]));
        Assert.Equal(_folder["words.npy"], said.GetProperty("file").GetString());
    }

    [Theory]
    [InlineData("cross_entropy", "target holds 3 at 1; expected a class from 0 to 2")]
    [InlineData("relu", "there is no input «target»")]
    public void What_the_file_holds_is_an_error_of_files(string operation, string message)
    {
        TensorFile.Write(_folder["in.npz"], [new("input", new DenseTensor<float>(2, 3)), new("target", DenseTensor<int>.From([0, 3], 2))]);
        (int code, _, string error) = CommandLine.Run($"op {operation} --in {_folder["in.npz"]} --out {_folder["out.npz"]}");
        Assert.Equal(3, code);
        Assert.Contains("in.npz: " + operation, error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        (code, _, _) = CommandLine.Run($"op {operation} --in {_folder["in.npz"]} --out {_folder["out.npz"]} --attr nonsense=1");
        Assert.Equal(2, code);
    }

    [Fact]
    public void A_damaged_file_is_an_error_of_files_and_leaves_no_output()
    {
        _folder.Write("bad.npz", "PK not a zip at all, but long enough to hold an end record");
        (int code, _, string error) = CommandLine.Run($"op relu --in {_folder["bad.npz"]} --out {_folder["out.npz"]}");
        Assert.Equal(3, code);
        Assert.Contains("bad.npz: byte ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.npz"]));
    }
}
