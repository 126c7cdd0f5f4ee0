using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>The losses of each image and their gradients, written out: the definitions of Ops on libtorch.</summary>
internal static class TorchLosses
{
    private const double DlrFloor = 1e-12;

    public static void CrossEntropy(Tensor logits, Tensor labels, double smoothing, double factor, Tensor loss, Tensor? gradient)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor log = nn.functional.log_softmax(logits, 1);
        double share = smoothing / logits.shape[1];
        loss.copy_(smoothing == 0
            ? nn.functional.nll_loss(log, labels, reduction: nn.Reduction.None)
            : -At(log, labels).Times(1 - smoothing).Plus(log.sum(1).Times(share)));
        if (gradient is not null)
        {
            Tensor isOwn = TorchMath.Indices(logits.shape[1], logits.device).eq(labels.unsqueeze(1));
            Tensor p = log.exp();
            Tensor difference = smoothing == 0
                ? where(isOwn, p.Plus(-1), p)
                : p - isOwn.to(logits.dtype).Times(1 - smoothing).Plus(share);
            gradient.copy_(difference.Times(factor));
        }
    }

    public static void KlDivergence(Tensor reference, Tensor logits, double factor, Tensor loss, Tensor? gradientReference, Tensor? gradient)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor logP = nn.functional.log_softmax(reference, 1);
        Tensor logQ = nn.functional.log_softmax(logits, 1);
        Tensor p = logP.exp();
        Tensor none = zeros_like(p);
        Tensor difference = where(p.eq(none), none, logP - logQ);
        Tensor sum = (p * difference).sum(1);
        loss.copy_(sum);
        gradient?.copy_((logQ.exp() - p).Times(factor));
        gradientReference?.copy_((p * (difference - sum.unsqueeze(1))).Times(factor));
    }

    public static void Margin(Tensor logits, Tensor labels, double factor, Tensor loss, Tensor? gradient)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rival = Rival(logits, labels);
        loss.copy_(At(logits, rival) - At(logits, labels));
        gradient?.copy_((OneHot(rival, logits) - OneHot(labels, logits)).Times(factor));
    }

    /// <summary>The untargeted form where there are no targets.</summary>
    public static void Dlr(Tensor logits, Tensor labels, Tensor? targets, double factor, Tensor loss, Tensor? gradient)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();

        // Stable: equals by ascending class, as the reference has it.
        (Tensor sorted, Tensor order) = sort(logits, 1, descending: true, stable: true);
        Tensor rival = targets ?? Rival(logits, labels);
        Tensor top = sorted.select(1, 0);
        Tensor lower = targets is null ? sorted.select(1, 2) : sorted.select(1, 2).Plus(sorted.select(1, 3)).Times(0.5);
        Tensor denominator = (top - lower).Plus(DlrFloor);
        Tensor value = -((At(logits, labels) - At(logits, rival)) / denominator);
        loss.copy_(value);
        if (gradient is null)
        {
            return;
        }

        Tensor a = ones_like(denominator).Times(factor) / denominator;
        Tensor b = a * value;
        Tensor third = OneHot(order.select(1, 2), logits);
        Tensor below = targets is null ? third : third.Plus(OneHot(order.select(1, 3), logits)).Times(0.5);
        gradient.copy_((a.unsqueeze(1) * (OneHot(rival, logits) - OneHot(labels, logits))).Plus(b.unsqueeze(1) * (below - OneHot(order.select(1, 0), logits))));
    }

    public static Tensor NextClass(Tensor labels, long classes)
    {
        Tensor next = labels.PlusWhole(1);
        return where(next.eq(next.FullLike(classes)), zeros_like(next), next);
    }

    /// <summary>The class other than the label with the smallest logit, the first of equals; NaN counts as +∞.</summary>
    public static Tensor LeastLikely(Tensor logits, Tensor labels)
    {
        long classes = logits.shape[1];
        Tensor index = TorchMath.Indices(classes, logits.device);
        Tensor isOwn = index.eq(labels.unsqueeze(1));
        Tensor others = where(isOwn.logical_or(logits.isnan()), logits.FullLike(double.PositiveInfinity), logits);
        Tensor isLeast = others.eq(others.amin([1], keepdim: true)).logical_and(isOwn.logical_not());
        return where(isLeast, index, index.FullLike(classes)).amin([1]);
    }

    private static Tensor At(Tensor rows, Tensor column) => rows.gather(1, column.unsqueeze(1)).squeeze(1);

    private static Tensor OneHot(Tensor classes, Tensor like) => nn.functional.one_hot(classes, like.shape[1]).to(like.dtype);

    // The class other than the label with the largest logit, the first of equals; a NaN among them is the rival.
    private static Tensor Rival(Tensor logits, Tensor labels)
    {
        long classes = logits.shape[1];
        Tensor index = TorchMath.Indices(classes, logits.device);
        Tensor isOwn = index.eq(labels.unsqueeze(1));
        Tensor others = where(isOwn, logits.FullLike(double.NegativeInfinity), logits);
        Tensor most = others.amax([1], keepdim: true);
        Tensor isRival = others.eq(most).logical_or(others.isnan()).logical_and(isOwn.logical_not());
        return where(isRival, index, index.FullLike(classes)).amin([1]);
    }
}
