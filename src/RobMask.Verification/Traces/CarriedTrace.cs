using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Verification.Traces;

/// <summary>Judges a trace from end to end: what no operation gave is exact, and every bound is carried on.</summary>
/// <remarks>
/// A tensor's bound then says how far all implementations of the declared precision may be apart there, whatever they did
/// before. Values are kept in double from their operation to their last use. Where nothing is proven of an output, or its
/// operation is opaque, the recorded values are taken as exact from there on.
/// </remarks>
internal sealed class CarriedTrace(TraceFile trace, TraceVerificationOptions options, IProgress<OperationVerdict>? progress, CancellationToken cancellation)
{
    private readonly Dictionary<string, BoundedTensor> _carried = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<string>> _undecided = [];

    /// <summary>For each ReLU of the forward pass: its elements, those of which the sign is not certain, and how far its input may be off.</summary>
    public VerdictTable UndecidedBits => new("mask bits that rounding may flip", ["layer", "bits", "undecided", "share", "greatest bound"], _undecided);

    /// <summary>Judges the operations of the given indices; all are bounded, for the bounds of later ones.</summary>
    public OperationVerdict[] Run(int[] chosen)
    {
        HashSet<int> wanted = [.. chosen];
        Dictionary<string, int> lastUse = LastUses();
        List<OperationVerdict> verdicts = [];
        for (int i = 0; i < trace.Program.Operations.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            TraceStep step = new(trace, i);
            TraceOperation operation = step.Operation;
            if (operation.Op == TraceOperation.Alias && !operation.Opaque)
            {
                View(operation);
            }
            else if (TraceVerification.IsJudged(operation))
            {
                IReadOnlyList<BoundedOutput> outputs = step.Checked(() => Bound(step));
                if (wanted.Contains(i))
                {
                    OperationVerdict verdict = step.Checked(() => step.Judge(outputs, step.Declared(options)));
                    verdicts.Add(verdict);
                    progress?.Report(verdict);
                }

                Carry(operation, outputs);
            }

            Forget(operation, lastUse, i);
        }

        return [.. verdicts];
    }

    // Labels and decisions have no bounds to carry: whoever uses them reads them from the file, in the alias's shape.
    private void View(TraceOperation alias)
    {
        string output = alias.Outputs["output"];
        (SafetensorsType type, TensorShape shape) = (trace.Tensors[output].Type, trace.Tensors[output].Shape);
        if (type is not (SafetensorsType.I64 or SafetensorsType.BOOL))
        {
            BoundedTensor input = Input(alias.Inputs["input"]);
            _carried[output] = new BoundedTensor(input.Value.View(shape), input.Bound?.View(shape));
        }
    }

    private IReadOnlyList<BoundedOutput> Bound(TraceStep step)
    {
        TraceOperation operation = step.Operation;
        if (operation.Op == TraceOperation.Cast)
        {
            return [step.Cast(Input(operation.Inputs["input"]))];
        }

        Operation known = OperationCatalog.Find(operation.Op);
        Dictionary<string, BoundedTensor> numbers = new(StringComparer.Ordinal);
        Dictionary<string, DenseTensor<int>> labels = new(StringComparer.Ordinal);
        foreach (OperationInput input in known.Inputs)
        {
            if (!operation.Inputs.TryGetValue(input.Name, out string? name))
            {
                continue;
            }

            if (input.Kind == InputKind.Labels)
            {
                labels.Add(input.Name, Labels((DenseTensor<long>)trace.Load(name)));
            }
            else
            {
                numbers.Add(input.Name, Input(name));
            }
        }

        if (operation.Op == "relu" && operation.Phase == TracePhase.Forward)
        {
            CountUndecided(operation.Name, numbers["input"]);
        }

        IReadOnlyList<BoundedOutput> outputs = OperationBounds.Compute(known, numbers, labels, OperationBinding.Attributes(known, operation.Attributes), step.Declared(options));
        if (numbers.Values.Any(IsUnbounded))
        {
            foreach (BoundedOutput output in outputs.Where(output => !output.Tensor.IsExact))
            {
                LeaveOpen(output.Tensor);
            }
        }

        return outputs;
    }

    private static bool IsUnbounded(BoundedTensor tensor) => tensor.Bound is not null && tensor.Bound.Span.Contains(double.PositiveInfinity);

    // Behind an input of which nothing is known, a NaN or an infinity is one of many right results, not the only one.
    private static void LeaveOpen(BoundedTensor tensor)
    {
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            Approximate x = tensor[i];
            if (!double.IsFinite(x.Value) || !double.IsFinite(x.Error))
            {
                tensor.Set(i, new Approximate(0, double.PositiveInfinity));
            }
        }
    }

    private BoundedTensor Input(string name)
    {
        if (!_carried.TryGetValue(name, out BoundedTensor? tensor))
        {
            tensor = TraceStep.Exact(trace.Load(name));
            _carried.Add(name, tensor);
        }

        return tensor;
    }

    private void Carry(TraceOperation operation, IReadOnlyList<BoundedOutput> outputs)
    {
        foreach (BoundedOutput output in outputs)
        {
            if (output.Theorem is not null && operation.Outputs.TryGetValue(output.Name, out string? name) && trace.Tensors[name].Type != SafetensorsType.BOOL)
            {
                _carried[name] = Stored(output.Tensor, trace.Tensors[name].Type);
            }
        }
    }

    private static BoundedTensor Stored(BoundedTensor tensor, SafetensorsType type)
    {
        if (!StoredRounding.Rounds(type))
        {
            return tensor;
        }

        BoundedTensor stored = BoundedTensor.Empty(tensor.Shape);
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            Approximate x = tensor[i];
            stored.Set(i, new Approximate(x.Value, StoredRounding.Widen(type, x.Value, x.Error)));
        }

        return stored;
    }

    private void Forget(TraceOperation operation, Dictionary<string, int> lastUse, int index)
    {
        foreach (string name in operation.Inputs.Values.Concat(operation.Outputs.Values))
        {
            if (lastUse.GetValueOrDefault(name, index) <= index)
            {
                _carried.Remove(name);
            }
        }
    }

    private Dictionary<string, int> LastUses()
    {
        Dictionary<string, int> lastUse = new(StringComparer.Ordinal);
        for (int i = 0; i < trace.Program.Operations.Count; i++)
        {
            foreach (string name in trace.Program.Operations[i].Inputs.Values)
            {
                lastUse[name] = i;
            }
        }

        return lastUse;
    }

    private void CountUndecided(string layer, BoundedTensor input)
    {
        long undecided = 0;
        double greatest = 0;
        ReadOnlySpan<double> values = input.Value.Span;
        ReadOnlySpan<double> bounds = input.Bound is null ? default : input.Bound.Span;
        for (int i = 0; i < bounds.Length; i++)
        {
            undecided += bounds[i] > 0 && !(Math.Abs(values[i]) > bounds[i]) ? 1 : 0;
            greatest = Math.Max(greatest, bounds[i]);
        }

        FormattableString[] cells = [$"{values.Length}", $"{undecided}", $"{100.0 * undecided / Math.Max(1, values.Length):0.###} %", $"{greatest:0.0E+0}"];
        _undecided.Add([layer, .. cells.Select(FormattableString.Invariant)]);
    }

    private static DenseTensor<int> Labels(DenseTensor<long> wide)
    {
        DenseTensor<int> labels = new(wide.Shape);
        for (int i = 0; i < labels.Length; i++)
        {
            labels.Span[i] = checked((int)wide.Span[i]);
        }

        return labels;
    }
}
