using System.Globalization;
using System.Numerics;
using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit.Sdk;

namespace RobMask.Tests.Spec;

/// <summary>One random case: it runs an operation of the catalogue and compares every bit with the naive implementation.</summary>
internal sealed class Trial<T>(string operation, Draw draw)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, ITensor> _inputs = [];
    private readonly Dictionary<string, string> _attributes = [];
    private IReadOnlyList<NamedTensor>? _outputs;

    public void Input(string name, T[] values, params int[] extents) => _inputs.Add(name, DenseTensor<T>.From(values, extents));

    public void Labels(string name, int[] labels) => _inputs.Add(name, DenseTensor<int>.From(labels, labels.Length));

    public void Attribute(string name, object value) => _attributes.Add(name, Convert.ToString(value is bool flag ? (flag ? "true" : "false") : value, CultureInfo.InvariantCulture)!);

    /// <summary>Fails unless an output of the operation has these bits, whatever kind of NaN it holds.</summary>
    public void Gives(string output, T[] expected) => Same(output, expected, ((DenseTensor<T>)Output(output)).Span);

    public ITensor Output(string name)
    {
        _outputs ??= OperationCatalog.Run(new OperationRequest(operation, _inputs, _attributes) { Precision = typeof(T) == typeof(float) ? OperationPrecision.F32 : OperationPrecision.F64 });
        return _outputs.Single(o => o.Name == name).Tensor;
    }

    /// <summary>Fails at the first element whose bits differ; two NaN are the same.</summary>
    public void Same(string output, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
    {
        for (int i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            if (expected.Length != actual.Length || !Bits.Same(expected[i], actual[i]))
            {
                string shapes = string.Join(", ", _inputs.Select(x => $"{x.Key} {x.Value.Shape}").Concat(_attributes.Select(x => $"{x.Key}={x.Value}")));
                string values = expected.Length != actual.Length ? $"{expected.Length} elements by the document, {actual.Length} by the library"
                    : $"element {i} is {Bits.Text(expected[i])} by the document, {Bits.Text(actual[i])} by the library";
                throw new XunitException($"{operation} in {typeof(T).Name}, {output}: {values}; {shapes}; seed {draw.Seed} (SPEC_SEED={Draw.RunSeed} repeats the run)");
            }
        }
    }
}
