using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>The trade-off curve of one network with a clean and an adversarial mask, and what it says of the paper's claim.</summary>
internal sealed class Tradeoff
{
    private readonly IReadOnlyList<(float Alpha, EvaluationLine Line)> _points;
    private readonly string _label;

    private Tradeoff(string label, IReadOnlyList<(float Alpha, EvaluationLine Line)> points)
    {
        _label = label;
        _points = points;
        EvaluationLine first = points[0].Line;
        Curve = new TradeoffCurve(label, first.Seed, first.Condition, [.. points.Select(point => new TradeoffPoint(Math.Round(point.Alpha, 6), point.Line.CleanAccuracy, point.Line.RobustAccuracy))]);
    }

    /// <summary>The curve.</summary>
    public TradeoffCurve Curve { get; }

    /// <summary>The lines at the smallest and the greatest α.</summary>
    public (EvaluationLine Low, EvaluationLine High) Ends => (_points[0].Line, _points[^1].Line);

    public static Tradeoff Measure(Laboratory laboratory, string label, ulong seed, TrainedNetwork network) =>
        new(label, laboratory.Sweep(label, seed, network));

    /// <summary>Whether the ends differ as claimed, and whether the way between them is monotone within its intervals.</summary>
    public static IReadOnlyList<Finding> Findings(IReadOnlyList<Tradeoff> curves)
    {
        EvaluationLine[] low = [.. curves.Select(curve => curve.Ends.Low)];
        EvaluationLine[] high = [.. curves.Select(curve => curve.Ends.High)];
        (int steps, List<string> wrong) = Steps(curves);
        return
        [
            Comparisons.AllAbove(
                "A linear combination of the clean and the adversarial mask moves one network along the trade-off: towards the clean mask clean accuracy grows, towards the adversarial mask robust accuracy grows.",
                Comparisons.Clean(high, low), Comparisons.Robust(low, high)),
            new Finding(
                "The way between the two masks is monotone.",
                wrong.Count == 0 ? Verdict.Shown : Verdict.NotShown,
                wrong.Count == 0
                    ? $"None of the {steps} steps of neighbouring α goes the wrong way by more than its paired 95 % interval allows."
                    : $"{wrong.Count} of {steps} steps go the wrong way beyond their 95 % interval (about {steps * 0.025:0.#} would by chance): {string.Join("; ", wrong)}."),
        ];
    }

    private static (int Steps, List<string> Wrong) Steps(IReadOnlyList<Tradeoff> curves)
    {
        int steps = 0;
        List<string> wrong = [];
        foreach (Tradeoff curve in curves)
        {
            for (int i = 1; i < curve._points.Count; i++)
            {
                EvaluationLine[] before = [curve._points[i - 1].Line];
                EvaluationLine[] after = [curve._points[i].Line];
                foreach (AccuracyDifference growth in new[] { Comparisons.Clean(after, before), Comparisons.Robust(before, after) })
                {
                    steps++;
                    if (growth.High < 0)
                    {
                        wrong.Add($"{curve._label}, seed {before[0].Seed}, α {ReportText.Number(curve._points[i - 1].Alpha)} to {ReportText.Number(curve._points[i].Alpha)}, {growth.Condition}: {ReportText.Points(-growth.Mean)}");
                    }
                }
            }
        }

        return (steps, wrong);
    }
}
