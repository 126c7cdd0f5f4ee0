using RobMask.Checkpoints;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts.Causes;
using RobMask.Verification.Verdicts.Details;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts;

/// <summary>Judges whole operations on the inputs that an implementation was given.</summary>
/// <param name="options">How much is said; null for the usual.</param>
public sealed class OperationJudge(JudgeOptions? options = null)
{
    private static readonly SafetensorsType[] Numbers = [SafetensorsType.F32, SafetensorsType.F64, SafetensorsType.F16, SafetensorsType.BF16];
    private static readonly SafetensorsType[] Decisions = [SafetensorsType.BOOL, SafetensorsType.U8];

    private readonly JudgeOptions _options = options ?? new JudgeOptions();

    /// <summary>Judges an operation.</summary>
    /// <param name="request">The operation, its inputs as the implementation got them, its attributes.</param>
    /// <param name="got">The outputs that were given; others are listed as missing.</param>
    /// <param name="declared">The precision that the implementation declares.</param>
    /// <param name="label">What the operation is called where it was used; null for its name.</param>
    /// <exception cref="ArgumentException">A name, shape, type or attribute of the request is wrong; the message says what was expected.</exception>
    public OperationVerdict Of(OperationRequest request, IReadOnlyList<GotTensor> got, ArithmeticModel declared, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        Dictionary<string, ITensor> bits = Bits(request);
        return Of(request, got, declared, label, bits, OperationBounds.HasRule(request.Name) ? model => OperationBounds.Compute(request, model) : _ => Values(request));
    }

    /// <summary>The same with bits and bounds from elsewhere.</summary>
    internal OperationVerdict Of(
        OperationRequest request,
        IReadOnlyList<GotTensor> got,
        ArithmeticModel declared,
        string? label,
        IReadOnlyDictionary<string, ITensor> bits,
        Func<ArithmeticModel, IReadOnlyList<BoundedOutput>> bound)
    {
        IReadOnlyList<BoundedOutput> expected = bound(declared);
        List<(Evidence Evidence, TensorVerdict Verdict)> judged = [];
        foreach (BoundedOutput output in expected)
        {
            if (got.FirstOrDefault(tensor => tensor.Name == output.Name) is { } tensor)
            {
                Evidence evidence = new(tensor.Tensor, tensor.Stored, bits.GetValueOrDefault(output.Name), declared, _ => output);
                string? mismatch = WrongType(request.Name, tensor);
                judged.Add((evidence, mismatch is null ? Judge.Of(evidence, output) : Judge.Mismatched(evidence, output, mismatch)));
            }
        }

        Explain(judged, bound);
        return new OperationVerdict
        {
            Operation = request.Name,
            Label = label ?? request.Name,
            Attributes = request.Attributes,
            Declared = declared,
            Outputs = [.. judged.Select(pair => Finish(request, pair.Evidence, pair.Verdict))],
            Missing = [.. expected.Select(output => output.Name).Except(got.Select(tensor => tensor.Name))],
            Unknown = [.. got.Select(tensor => tensor.Name).Except(expected.Select(output => output.Name))],
        };
    }

    // The values may be right by accident: integers hold 0 and 1 and what ReLU leaves of whole numbers.
    private static string? WrongType(string name, GotTensor got)
    {
        OperationOutput? output = OperationCatalog.All.FirstOrDefault(operation => operation.Name == name)?.Outputs.FirstOrDefault(output => output.Name == got.Name);
        SafetensorsType[]? allowed = output?.Type switch { "BOOL" => Decisions, "T" => Numbers, _ => null };
        return allowed is null || allowed.Contains(got.Stored) ? null : $"its element type is {got.Stored}; expected {string.Join(", ", allowed)}";
    }

    // Where nothing is proven, the value in double is all there is.
    private static IReadOnlyList<BoundedOutput> Values(OperationRequest request) =>
        [.. OperationCatalog.Run(request with { Precision = OperationPrecision.F64 }).Select(output => new BoundedOutput(output.Name, new BoundedTensor(TensorNumbers.Of(output.Tensor)), null))];

    // One set of bounds for each model, for all outputs that still need an explanation: these tensors are the largest there are.
    private static void Explain(List<(Evidence Evidence, TensorVerdict Verdict)> judged, Func<ArithmeticModel, IReadOnlyList<BoundedOutput>> bound)
    {
        if (judged.Count == 0)
        {
            return;
        }

        foreach (ArithmeticModel model in Judge.Others(judged[0].Evidence.Declared))
        {
            int[] open = [.. Enumerable.Range(0, judged.Count).Where(i => judged[i].Verdict is { Verdict: Verdict.Wrong, Mismatch: null } && !FewOutside.Holds(judged[i].Verdict))];
            if (open.Length == 0)
            {
                return;
            }

            IReadOnlyList<BoundedOutput> outputs = bound(model);
            foreach (int i in open)
            {
                (Evidence evidence, TensorVerdict verdict) = judged[i];
                if (Judge.Covers(outputs.First(output => output.Name == verdict.Name), evidence.Got, evidence.Stored))
                {
                    judged[i] = (evidence, verdict with { Verdict = Verdict.Explained, Explanation = model });
                }
            }
        }
    }

    private TensorVerdict Finish(OperationRequest request, Evidence evidence, TensorVerdict verdict)
    {
        bool known = OperationCatalog.All.Any(operation => operation.Name == request.Name);
        // Of a wrong shape a cause may be found in the values; a wrong element type is the cause.
        bool isOtherType = verdict.Mismatch is not null && evidence.Got.Shape.Equals(evidence.Bound(evidence.Declared).Tensor.Shape);
        if (_options.Causes && known && !isOtherType && verdict.Verdict is Verdict.Wrong or Verdict.Explained)
        {
            (string? cause, ArithmeticModel? model) = CauseFinder.Of(new Suspicion(request, evidence.Bound(evidence.Declared), evidence.Got, evidence.Stored, evidence.Declared), isPrecision: !FewOutside.Holds(verdict));

            // Bounds of TF32 often cover a result of bf16 operands; computed with such operands, it shows which it is.
            verdict = verdict with { Cause = cause, Explanation = verdict.Explanation is null ? null : model ?? verdict.Explanation };
        }

        if (known && verdict.Verdict == Verdict.Within && ProductSum.Terms(request, verdict.Name) is long terms)
        {
            verdict = verdict with { SizeRemark = SizeTest.Of(verdict.Gauge, terms, verdict.Shape.Length, verdict.Declared) };
        }
        else if (known && verdict.Verdict == Verdict.Within && ReductionLength.Of(request, verdict.Name) is (long length, long sums))
        {
            verdict = verdict with { SizeRemark = SizeTest.Of(ReductionLength.Gauge(verdict), length, sums, ArithmeticModel.Fp32) };
        }

        return !_options.Details || verdict.Mismatch is not null
            ? verdict
            : verdict with
            {
                Maps = MapMaker.Of(evidence.Bound(evidence.Declared).Tensor, evidence.Got, evidence.Stored, verdict.Worst),
                Operands = known ? OperandFinder.Of(request, verdict) : [],
            };
    }

    private Dictionary<string, ITensor> Bits(OperationRequest request)
    {
        Operation operation = OperationCatalog.Find(request.Name);
        return _options.Bits && OperationBinding.Precision(operation, request with { Precision = null }) == OperationPrecision.F32
            ? OperationCatalog.Run(request with { Precision = OperationPrecision.F32 }).ToDictionary(output => output.Name, output => output.Tensor)
            : [];
    }
}
