using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>An output that is not what it should be, with all that a guess at the cause may look at.</summary>
internal sealed class Suspicion
{
    private const int SampleLength = 256;
    private readonly Dictionary<string, DenseTensor<double>> _wide = new(StringComparer.Ordinal);

    /// <summary>Takes an output that is wrong, or right only in a less precise model.</summary>
    public Suspicion(OperationRequest request, BoundedOutput expected, ITensor got, SafetensorsType stored, ArithmeticModel declared)
    {
        Request = request;
        Operation = OperationCatalog.Find(request.Name);
        Attributes = OperationBinding.Attributes(Operation, request.Attributes);
        Expected = expected;
        Got = TensorNumbers.Of(got);
        Stored = stored;
        Declared = declared;
        Fits = Got.Shape.Equals(expected.Tensor.Shape);
        List<int> outside = [];
        for (int i = 0; Fits && i < Got.Length; i++)
        {
            if (!At(i).IsRight)
            {
                outside.Add(i);
            }
        }

        Outside = outside;
        OutsideSample = Spread(outside.Count, i => outside[i]);
        RightSample = [.. Spread(Fits ? Got.Length : 0, i => i).Where(i => At(i).IsRight)];
    }

    /// <summary>The operation as it was asked for.</summary>
    public OperationRequest Request { get; }

    /// <summary>Its description.</summary>
    public Operation Operation { get; }

    /// <summary>Its attributes, read.</summary>
    public IReadOnlyDictionary<string, object> Attributes { get; }

    /// <summary>What the output should be in the declared precision.</summary>
    public BoundedOutput Expected { get; }

    /// <summary>What was given.</summary>
    public DenseTensor<double> Got { get; }

    /// <summary>How it was stored.</summary>
    public SafetensorsType Stored { get; }

    /// <summary>The declared precision.</summary>
    public ArithmeticModel Declared { get; }

    /// <summary>Whether the shapes agree; where not, only a hypothesis of the shape that was given can hold.</summary>
    public bool Fits { get; }

    /// <summary>Every element outside its bound, in order.</summary>
    public IReadOnlyList<int> Outside { get; }

    /// <summary>Some of them, the first among them.</summary>
    public IReadOnlyList<int> OutsideSample { get; }

    /// <summary>Some elements within their bounds.</summary>
    public IReadOnlyList<int> RightSample { get; }

    /// <summary>The output's shape.</summary>
    public TensorShape Shape => Expected.Tensor.Shape;

    /// <summary>An element against the output as it should be.</summary>
    public JudgedElement At(int index) => Judge.Element(Expected.Tensor, Got.Span[index], Stored, index);

    /// <summary>An input in double; null where it was not given, or is one of labels.</summary>
    public DenseTensor<double>? Input(string name)
    {
        if (!_wide.TryGetValue(name, out DenseTensor<double>? wide))
        {
            if (Request.Inputs.GetValueOrDefault(name) is not (DenseTensor<float> or DenseTensor<double>))
            {
                return null;
            }

            wide = TensorNumbers.Of(Request.Inputs[name]);
            _wide.Add(name, wide);
        }

        return wide;
    }

    /// <summary>Whether what was given is what <paramref name="other"/> asks for: everywhere, or at every element that is wrong and most others.</summary>
    public Match Matches(BoundedTensor other)
    {
        if (!Got.Shape.Equals(other.Shape))
        {
            return Match.None;
        }

        bool IsRight(int index) => Judge.Element(other, Got.Span[index], Stored, index).IsRight;
        Match match = Matches(IsRight, Outside, Fits ? RightSample : [.. Enumerable.Range(0, Got.Length)]);

        // What differs from right elements as well explains little: the inverted mask explains every single wrong bit.
        return match == Match.WhereWrong && RightSample.Count(IsRight) < RightSample.Count / 2 ? Match.None : match;
    }

    /// <summary>The same of a sample, for what can hardly agree by chance.</summary>
    public Match Matches(Func<int, bool> isRight) => Matches(isRight, OutsideSample, RightSample);

    private static Match Matches(Func<int, bool> isRight, IReadOnlyList<int> wrong, IReadOnlyList<int> right) =>
        wrong.Count + right.Count == 0 || !wrong.All(isRight) ? Match.None
        : right.All(isRight) ? Match.Everywhere
        : wrong.Count > 0 ? Match.WhereWrong
        : Match.None;

    private static int[] Spread(int count, Func<int, int> at) => count <= SampleLength
        ? [.. Enumerable.Range(0, count).Select(at)]
        : [.. Enumerable.Range(0, SampleLength).Select(i => at((int)((long)i * count / SampleLength)))];
}

/// <summary>How far a hypothesis holds.</summary>
internal enum Match
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>At every wrong element, but not at all others.</summary>
    WhereWrong,

    /// <summary>At every element.</summary>
    Everywhere,
}
