using System.Globalization;
using System.Text.Json;
using RobMask.Experiments.Runs;

namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>A report as JSON; <c>docs/verification.md</c> describes it. Numbers that JSON lacks are the strings «NaN», «Infinity» and «-Infinity».</summary>
public static class VerdictJson
{
    /// <summary>The version of the form; it grows when a name changes its meaning, not when something is added.</summary>
    public const int Version = 1;

    /// <summary>The text, indented.</summary>
    public static string Of(VerdictReport report) => JsonSerializer.Serialize(
        new
        {
            format = "robmask-verdicts",
            version = Version,
            report.Title,
            facts = report.Facts.ToDictionary(),
            verdict = Name(report.Verdict),
            kept = report.IsKept,
            firstWrong = report.FirstWrong?.Label,
            operations = report.Operations.Select(Operation),
            tables = report.Tables.Select(table => new { table.Title, table.Head, table.Rows }),
        },
        RunJson.File);

    private static object Operation(OperationVerdict operation) => new
    {
        operation.Label,
        operation.Operation,
        operation.Attributes,
        declared = operation.Declared.Name,
        verdict = Name(operation.Verdict),
        missing = operation.Missing,
        unknown = operation.Unknown,
        outputs = operation.Outputs.Select(Output),
    };

    private static object Output(TensorVerdict tensor) => new
    {
        tensor.Name,
        shape = tensor.Shape.Extents.ToArray(),
        stored = tensor.Stored.ToString(),
        verdict = Name(tensor.Verdict),
        explanation = tensor.Explanation?.Name,
        tensor.Theorem,
        tensor.Mismatch,
        elements = tensor.Shape.Length,
        bitwise = tensor.BitwiseCount,
        undecided = tensor.UndecidedCount,
        outside = tensor.OutsideCount,
        first = tensor.First is JudgedElement first ? Element(tensor, first) : null,
        tensor.Gauge,
        tensor.GreatestError,
        histogram = tensor.Histogram.Counts.Select((count, bin) => new { most = GaugeHistogram.UpperEdge(bin), count }),
        bias = tensor.Bias,
        tensor.BiasFromZero,
        tensor.BiasRemark,
        tensor.SizeRemark,
        tensor.Cause,
        worst = tensor.Worst.Select(element => Element(tensor, element)),
    };

    private static object Element(TensorVerdict tensor, JudgedElement element) => new
    {
        element.Index,
        place = VerdictText.Position(tensor.Shape, element.Index),
        element.Got,
        element.Expected,
        element.Bound,
        element.Gauge,
    };

    private static string Name(Verdict verdict) => verdict.ToString().ToLower(CultureInfo.InvariantCulture);
}
