using System.Globalization;
using RobMask.Verification.Golden;

namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>Verdicts in words and figures, the same on a terminal and on a page.</summary>
public static class VerdictText
{
    /// <summary>A verdict in one or two words: «explained by tf32».</summary>
    public static string Name(TensorVerdict tensor) =>
        tensor.Verdict == Verdict.Explained ? $"explained by {tensor.Explanation}" : tensor.Verdict.ToString().ToLowerInvariant();

    /// <summary>The row of a table: operation, output, verdict, bitwise, error / bound, bias, elements outside.</summary>
    public static IReadOnlyList<string> Cells(OperationVerdict operation, TensorVerdict tensor) =>
    [
        operation.Label,
        tensor.Name,
        Name(tensor),
        tensor.BitwiseCount is long same && tensor.Mismatch is null ? Percent(same, tensor.Shape.Length) : "–",
        tensor.Theorem is null || tensor.Mismatch is not null ? "–" : Number(tensor.Gauge),
        tensor.Mismatch is not null ? "–" : Number(Math.Round(Outward(tensor), 1)),
        tensor.OutsideCount == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{tensor.OutsideCount} of {tensor.Shape.Length}"),
    ];

    /// <summary>What is to be said of an output that is not as it should be, or leans; nothing of others.</summary>
    public static IEnumerable<string> Remarks(TensorVerdict tensor)
    {
        if (tensor.Mismatch is not null)
        {
            yield return tensor.Mismatch;
        }

        if (tensor.First is JudgedElement first)
        {
            yield return $"first at {GoldenBytes.Position(tensor.Shape, first.Index)}: got {Exact(first.Got)}, expected {Exact(first.Expected)} ± {Short(first.Bound)}";
        }

        if (tensor.Verdict == Verdict.Unproven)
        {
            yield return $"no bound is proven; the greatest difference from the value in double is {Short(tensor.GreatestError)}";
        }

        if (tensor.Cause is not null)
        {
            yield return $"cause: {tensor.Cause}";
        }

        if (tensor.UndecidedCount > 0 && tensor.Verdict != Verdict.Bitwise)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"undecided: {tensor.UndecidedCount} of {tensor.Shape.Length} elements, of which several values are right");
        }

        if (tensor.BiasRemark is not null)
        {
            yield return $"remark: {tensor.BiasRemark}";
        }

        if (tensor.SizeRemark is not null)
        {
            yield return $"remark: {tensor.SizeRemark}";
        }
    }

    /// <summary>The report in one sentence.</summary>
    public static string Summary(VerdictReport report)
    {
        if (report.IsEmpty)
        {
            return "nothing was judged";
        }

        IEnumerable<string> counts = Enum.GetValues<Verdict>()
            .Select(verdict => (Verdict: verdict, Count: report.Operations.Sum(operation => operation.Outputs.Count(output => output.Verdict == verdict))))
            .Where(pair => pair.Count > 0)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Count} {pair.Verdict.ToString().ToLowerInvariant()}"));
        string first = report.FirstWrong is { } wrong ? $"; the first wrong operation is {wrong.Label}" : string.Empty;
        return $"{report.Operations.Sum(operation => operation.Outputs.Count)} outputs of {report.Operations.Count} operations: {string.Join(", ", counts)}{first}";
    }

    /// <summary>How many elements of all outputs with proven bounds have which error / bound.</summary>
    public static long[] Histogram(VerdictReport report)
    {
        long[] counts = new long[new GaugeHistogram().Counts.Count];
        foreach (TensorVerdict tensor in report.Operations.SelectMany(operation => operation.Outputs).Where(tensor => tensor.Theorem is not null))
        {
            for (int bin = 0; bin < counts.Length; bin++)
            {
                counts[bin] += tensor.Histogram.Counts[bin];
            }
        }

        return counts;
    }

    /// <summary>The name of a bin of a histogram: «exact», «≤ 0.01», «> 1000».</summary>
    public static string Bin(int bin) => bin == GaugeHistogram.Exact ? "exact"
        : double.IsPositiveInfinity(GaugeHistogram.UpperEdge(bin)) ? $"> {Number(GaugeHistogram.UpperEdge(bin - 1))}"
        : $"≤ {Number(GaugeHistogram.UpperEdge(bin))}";

    /// <summary>A number with three significant digits.</summary>
    public static string Number(double value) => double.IsInfinity(value) ? value > 0 ? "∞" : "−∞"
        : value != 0 && Math.Abs(value) is < 1e-3 or >= 1e4 ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
        : value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>A place in a tensor: «[n, c, h, w]».</summary>
    public static string Position(Tensors.TensorShape shape, int index) => GoldenBytes.Position(shape, index);

    /// <summary>A number as it is read back: a float as one, others with twelve digits.</summary>
    public static string Exact(double value) => (float)value == value ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("G12", CultureInfo.InvariantCulture);

    /// <summary>A number with three significant digits, 0 as such.</summary>
    internal static string Short(double value) => value == 0 ? "0 (exact)" : Number(value);

    // Of the two scores the one that stands out more.
    private static double Outward(TensorVerdict tensor) => Math.Abs(tensor.BiasFromZero) > Math.Abs(tensor.Bias) ? tensor.BiasFromZero : tensor.Bias;

    // Rounded down, so that 100.0 % is said of all and of nothing less.
    private static string Percent(long part, long all) =>
        all == 0 ? "–" : (Math.Floor(part * 1000.0 / all) / 10).ToString("F1", CultureInfo.InvariantCulture) + " %";
}
