using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Statistics;
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
        Curve = new TradeoffCurve(label, first.Seed, first.Condition, [.. points.Select(point => TradeoffPoint.At(point.Alpha, point.Line.CleanAccuracy, point.Line.RobustAccuracy))]);
    }

    /// <summary>The curve.</summary>
    public TradeoffCurve Curve { get; }

    /// <summary>The lines at the smallest and the greatest α.</summary>
    public (EvaluationLine Low, EvaluationLine High) Ends => (_points[0].Line, _points[^1].Line);

    /// <summary>The curve with statistics measured anew at each point, where the masks share them; after it the curve with the statistics as trained.</summary>
    public static IReadOnlyList<Tradeoff> Measure(Laboratory laboratory, string label, ulong seed, TrainedNetwork network)
    {
        List<Tradeoff> curves = [One(label, asTrained: false)];
        if (laboratory.Reestimates(network))
        {
            curves.Add(One(label + ", statistics as trained", asTrained: true));
        }

        return curves;

        Tradeoff One(string name, bool asTrained) => new(name, [.. laboratory.Sweep(name, seed, network, asTrained).OrderBy(point => point.Alpha)]);
    }

    /// <summary>Whether the ends differ as claimed, and whether the way between them is monotone within its intervals.</summary>
    public static IReadOnlyList<Finding> Findings(IReadOnlyList<Tradeoff> curves)
    {
        EvaluationLine[] low = [.. curves.Select(curve => curve.Ends.Low)];
        EvaluationLine[] high = [.. curves.Select(curve => curve.Ends.High)];
        (int pairs, List<string> wrong) = Reversals(curves);
        return
        [
            Comparisons.AllAbove(
                "A linear combination of the clean and the adversarial mask moves one network along the trade-off: towards the clean mask clean accuracy grows, towards the adversarial mask robust accuracy grows.",
                Comparisons.Clean(high, low), Comparisons.Robust(low, high)),
            new Finding(
                "The way between the two masks is monotone within its intervals: nowhere does clean accuracy fall, or robust accuracy grow, towards the clean mask.",
                wrong.Count == 0 ? Verdict.Shown : Verdict.NotShown,
                wrong.Count == 0
                    ? $"In none of {pairs} comparisons of two points do their 95 % intervals lie apart in the wrong order."
                    : $"In {wrong.Count} of {pairs} comparisons of two points their 95 % intervals lie apart in the wrong order: {string.Join("; ", wrong.Take(4))}{(wrong.Count > 4 ? "; …" : string.Empty)}."),
        ];
    }

    private static (int Pairs, List<string> Wrong) Reversals(IReadOnlyList<Tradeoff> curves)
    {
        int pairs = 0;
        List<string> wrong = [];
        foreach (Tradeoff curve in curves)
        {
            IReadOnlyList<TradeoffPoint> points = [.. curve.Curve.Points.OrderBy(point => point.Alpha)];
            for (int i = 0; i < points.Count; i++)
            {
                for (int j = i + 1; j < points.Count; j++)
                {
                    pairs += 2;
                    Check("clean", points[i], points[j], points[j].Clean, points[i].Clean);
                    Check(curve.Curve.Attack, points[i], points[j], points[i].Robust, points[j].Robust);
                }
            }

            void Check(string condition, TradeoffPoint from, TradeoffPoint to, Accuracy higher, Accuracy lower)
            {
                if (higher.Interval.High < lower.Interval.Low)
                {
                    wrong.Add($"{curve._label}, seed {curve.Curve.Seed}, α {ReportText.Exact(from.Alpha)} and {ReportText.Exact(to.Alpha)}, {condition}: {ReportText.Percent(lower.Fraction)} against {ReportText.Percent(higher.Fraction)}");
                }
            }
        }

        return (pairs, wrong);
    }
}
