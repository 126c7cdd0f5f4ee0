using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Suite;

/// <summary>Differences between networks, and what they say of a claim.</summary>
public static class Comparisons
{
    /// <summary>Accuracy without an attack, left − right.</summary>
    public static AccuracyDifference Clean(IReadOnlyList<EvaluationLine> left, IReadOnlyList<EvaluationLine> right, string? leftName = null, string? rightName = null) =>
        Difference(left, right, "clean", line => line.Clean, leftName, rightName);

    /// <summary>Accuracy under the attack, left − right.</summary>
    public static AccuracyDifference Robust(IReadOnlyList<EvaluationLine> left, IReadOnlyList<EvaluationLine> right, string? leftName = null, string? rightName = null) =>
        Difference(left, right, left[0].Condition, line => line.Robust, leftName, rightName);

    /// <summary>A claim that a difference is above 0.</summary>
    public static Finding Above(string claim, AccuracyDifference difference) => new(claim, Verdict(difference), Words(difference));

    /// <summary>A claim that all of several differences are above 0.</summary>
    public static Finding AllAbove(string claim, params IReadOnlyList<AccuracyDifference> differences)
    {
        Verdict[] verdicts = [.. differences.Select(Verdict)];
        Verdict together = verdicts.Contains(Results.Verdict.NotShown) ? Results.Verdict.NotShown
            : verdicts.Contains(Results.Verdict.Undecided) ? Results.Verdict.Undecided
            : Results.Verdict.Shown;
        return new Finding(claim, together, string.Join(" ", differences.Select(Words)));
    }

    /// <summary>Above 0, below 0, or neither for certain.</summary>
    public static Verdict Verdict(AccuracyDifference difference) => difference switch
    {
        { Low: > 0 } => Results.Verdict.Shown,
        { High: < 0 } => Results.Verdict.NotShown,
        _ => Results.Verdict.Undecided,
    };

    /// <summary>The mean over seeds and images of a number that every image has.</summary>
    public static AccuracyDifference Contrast(string left, string right, string condition, IReadOnlyList<int[]> values)
    {
        (double mean, Interval interval) = PairedBootstrap.Mean(values, seed: 0);
        return new AccuracyDifference(left, right, condition, mean, interval.Low, interval.High, values[0].Length, values.Count);
    }

    private static AccuracyDifference Difference(IReadOnlyList<EvaluationLine> left, IReadOnlyList<EvaluationLine> right, string condition, Func<EvaluationLine, bool[]> bits, string? leftName, string? rightName)
    {
        (double mean, Interval interval) = PairedBootstrap.Difference([.. left.Select(bits)], [.. right.Select(bits)], seed: 0);
        return new AccuracyDifference(leftName ?? left[0].Network, rightName ?? right[0].Network, condition, mean, interval.Low, interval.High, left[0].Images, left.Count);
    }

    private static string Words(AccuracyDifference one) =>
        $"{one.Left} − {one.Right}, {one.Condition}: {ReportText.WithInterval(one.Mean, new Interval(one.Low, one.High))} points ({one.Images} images, {one.Seeds} seed{(one.Seeds == 1 ? string.Empty : "s")}).";
}
