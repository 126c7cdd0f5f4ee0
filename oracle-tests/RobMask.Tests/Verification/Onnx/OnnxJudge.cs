using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>Runs operations of the catalogue in both precisions and compares the published output with the value, within a bound that both ours and theirs must keep.</summary>
internal sealed class OnnxJudge(string caseName)
{
    /// <summary>u of float.</summary>
    public const double U = 1.0 / (1 << 24);

    /// <summary>The largest |error| / bound that was met, of theirs and of ours.</summary>
    public double WorstRatio { get; private set; }

    /// <summary>Whether everything was compared bit for bit.</summary>
    public bool BitsOnly { get; private set; } = true;

    /// <summary>Outputs by name, in float and in double.</summary>
    public static (Dictionary<string, float[]> Bits, Dictionary<string, double[]> Values) Run(string operation, string attributes, params (string Name, ITensor Tensor)[] inputs)
    {
        Dictionary<string, ITensor> tensors = inputs.ToDictionary(i => i.Name, i => i.Tensor);
        Dictionary<string, string> settings = OperationContractTests.Settings(attributes);
        IReadOnlyList<NamedTensor> bits = OperationCatalog.Run(new(operation, tensors, settings));
        IReadOnlyList<NamedTensor> values = OperationCatalog.Run(new(operation, tensors, settings) { Precision = OperationPrecision.F64 });
        return (bits.ToDictionary(o => o.Name, o => ((DenseTensor<float>)o.Tensor).Span.ToArray()), values.ToDictionary(o => o.Name, o => ((DenseTensor<double>)o.Tensor).Span.ToArray()));
    }

    /// <summary>A sum of products: |error| ≤ n·u·Σ|a·b| in any order, fused or not (Jeannerod and Rump 2013); bit equality where the data make every order exact.</summary>
    /// <param name="published">The output of the file.</param>
    /// <param name="terms">n, a bias counted.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <param name="output">Its output.</param>
    /// <param name="inputs">Its inputs.</param>
    public void Gauge(ReadOnlySpan<float> published, int terms, string operation, string attributes, string output, params (string Name, DenseTensor<float> Tensor)[] inputs)
    {
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = Run(operation, attributes, [.. inputs.Select(i => (i.Name, (ITensor)i.Tensor))]);
        double[] magnitudes = Run(operation, attributes, [.. inputs.Select(i => (i.Name, (ITensor)Absolute(i.Tensor)))]).Values[output];
        if (inputs.All(i => IsInteger(i.Tensor)) && magnitudes.Max() < 1 << 24)
        {
            Same(published, bits[output]);
            return;
        }

        Within(published, bits[output], values[output], [.. magnitudes.Select(g => terms * U * g)]);
    }

    /// <summary>Published and ours both lie within a bound of the value; the published one may have lost decimals besides.</summary>
    public void Within(ReadOnlySpan<float> published, float[] ours, double[] value, double[] bound, double decimalsError = 0)
    {
        BitsOnly = false;
        Assert.Equal(value.Length, published.Length);
        Assert.Equal(value.Length, ours.Length);
        for (int i = 0; i < value.Length; i++)
        {
            double theirError = Math.Abs(published[i] - value[i]);
            double ourError = Math.Abs(ours[i] - value[i]);
            Assert.True(theirError <= bound[i] + decimalsError, $"{caseName}[{i}]: published {published[i]:R}, value {value[i]:R}, bound {bound[i]:E2}");
            Assert.True(ourError <= bound[i], $"{caseName}[{i}]: ours {ours[i]:R}, value {value[i]:R}, bound {bound[i]:E2}");
            WorstRatio = Math.Max(WorstRatio, bound[i] == 0 ? 0 : Math.Max(theirError - decimalsError, ourError) / bound[i]);
        }
    }

    /// <summary>The same bits.</summary>
    public void Same(ReadOnlySpan<float> published, ReadOnlySpan<float> ours)
    {
        Assert.Equal(published.Length, ours.Length);
        for (int i = 0; i < published.Length; i++)
        {
            Assert.True(BitConverter.SingleToUInt32Bits(published[i]) == BitConverter.SingleToUInt32Bits(ours[i]), $"{caseName}[{i}]: published {published[i]:R}, ours {ours[i]:R}");
        }
    }

    public static DenseTensor<float> Absolute(DenseTensor<float> tensor) => Map(tensor, Math.Abs);

    public static DenseTensor<float> Map(DenseTensor<float> tensor, Func<float, float> map)
    {
        DenseTensor<float> result = new(tensor.Shape);
        for (int i = 0; i < result.Length; i++)
        {
            result.Span[i] = map(tensor.Span[i]);
        }

        return result;
    }

    private static bool IsInteger(DenseTensor<float> tensor) => tensor.Span.ToArray().All(float.IsInteger);
}
