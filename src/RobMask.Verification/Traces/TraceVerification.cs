using System.Globalization;
using RobMask.Verification.Bounds;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Verification.Traces;

/// <summary>Judges what a trace says that a network computed.</summary>
public static class TraceVerification
{
    /// <summary>Judges the operations of a trace, each on its recorded inputs or, from end to end, on carried bounds.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="options">What is judged, and how.</param>
    /// <param name="progress">Is told of every operation that has been judged, in any order and on any thread.</param>
    /// <param name="cancellation">Ends the work between two operations.</param>
    /// <exception cref="ArgumentException"><see cref="TraceVerificationOptions.Only"/> names nothing that is judged.</exception>
    /// <exception cref="InvalidDataException">The data are damaged, or an operation cannot have had such inputs or attributes.</exception>
    public static VerdictReport Run(TraceFile trace, TraceVerificationOptions options, IProgress<OperationVerdict>? progress = null, CancellationToken cancellation = default)
    {
        int[] chosen = [.. Enumerable.Range(0, trace.Program.Operations.Count).Where(i => IsJudged(trace.Program.Operations[i]) && options.Selects(trace.Program.Operations[i]))];
        if (chosen.Length == 0 && options.Only.Count > 0)
        {
            throw new ArgumentException($"{trace.Path}: no operation that is judged has the name {string.Join(" or ", options.Only.Select(name => $"«{name}»"))}", nameof(options));
        }

        List<VerdictTable> tables = [];
        OperationVerdict[] verdicts;
        if (options.EndToEnd)
        {
            CarriedTrace carried = new(trace, options, progress, cancellation);
            verdicts = carried.Run(chosen);
            tables.Add(carried.UndecidedBits);
        }
        else
        {
            verdicts = TraceOperationsJob.Run(trace, options, chosen, progress, cancellation);
        }

        if (NotJudged(trace) is { } notJudged)
        {
            tables.Add(notJudged);
        }

        return new VerdictReport($"{Path.GetFileName(trace.Path)}, {(options.EndToEnd ? "from end to end" : "operation by operation")}", verdicts) { Facts = Facts(trace, options, verdicts), Tables = tables };
    }

    /// <summary>Whether there is something to judge an operation by.</summary>
    internal static bool IsJudged(TraceOperation operation) => !operation.Opaque && operation.Op != TraceOperation.Alias;

    private static List<KeyValuePair<string, string>> Facts(TraceFile trace, TraceVerificationOptions options, OperationVerdict[] verdicts)
    {
        TraceProgram program = trace.Program;
        string precision = options.Precision?.Name
            ?? string.Join(", ", program.Operations.Where(IsJudged).GroupBy(operation => operation.Precision ?? program.Precision).Select(group => program.Precision == group.Key ? group.Key.Name : $"{group.Key.Name} ({Count(group.Count())})"));
        precision = precision.Length == 0 ? program.Precision.Name : precision;
        List<KeyValuePair<string, string>> facts =
        [
            new("file", trace.Path),
            new("recorded by", program.Producer),
            new("device", program.Device),
            new("precision", options.Precision is null ? $"{precision}, as the trace declares" : $"{precision}, as asked for"),
            new("operations", $"{Count(verdicts.Length)} judged of {Count(program.Operations.Count(IsJudged))}"),
        ];
        OperationVerdict[] explained = [.. verdicts.Where(verdict => verdict.Verdict == Verdict.Explained)];
        if (explained.Length > 0)
        {
            ArithmeticModel least = explained.SelectMany(verdict => verdict.Outputs).Select(output => output.Explanation).OfType<ArithmeticModel>().MaxBy(model => ArithmeticModel.All.ToList().IndexOf(model))!;
            facts.Add(new("explained by", $"{least}: it or a more precise model covers each of {Count(explained.Length)} operations that what they declare does not"));
        }

        facts.AddRange(program.Switches);
        return facts;
    }

    private static VerdictTable? NotJudged(TraceFile trace)
    {
        IGrouping<string, TraceOperation>[] groups = [.. trace.Program.Operations.Where(operation => operation.Op != TraceOperation.Alias && !IsJudged(operation)).GroupBy(operation => operation.Op)];
        return groups.Length == 0 ? null
            : new VerdictTable("not judged", ["operation", "times", "first at"], [.. groups.Select(group => (IReadOnlyList<string>)[group.Key, Count(group.Count()), group.First().Name])]);
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
