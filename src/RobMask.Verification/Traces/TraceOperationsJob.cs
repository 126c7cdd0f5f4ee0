using RobMask.Kernels;
using RobMask.Verification.Verdicts;

namespace RobMask.Verification.Traces;

/// <summary>Judges operations of a trace, each on its own recorded inputs: one part of the job is one operation.</summary>
/// <remarks>
/// Operations know nothing of each other, so each runs on one thread, elementwise loops and all; only where their tensors
/// might not fit the memory together do they run one after the other, each with all threads.
/// </remarks>
internal readonly struct TraceOperationsJob : IWorkerJob
{
    // Doubles for value, bound and magnitudes of every tensor of an operation, and what the kernels pack.
    private const long BytesPerElement = 8 * 8;
    private const long MemoryTogether = 3L << 30;

    private readonly TraceFile _trace;
    private readonly TraceVerificationOptions _options;
    private readonly int[] _chosen;
    private readonly OperationVerdict[] _verdicts;
    private readonly IProgress<OperationVerdict>? _progress;
    private readonly CancellationToken _cancellation;

    private TraceOperationsJob(TraceFile trace, TraceVerificationOptions options, int[] chosen, IProgress<OperationVerdict>? progress, CancellationToken cancellation)
    {
        _trace = trace;
        _options = options;
        _chosen = chosen;
        _verdicts = new OperationVerdict[chosen.Length];
        _progress = progress;
        _cancellation = cancellation;
    }

    /// <summary>Judges the operations of the given indices.</summary>
    public static OperationVerdict[] Run(TraceFile trace, TraceVerificationOptions options, int[] chosen, IProgress<OperationVerdict>? progress, CancellationToken cancellation)
    {
        TraceOperationsJob job = new(trace, options, chosen, progress, cancellation);
        long largest = chosen.Select(index => Bytes(trace, trace.Program.Operations[index])).DefaultIfEmpty().Max();
        if (largest * Workers.ThreadCount <= MemoryTogether)
        {
            Workers.For(chosen.Length, job);
            return job._verdicts;
        }

        for (int i = 0; i < chosen.Length; i++)
        {
            job.Run(i, 0);
        }

        return job._verdicts;
    }

    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        _cancellation.ThrowIfCancellationRequested();
        TraceStep step = new(_trace, _chosen[index]);
        TraceVerificationOptions options = _options;
        OperationVerdict verdict = step.Checked(() => Judge(step, options));
        _verdicts[index] = verdict;
        _progress?.Report(verdict);
    }

    private static OperationVerdict Judge(TraceStep step, TraceVerificationOptions options)
    {
        // A trace need not have every output; saying so for each would bury what matters.
        TraceOperation operation = step.Operation;
        return operation.Op == TraceOperation.Cast
            ? step.Judge([step.Cast(TraceStep.Exact(step.Request().Inputs["input"]))], step.Declared(options))
            : new OperationJudge(options.Judge).Of(step.Request(), step.Got(), step.Declared(options), operation.Name) with { Missing = [] };
    }

    private static long Bytes(TraceFile trace, TraceOperation operation) =>
        operation.Inputs.Values.Concat(operation.Outputs.Values).Sum(name => (long)trace.Tensors[name].Shape.Length) * BytesPerElement;
}
