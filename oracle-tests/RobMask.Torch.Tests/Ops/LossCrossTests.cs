using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;
using Reduction = RobMask.Ops.Reduction;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatLossCrossTests(ITestOutputHelper output) : LossCrossTests<float>(output);

public sealed class DoubleLossCrossTests(ITestOutputHelper output) : LossCrossTests<double>(output);

/// <summary>Losses and their gradients against libtorch: its own where it has one, composed with autograd where it has none.</summary>
public abstract class LossCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double SecondOrder = 1.01;

    public static TheoryData<int, int, double> Cases => new() { { 1, 4, 1 }, { 6, 10, 5 }, { 9, 100, 8 }, { 5, 7, 30 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_entropy_with_smoothing_and_every_reduction_is_libtorchs_within_its_bound(int images, int classes, double scale)
    {
        using DisposeScope scope = Bridge.Scope();
        foreach (float smoothing in new[] { 0f, 0.1f, 0.5f })
        {
            Draw draw = new(images + classes);
            Gauge<T> gauge = new(output, $"cross-entropy [{images}, {classes}] to ±{scale}, smoothing {smoothing}");
            DenseTensor<T> logits = draw.Uniform<T>(-scale, scale, images, classes);
            DenseTensor<int> labels = draw.Labels(images, classes);
            Tensor targets = labels.ToTorch();
            Tensor Loss(Tensor x, nn.Reduction reduction) => nn.functional.cross_entropy(x, targets, reduction: reduction, label_smoothing: smoothing);

            DenseTensor<T> perImage = new(images);
            CrossEntropy.Forward(logits, labels, smoothing, perImage);
            SoftmaxBounds b = new(logits.ToTorch(ScalarType.Float64));
            Tensor weights = (nn.functional.one_hot(targets, classes).to(ScalarType.Float64) * (1 - smoothing)) + ((double)smoothing / classes);
            Tensor error = b.CrossEntropyError(weights);
            gauge.Check("loss", perImage, type => Loss(logits.ToTorch(type), nn.Reduction.None), error, SecondOrder);

            // A mean over N adds N roundings of the mean of |loss|.
            Tensor losses = Loss(logits.ToTorch(ScalarType.Float64), nn.Reduction.None);
            Tensor sumError = error.sum() + ((images + 1) * losses.sum());
            gauge.Check("sum", Scalar(CrossEntropy.Reduce(perImage, Reduction.Sum)), type => Loss(logits.ToTorch(type), nn.Reduction.Sum).reshape(1), sumError.reshape(1), SecondOrder);
            gauge.Check("mean", Scalar(CrossEntropy.Reduce(perImage, Reduction.Mean)), type => Loss(logits.ToTorch(type), nn.Reduction.Mean).reshape(1), sumError.reshape(1) / images, SecondOrder);

            // factor·(p − q): the error of p, three roundings of the weights, the subtraction and the factor.
            DenseTensor<T> gradient = new(images, classes);
            CrossEntropy.Backward(logits, labels, smoothing, T.One / T.CreateChecked(images), gradient);
            Tensor magnitude = ((b.Probabilities * (b.RelativeError + 3)) + (weights * 5)) / images;
            gauge.Check("gradient", gradient, type => Gradient(logits, type, x => Loss(x, nn.Reduction.Mean)), magnitude, SecondOrder);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kl_divergence_and_both_gradients_are_libtorchs_within_their_bounds(int images, int classes, double scale)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + classes);
        Gauge<T> gauge = new(output, $"kl divergence [{images}, {classes}] to ±{scale}");
        DenseTensor<T> reference = draw.Uniform<T>(-scale, scale, images, classes);
        DenseTensor<T> logits = draw.Uniform<T>(-scale, scale, images, classes);
        Tensor Loss(Tensor r, Tensor x) => nn.functional.kl_div(x.log_softmax(1), r.log_softmax(1), log_target: true, reduction: nn.Reduction.None).sum(1);

        SoftmaxBounds p = new(reference.ToTorch(ScalarType.Float64));
        SoftmaxBounds q = new(logits.ToTorch(ScalarType.Float64));
        Tensor difference = (reference.ToTorch(ScalarType.Float64) - p.LogSumExp - logits.ToTorch(ScalarType.Float64) + q.LogSumExp).abs();
        Tensor differenceError = p.LogError + q.LogError + difference;
        Tensor lossError = (p.Probabilities * ((difference * (p.RelativeError + p.LogError + classes + 4)) + differenceError)).sum(1);

        DenseTensor<T> perImage = new(images);
        KlDivergence.Forward(reference, logits, perImage);
        gauge.Check("loss", perImage, type => Loss(reference.ToTorch(type), logits.ToTorch(type)), lossError, SecondOrder);

        T factor = T.CreateChecked(0.25);
        DenseTensor<T> gradReference = new(images, classes);
        DenseTensor<T> gradLogits = new(images, classes);
        KlDivergence.Backward(reference, logits, factor, gradReference, gradLogits);

        // factor·(q − p).
        Tensor magnitude = 0.25 * ((p.Probabilities * (p.RelativeError + p.LogError + classes + 4)) + (q.Probabilities * (q.RelativeError + q.LogError + classes + 4)));
        gauge.Check("gradient of logits", gradLogits, type => Gradient(logits, type, x => Loss(reference.ToTorch(type), x).sum() * 0.25), magnitude, SecondOrder);

        // factor·p_i((log p_i − log q_i) − KL); autograd reaches it as p(…) − p·Σ p(…), with an added and a subtracted 1.
        Tensor mean = (p.Probabilities * (difference + 1)).sum(1, keepdim: true);
        Tensor terms = p.Probabilities * (difference + 1 + mean) * ((2 * (p.RelativeError + p.LogError).amax([1], keepdim: true)) + classes + 8);
        magnitude = 0.25 * (terms + (p.Probabilities * (differenceError + (p.Probabilities * differenceError).sum(1, keepdim: true))));
        gauge.Check("gradient of reference", gradReference, type => Gradient(reference, type, r => Loss(r, logits.ToTorch(type)).sum() * 0.25), magnitude, SecondOrder);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Margin_loss_and_its_gradient_are_libtorchs(int images, int classes, double scale)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + classes);
        Gauge<T> gauge = new(output, $"margin [{images}, {classes}] to ±{scale}");
        DenseTensor<T> logits = draw.Uniform<T>(-scale, scale, images, classes);
        DenseTensor<int> labels = draw.Labels(images, classes);
        DenseTensor<T> perImage = new(images);
        DenseTensor<T> gradient = new(images, classes);
        MarginLoss.Forward(logits, labels, perImage);
        MarginLoss.Backward(logits, labels, T.CreateChecked(0.5), gradient);

        Tensor Loss(Tensor x) => Others(x, labels).amax([1]) - Own(x, labels);
        gauge.Check("loss", perImage, type => Loss(logits.ToTorch(type)), Loss(logits.ToTorch(ScalarType.Float64)).abs(), 1);
        Assert.Equal(Gradient(logits, Bridge.TypeOf<T>(), x => Loss(x).sum() * 0.5).ToDoubles(), gradient.ToDoubles());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Dlr_losses_and_their_gradients_are_libtorchs_within_their_roundings(int images, int classes, double scale)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + classes);
        DenseTensor<T> logits = draw.Uniform<T>(-scale, scale, images, classes);
        DenseTensor<int> labels = draw.Labels(images, classes);
        DenseTensor<int> targets = DenseTensor<int>.From(Array.ConvertAll(labels.Span.ToArray(), y => (y + 1) % classes), images);
        DenseTensor<T> perImage = new(images);
        DenseTensor<T> gradient = new(images, classes);

        DlrLoss.Forward(logits, labels, perImage);
        DlrLoss.Backward(logits, labels, T.CreateChecked(0.5), gradient);
        Check("dlr", Numerator, x => Sorted(x, 0) - Sorted(x, 2));

        DlrLoss.ForwardTargeted(logits, labels, targets, perImage);
        DlrLoss.BackwardTargeted(logits, labels, targets, T.CreateChecked(0.5), gradient);
        Check("targeted dlr", x => Own(x, targets) - Own(x, labels), x => Sorted(x, 0) - ((Sorted(x, 2) + Sorted(x, 3)) / 2));

        Tensor Numerator(Tensor x) => Others(x, labels).amax([1]) - Own(x, labels);

        void Check(string name, Func<Tensor, Tensor> numerator, Func<Tensor, Tensor> denominator)
        {
            Gauge<T> gauge = new(output, $"{name} [{images}, {classes}] to ±{scale}");

            // The authors' code adds 1e-12 to the denominator, and so does ours.
            Tensor Loss(Tensor x) => numerator(x) / (denominator(x) + 1e-12);
            Tensor exact = logits.ToTorch(ScalarType.Float64);
            Tensor loss = Loss(exact).abs().unsqueeze(1);

            // Two differences of exact logits (for the targeted form a sum, a halving and a difference) and a division.
            Tensor top = exact.abs().amax([1]);
            Tensor denominatorError = 1 + ((name == "dlr" ? 0 : 1) * 2 * top / denominator(exact)).unsqueeze(1);
            gauge.Check("loss", perImage, type => Loss(logits.ToTorch(type)), (loss * (2 + denominatorError)).squeeze(1), SecondOrder);

            // ±factor/denominator and ±factor·loss/denominator, at most two of each an element.
            Tensor magnitude = 0.5 * (1 + loss) / denominator(exact).unsqueeze(1) * (6 + (2 * denominatorError));
            gauge.Check("gradient", gradient, type => Gradient(logits, type, x => Loss(x).sum() * 0.5), magnitude, 2 * SecondOrder);
        }
    }

    private static DenseTensor<T> Scalar(T value) => DenseTensor<T>.From([value], 1);

    private static Tensor Gradient(DenseTensor<T> input, ScalarType type, Func<Tensor, Tensor> loss)
    {
        Tensor x = input.ToTorch(type).requires_grad_(true);
        return autograd.grad([loss(x)], [x])[0];
    }

    private static Tensor Own(Tensor x, DenseTensor<int> labels) => x.gather(1, labels.ToTorch().unsqueeze(1)).squeeze(1);

    private static Tensor Others(Tensor x, DenseTensor<int> labels) =>
        x.masked_fill(nn.functional.one_hot(labels.ToTorch(), x.shape[1]).to(ScalarType.Bool), double.NegativeInfinity);

    private static Tensor Sorted(Tensor x, int rank) => x.topk(rank + 1, 1).values.select(1, rank);
}
