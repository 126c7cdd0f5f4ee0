using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Compare;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Cli;

public sealed class CompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_bits_end_with_code_0_in_any_format()
    {
        NamedTensor[] tensors = [new("a", DenseTensor<float>.From([1, float.NaN, -0f], 3)), new("b", DenseTensor<long>.From([1, 2], 2))];
        TensorFile.Write(_folder["x.npz"], tensors);
        TensorFile.Write(_folder["y.safetensors"], tensors);
        Assert.Contains("2 tensors: all bits are the same", CommandLine.Succeed($"compare {_folder["x.npz"]} {_folder["y.safetensors"]}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Differences_are_counted_in_ulp_and_the_first_is_shown()
    {
        TensorFile.Write(_folder["x.npz"], [new("a", DenseTensor<float>.From([1, 2, 3, 0, 5], 5)), new("only", new DenseTensor<float>(1))]);
        TensorFile.Write(_folder["y.npz"], [new("a", DenseTensor<float>.From([1, MathF.BitIncrement(2), 3.000002f, -0f, float.NaN], 5)), new("there", new DenseTensor<float>(1))]);
        (int code, string text, _) = CommandLine.Run($"compare {_folder["x.npz"]} {_folder["y.npz"]}");
        Assert.Equal(1, code);
        Assert.Contains("a: first at [1]: 2, 2.0000002", text, StringComparison.Ordinal);
        Assert.Contains("only in the first file: only", text, StringComparison.Ordinal);
        Assert.Contains("only in the second file: there", text, StringComparison.Ordinal);
        JsonNode one = JsonNode.Parse(CommandLine.Run($"compare {_folder["x.npz"]} {_folder["y.npz"]} --json").Output)!["tensors"]![0]!;
        Assert.Equal(1, (int?)one["sameCount"]);
        Assert.Equal(1, (int?)one["incomparableCount"]);
        Assert.Equal(8, (int?)one["greatestUlp"]);
        Assert.Equal([(0, 2), (1, 1), (5, 1)], one["ulps"]!.AsArray().Select(bin => ((int)bin!["least"]!, (int)bin["count"]!)));
    }

    [Fact]
    public void Other_types_and_shapes_differ()
    {
        TensorFile.Write(_folder["x.npy"], [new("x", DenseTensor<float>.From([1, 2], 2))]);
        TensorFile.Write(_folder["y.npy"], [new("y", DenseTensor<double>.From([1, 2], 2))]);
        TensorFile.Write(_folder["z.npy"], [new("z", DenseTensor<float>.From([1, 2], 1, 2))]);
        Assert.Contains("F32, F64", CommandLine.Run($"compare {_folder["x.npy"]} {_folder["y.npy"]}").Output, StringComparison.Ordinal);
        Assert.Equal(1, CommandLine.Run($"compare {_folder["x.npy"]} {_folder["y.npy"]}").Code);
        Assert.Contains("[2], [1, 2]", CommandLine.Run($"compare {_folder["x.npy"]} {_folder["z.npy"]}").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(float.PositiveInfinity)]
    public void Nan_against_a_number_has_no_distance_of_0(float other)
    {
        TensorFile.Write(_folder["x.npy"], [new("x", DenseTensor<float>.From([float.NaN, 2], 2))]);
        TensorFile.Write(_folder["y.npy"], [new("y", DenseTensor<float>.From([other, 2], 2))]);
        (int code, string text, _) = CommandLine.Run($"compare {_folder["x.npy"]} {_folder["y.npy"]}");
        Assert.Equal(1, code);
        Assert.Matches("x, y .* 1 of 2 +none: NaN or ∞ +none: NaN or ∞ +none: NaN or ∞", text);
        Assert.Contains("1 of 1 tensors differ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_shapes_are_shown_as_such_and_counted_as_differing()
    {
        TensorFile.Write(_folder["x.npy"], [new("x", DenseTensor<float>.From([1, 2], 2))]);
        TensorFile.Write(_folder["y.npy"], [new("x", DenseTensor<float>.From([1, 2], 1, 2))]);
        (int code, string text, _) = CommandLine.Run($"compare {_folder["x.npy"]} {_folder["y.npy"]}");
        Assert.Equal(1, code);
        Assert.Matches(@"other shape +– +– +–", text);
        Assert.Contains("shape [2] in the first file, [1, 2] in the second: not compared", text, StringComparison.Ordinal);
        Assert.Contains("1 of 1 tensors differ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SafetensorsType.F32, 1, 1.0000001192092896, 1)]
    [InlineData(SafetensorsType.F32, -1.401298464324817e-45, 1.401298464324817e-45, 2)]
    [InlineData(SafetensorsType.F32, 0, -0.0, 0)]
    [InlineData(SafetensorsType.F64, 1, 1.0000000000000002, 1)]
    [InlineData(SafetensorsType.BF16, 1, 1.0078125, 1)]
    [InlineData(SafetensorsType.F16, 1, 1.0009765625, 1)]
    [InlineData(SafetensorsType.F32, -3.4028234663852886e38, 3.4028234663852886e38, 4278190078)]
    [InlineData(SafetensorsType.I64, -3, 4, 7)]
    public void Ulps_count_the_numbers_between(SafetensorsType type, double x, double y, ulong expected)
    {
        Assert.Equal(expected, UlpDistance.Of(type, x, y));
        Assert.Equal(expected, UlpDistance.Of(type, y, x));
    }

    [Fact]
    public void Bins_are_powers_of_two()
    {
        UlpHistogram histogram = new();
        foreach (ulong distance in new ulong[] { 0, 1, 2, 3, 4, 5, 8, 9, ulong.MaxValue })
        {
            histogram.Add(distance);
        }

        Assert.Equal([(0UL, 0UL, 1L), (1, 1, 1), (2, 2, 1), (3, 4, 2), (5, 8, 2), (9, 16, 1), ((1UL << 63) + 1, ulong.MaxValue, 1)], histogram.Bins());
    }
}
