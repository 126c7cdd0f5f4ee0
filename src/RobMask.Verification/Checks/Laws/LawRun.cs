using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>What a backend answered to one request, with how far each number may be from the true one.</summary>
internal sealed class LawRun
{
    private readonly Dictionary<string, NamedTensor> _answers;
    private readonly Lazy<Dictionary<string, BoundedOutput>> _bounds;

    public LawRun(OperationRequest request, IReadOnlyList<NamedTensor> answers, ArithmeticModel precision)
    {
        Request = request;
        _answers = answers.ToDictionary(answer => answer.Name, StringComparer.Ordinal);
        _bounds = new(() => OperationBounds.Compute(request, precision).ToDictionary(output => output.Name, StringComparer.Ordinal));
    }

    /// <summary>What was asked.</summary>
    public OperationRequest Request { get; }

    /// <summary>The names of the outputs that have a bound and a number for each of its elements.</summary>
    public IEnumerable<string> Outputs => _bounds.Value.Values.Where(output => Fits(output)).Select(output => output.Name);

    /// <summary>Whether an output is there, has its shape and a proven bound.</summary>
    public bool Has(string output) => _bounds.Value.TryGetValue(output, out BoundedOutput? bound) && Fits(bound);

    /// <summary>The shape of an output.</summary>
    public TensorShape Shape(string output) => _bounds.Value[output].Tensor.Shape;

    /// <summary>An answered number with the greatest distance from the true one; unknown where several are right.</summary>
    public Approximate this[string output, int index]
    {
        get
        {
            BoundedTensor bounded = _bounds.Value[output].Tensor;
            NamedTensor answer = _answers[output];
            double bound = bounded.Bound is null ? 0 : bounded.Bound.Span[index];
            return new(Number(answer.Tensor, index), StoredRounding.Widen(answer.Stored ?? TensorFile.TypeOf(answer.Tensor), bounded.Value.Span[index], bound));
        }
    }

    /// <summary>All numbers of an output that are known, with their indices.</summary>
    public IEnumerable<(int Index, Approximate Value)> Known(string output)
    {
        for (int i = 0; i < Shape(output).Length; i++)
        {
            Approximate value = this[output, i];
            if (!value.IsUnknown && double.IsFinite(value.Value))
            {
                yield return (i, value);
            }
        }
    }

    private static double Number(ITensor tensor, int index) => tensor switch
    {
        DenseTensor<float> values => values.Span[index],
        DenseTensor<double> values => values.Span[index],
        DenseTensor<bool> values => values.Span[index] ? 1 : 0,
        DenseTensor<byte> values => values.Span[index],
        DenseTensor<int> values => values.Span[index],
        DenseTensor<long> values => values.Span[index],
        _ => double.NaN,
    };

    private bool Fits(BoundedOutput output) => output.Theorem is not null && _answers.TryGetValue(output.Name, out NamedTensor? answer) && answer.Tensor.Shape.Equals(output.Tensor.Shape);
}
