using System.Text.Json.Nodes;
using RobMask.Tensors;
using RobMask.Tests.Verification.Verdicts;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Cli;

public sealed class VerifyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OperationRequest _request = Judging.Convolution();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Right_outputs_end_with_code_0()
    {
        string text = CommandLine.Succeed(Line(Judging.Right(_request, "output")));
        Assert.Contains("bitwise", text, StringComparison.Ordinal);
        Assert.Contains("error / bound of every element", text, StringComparison.Ordinal);
        Assert.Contains("1 outputs of 1 operations: 1 bitwise", text, StringComparison.Ordinal);
        Assert.Equal(0, CommandLine.Run(Line(Planted.Rounded(_request, "tf32")) + " --precision tf32").Code);
    }

    [Fact]
    public void A_precision_that_is_not_kept_ends_with_code_1_and_is_explained()
    {
        (int code, string text, _) = CommandLine.Run(Line(Planted.Rounded(_request, "tf32")));
        Assert.Equal(1, code);
        Assert.Contains("explained by tf32", text, StringComparison.Ordinal);
        Assert.Contains("cause: operands of products rounded to 11 bits", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_element_ends_with_code_1_a_cause_json_and_a_page()
    {
        DenseTensor<float> got = Judging.Right(_request, "output");
        got.Span[3] = 1000;
        (int code, string text, _) = CommandLine.Run(Line(got), "--html", _folder["page.html"]);
        Assert.Equal(1, code);
        Assert.Contains("first at [0, 0, 0, 3]: got 1000, expected ", text, StringComparison.Ordinal);
        Assert.Contains("cause: one element, [0, 0, 0, 3]", text, StringComparison.Ordinal);
        Assert.Contains("one element, [0, 0, 0, 3]", File.ReadAllText(_folder["page.html"]), StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(CommandLine.Run(Line(got), "--json").Output)!;
        Assert.Equal("wrong", (string?)json["verdict"]);
    }

    [Fact]
    public void One_tensor_serves_an_operation_of_one_output_whatever_its_name()
    {
        Line(Judging.Right(_request, "output"));
        TensorFile.Write(_folder["y.npy"], [new("y", Judging.Right(_request, "output"))]);
        CommandLine.Succeed($"verify op conv2d --in {_folder["in.npz"]} --got {_folder["y.npy"]} --attr padding=1");
    }

    [Fact]
    public void A_wrong_shape_is_a_wrong_result()
    {
        (int code, string text, _) = CommandLine.Run(Line(new DenseTensor<float>(1, 2)));
        Assert.Equal(1, code);
        Assert.Contains("its shape is [1, 2]; expected [3, 5, 9, 9]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify op conv2d --in in.npz --got nothing.npz --attr padding=1", 3, "nothing.npz")]
    [InlineData("verify op conv2d --in in.npz --got broken.npz --attr padding=1", 3, "broken.npz")]
    [InlineData("verify op conv2d --in got.npz --got got.npz --attr padding=1", 3, "got.npz: conv2d: there is no input «output»")]
    [InlineData("verify op conv2d --in in.npz --got in.npz --attr padding=1", 3, "in.npz: has no output of conv2d; expected output, found input, weight, bias")]
    [InlineData("verify op conv2d --in in.npz --got got.npz --attr pading=1", 2, "pading")]
    [InlineData("verify op conv3d --in in.npz --got got.npz", 2, "there is no operation «conv3d»")]
    [InlineData("verify op conv2d --in in.npz --got got.npz --precision fp8", 2, "there is no precision «fp8»; expected fp32, tf32, fp16, bf16")]
    [InlineData("verify op conv2d --in in.npz --got got.txt", 2, "the extension must be")]
    [InlineData("verify op conv2d --in in.npz", 2, "--got")]
    [InlineData("verify golden nothing.npz", 3, "nothing.npz: there is no such file or folder")]
    [InlineData("verify golden got.npz --case conv2d/nothing", 2, "there is no golden case «conv2d/nothing»")]
    [InlineData("verify golden got.npz --case conv2d_backward/one-product", 3, "has no output of case")]
    [InlineData("verify", 2, "robmask verify needs a verb: op")]
    [InlineData("compare in.npz", 2, "compare")]
    [InlineData("compare in.npz broken.npz", 3, "broken.npz")]
    public void Bad_files_and_lines_have_one_message_and_leave_nothing_behind(string line, int expected, string message)
    {
        Line(Judging.Right(_request, "output"));
        TensorFile.Write(_folder["got.npz"], [new("output", new DenseTensor<float>(2)), new("other", new DenseTensor<float>(2))]);
        _folder.Write("broken.npz", "PK no zip");
        string[] before = Directory.GetFiles(_folder.Path);
        string[] words = [.. line.Split(' ').Select(word => word.Contains(".np", StringComparison.Ordinal) || word.EndsWith(".txt", StringComparison.Ordinal) ? _folder[word] : word)];
        (int code, _, string error) = CommandLine.Run(string.Join(' ', words));
        Assert.Equal(expected, code);
        Assert.StartsWith("robmask: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error.Replace(_folder.Path + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_page_that_cannot_be_written_is_said_before_any_work()
    {
        (int code, _, string error) = CommandLine.Run(Line(Judging.Right(_request, "output")), "--html", _folder.Path);
        Assert.Equal(3, code);
        Assert.Contains("where a folder stands", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Golden_cases_of_somebody_else_are_judged_by_name_and_by_folder()
    {
        string corpus = Path.Combine(AppContext.BaseDirectory, "golden");
        Assert.Contains("bitwise", CommandLine.Succeed($"verify golden {Path.Combine(corpus, "cases", "conv2d.3x3.safetensors")}"), StringComparison.Ordinal);
        DenseTensor<float> output = (DenseTensor<float>)TensorFile.ReadAll(Path.Combine(corpus, "cases", "conv2d.3x3.safetensors")).First(tensor => tensor.Name == "f32.output").Tensor;
        TensorFile.Write(_folder["mine", "conv2d.3x3.npz"], [new("output", output)]);
        output.Span[0] += 5;
        TensorFile.Write(_folder["mine", "other.npz"], [new("output", output)]);
        Assert.Equal(1, CommandLine.Run($"verify golden {_folder["mine", "other.npz"]} --case conv2d/3x3").Code);
        File.Delete(_folder["mine", "other.npz"]);
        Assert.Contains("1 outputs of 1 operations: 1 bitwise", CommandLine.Succeed($"verify golden {_folder["mine"]}"), StringComparison.Ordinal);
    }

    private string Line(DenseTensor<float> output)
    {
        TensorFile.Write(_folder["in.npz"], [.. _request.Inputs.Select(input => new NamedTensor(input.Key, input.Value))]);
        TensorFile.Write(_folder["out.npz"], [new("output", output)]);
        return $"verify op conv2d --in {_folder["in.npz"]} --got {_folder["out.npz"]} --attr padding=1";
    }
}
