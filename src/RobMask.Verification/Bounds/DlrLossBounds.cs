using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of dlr_loss and its gradient: differences of order statistics, a quotient; the classes that have the ranks are decisions.</summary>
internal static class DlrLossBounds
{
    private const string Theorem = "R1 and D2, roundings and winners";

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        (int images, int classes) = (input.Shape[0], input.Shape[1]);
        DenseTensor<int>? targets = Targets(call, classes);
        Approximate[] perImage = new Approximate[images];
        for (int n = 0; n < images; n++)
        {
            perImage[n] = Image(input.Elements.Slice(n * classes, classes), call.Labels("target").Span[n], targets is null ? -1 : targets.Span[n], 1).Loss;
        }

        LossBounds.Give(call, perImage, Theorem);
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        (int images, int classes) = (input.Shape[0], input.Shape[1]);
        DenseTensor<int>? targets = Targets(call, classes);
        Approximate factor = LossBounds.Factor(call, images);
        ApproximateSpan gradient = call.Output("grad_input", input.Shape, Theorem).Elements;
        for (int n = 0; n < images; n++)
        {
            ApproximateSpan z = input.Elements.Slice(n * classes, classes);
            int label = call.Labels("target").Span[n];
            int target = targets is null ? -1 : targets.Span[n];
            (Approximate loss, Approximate a, Approximate b) = Image(z, label, target, factor);
            RankCandidates rival = RankCandidates.Of(z, 1, label);
            RankCandidates first = RankCandidates.Of(z, 1, -1);
            RankCandidates third = RankCandidates.Of(z, 3, -1);
            RankCandidates fourth = target < 0 ? default : RankCandidates.Of(z, 4, -1);
            Approximate lower = target < 0 ? b : Approximate.Scaled(b, 0.5);
            for (int j = 0; j < classes; j++)
            {
                SumBound sum = default;
                sum.Add(j == label ? -a : 0);
                sum.Add(target < 0 ? rival.Share(z, j, a) : j == target ? a : 0);
                sum.Add(first.Share(z, j, -b));
                sum.Add(third.Share(z, j, lower));
                sum.Add(target < 0 ? 0 : fourth.Share(z, j, lower));
                gradient[(n * classes) + j] = double.IsFinite(loss.Value) ? sum.Total() : Approximate.Unknown;
            }
        }
    }

    // The loss, factor/denominator, and that times the loss.
    private static (Approximate Loss, Approximate A, Approximate B) Image(ApproximateSpan z, int label, int target, Approximate factor)
    {
        bool hasNaN = false;
        bool isOpen = false;
        for (int j = 0; j < z.Length; j++)
        {
            hasNaN |= double.IsNaN(z[j].Value);
            isOpen |= z[j].IsUnknown || double.IsInfinity(z[j].Value);
        }

        if (isOpen || hasNaN)
        {
            Approximate nothing = isOpen ? Approximate.Unknown : double.NaN;
            return (nothing, nothing, nothing);
        }

        Approximate rival = target < 0 ? MarginLossBounds.GreatestOther(z, label) : z[target];
        Approximate lower = target < 0 ? Ranked(z, 3) : Approximate.Scaled((Ranked(z, 3) + Ranked(z, 4)).Rounded(), 0.5);
        Approximate denominator = ((Ranked(z, 1) - lower).Rounded() + Roundings.Setting((double)1e-12f)).Rounded();
        Approximate loss = -((z[label] - rival).Rounded() / denominator).Rounded();
        Approximate a = (factor / denominator).Rounded();
        return (loss, a, (a * loss).Rounded().Or((factor * (loss / denominator).Rounded()).Rounded()));
    }

    // The k-th largest of numbers that are moved by no more than their bounds lies between the k-th largest of their least and of their greatest values.
    private static Approximate Ranked(ApproximateSpan z, int rank)
    {
        double value = Ranked(z, rank, 0);
        return new Approximate(value, Math.Max(Ranked(z, rank, 1) - value, value - Ranked(z, rank, -1)));
    }

    private static double Ranked(ApproximateSpan z, int rank, int sign)
    {
        Span<double> top = stackalloc double[4];
        top.Fill(double.NegativeInfinity);
        for (int j = 0; j < z.Length; j++)
        {
            double x = z[j].Value + (sign * z[j].Error);
            for (int k = 0; k < top.Length; k++)
            {
                if (x > top[k])
                {
                    (top[k], x) = (x, top[k]);
                }
            }
        }

        return top[rank - 1];
    }

    private static DenseTensor<int>? Targets(BoundCall call, int classes)
    {
        DenseTensor<int>? targets = call.LabelsOrNull("attack_target");
        MarginLossBounds.RequireClasses(targets is null ? "dlr" : "targeted dlr", classes, targets is null ? 3 : 4);
        ReadOnlySpan<int> labels = call.Labels("target").Span;
        for (int n = 0; targets is not null && n < labels.Length; n++)
        {
            if (labels[n] == targets.Span[n])
            {
                throw new ArgumentException($"targeted dlr C5: targets[{n}] = {labels[n]} is the image's label");
            }
        }

        return targets;
    }
}
