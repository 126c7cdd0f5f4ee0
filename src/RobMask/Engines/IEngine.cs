using RobMask.Data;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>What an attack or a training method needs of the arithmetic below it.</summary>
/// <remarks>
/// An algorithm is written once against this interface; the managed engine and the TorchSharp engine implement it, so a
/// difference between two runs can only come from arithmetic. Tensors are opaque here: nothing but <see cref="Download"/>
/// brings values to the host, so that a device may run ahead. Destinations come last; shapes are in the project's letters.
/// A tensor belongs to the engine that made it.
/// </remarks>
public interface IEngine : IDisposable
{
    /// <summary>«managed» or «torch».</summary>
    string Name { get; }

    /// <summary>Where tensors live: «cpu», «cuda:0».</summary>
    string Device { get; }

    /// <summary>Engine, device, precision and libraries in words, for a run's <c>environment.json</c>.</summary>
    string Description { get; }

    /// <summary>What convolutions and matrix products are declared to be computed in: «fp32», «tf32», «bf16», or «double» with everything else.</summary>
    string Arithmetic { get; }

    /// <summary>
    /// True where calls return before their work is done, as on a GPU: then reading a value waits, and who wants speed reads
    /// seldom. False where reading costs nothing.
    /// </summary>
    bool IsAsynchronous { get; }

    /// <summary>Allocates zeros.</summary>
    ITensor Allocate(TensorShape shape);

    /// <summary>Allocates class labels [N], all 0.</summary>
    ITensor AllocateLabels(int images);

    /// <summary>Copies host values into a tensor of as many elements.</summary>
    void Upload(ReadOnlySpan<float> source, ITensor destination);

    /// <summary>Copies host labels into <paramref name="destination"/> [N].</summary>
    void UploadLabels(ReadOnlySpan<int> source, ITensor destination);

    /// <summary>Copies a tensor to the host, rounding to float where the engine works in double. Waits for the device.</summary>
    void Download(ITensor source, Span<float> destination);

    /// <summary>Copies labels [N] to the host. Waits for the device.</summary>
    void DownloadLabels(ITensor source, Span<int> destination);

    /// <summary>Makes a place for sums over images that are read seldom.</summary>
    /// <param name="slots">Sums of a step.</param>
    /// <param name="capacity">The most steps between two readings.</param>
    IMeter CreateMeter(int slots, int capacity);

    /// <summary>Makes the batches of a loader the engine's own, by the shortest way to where it computes.</summary>
    /// <param name="loader">Data, order and augmentation; nobody else loads from it meanwhile.</param>
    /// <param name="requireUnitBox">Whether every pixel must lie in [0, 1].</param>
    IBatchSource CreateBatches(BatchLoader loader, bool requireUnitBox);

    /// <summary>Makes a network with every parameter 0 and every running variance 1.</summary>
    IModel CreateModel(NetworkGraph graph);

    /// <summary>Sets every element.</summary>
    void Fill(ITensor destination, float value);

    /// <summary>Copies all elements.</summary>
    void Copy(ITensor source, ITensor destination);

    /// <summary>destination = left + right, element by element.</summary>
    void Add(ITensor left, ITensor right, ITensor destination);

    /// <summary>destination = left − right, element by element.</summary>
    void Subtract(ITensor left, ITensor right, ITensor destination);

    /// <summary>destination = left · right, element by element.</summary>
    void Multiply(ITensor left, ITensor right, ITensor destination);

    /// <summary>destination = source · factor.</summary>
    void Scale(ITensor source, float factor, ITensor destination);

    /// <summary>The largest |x| of each image; NaN where an element is NaN. It tells a gradient of exact zeros and one that is not finite.</summary>
    /// <param name="source">[N, …].</param>
    /// <param name="destination">[N].</param>
    void MaxMagnitude(ITensor source, ITensor destination);

    /// <summary>Draws low + (high − low)·u with u = 24 random bits / 2²⁴; element i of the tensor is draw i of the sequence.</summary>
    void FillUniform(ITensor destination, PhiloxKey key, float low, float high);

    /// <summary>Draws normal numbers: mean 0, the given standard deviation; element i of the tensor is draw i of the sequence.</summary>
    void FillNormal(ITensor destination, PhiloxKey key, float standardDeviation);

    /// <summary>A uniform point of each image's L∞ ball: clamp(origin + epsilon_n·(2u − 1)), clamped to the box.</summary>
    /// <param name="origin">[N, …].</param>
    /// <param name="epsilon">Radius of each image, [N].</param>
    /// <param name="key">The random numbers.</param>
    /// <param name="box">The allowed range of a pixel.</param>
    /// <param name="destination">[N, …].</param>
    void StartLinf(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination);

    /// <summary>A random point of each image's L2 ball: a normal direction, scaled to epsilon_n times a uniform number, clamped to the box.</summary>
    /// <inheritdoc cref="StartLinf"/>
    void StartL2(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination);

    /// <summary>One projected step in L∞, in place: x + stepSize_n·sign(gradient), into the ball about origin, into the box; sign(±0) = 0.</summary>
    /// <param name="origin">[N, …].</param>
    /// <param name="gradient">[N, …], of the quantity that grows.</param>
    /// <param name="stepSize">[N].</param>
    /// <param name="epsilon">[N].</param>
    /// <param name="box">The allowed range of a pixel.</param>
    /// <param name="images">[N, …], replaced.</param>
    void StepLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images);

    /// <summary>One projected step in L2, in place: x + stepSize_n·g/max(‖g‖₂, 1e-12), into the ball about origin, into the box.</summary>
    /// <inheritdoc cref="StepLinf"/>
    void StepL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images);

    /// <summary>
    /// For each image, keeps the candidate if it is a worse point for the network than the kept one: fooling it beats not
    /// fooling it, then a larger objective beats a smaller one; the kept point wins ties.
    /// </summary>
    /// <param name="candidate">[N, …].</param>
    /// <param name="objective">What the attack maximises, [N].</param>
    /// <param name="fooled">1 where the attack's aim is reached, else 0, [N].</param>
    /// <param name="kept">[N, …].</param>
    /// <param name="keptObjective">[N]; start with −∞.</param>
    /// <param name="keptFooled">[N]; start with 0.</param>
    void KeepWorst(ITensor candidate, ITensor objective, ITensor fooled, ITensor kept, ITensor keptObjective, ITensor keptFooled);

    /// <summary>1 where the largest logit (the first of equals) is the label's, else 0.</summary>
    /// <param name="logits">[N, K].</param>
    /// <param name="labels">[N].</param>
    /// <param name="correct">[N].</param>
    void Correct(ITensor logits, ITensor labels, ITensor correct);

    /// <summary>The class of the largest logit, the first of equals.</summary>
    void Predict(ITensor logits, ITensor labels);

    /// <summary>(label + 1) mod <paramref name="classes"/> of each image.</summary>
    void NextClass(ITensor labels, int classes, ITensor targets);

    /// <summary>The class other than the label with the smallest logit, the first of equals; NaN counts as +∞.</summary>
    /// <param name="logits">[N, K], K ≥ 2.</param>
    /// <param name="labels">[N].</param>
    /// <param name="targets">[N].</param>
    void LeastLikely(ITensor logits, ITensor labels, ITensor targets);

    /// <summary>The cross-entropy of each image, and the gradient of factor·Σ loss_n.</summary>
    /// <param name="logits">[N, K].</param>
    /// <param name="labels">[N].</param>
    /// <param name="labelSmoothing">0 ≤ s &lt; 1; the target is (1 − s)·onehot + s/K.</param>
    /// <param name="factor">What every image's gradient is multiplied by: 1/N for a mean.</param>
    /// <param name="loss">[N], not multiplied by the factor.</param>
    /// <param name="gradient">[N, K], or null.</param>
    void CrossEntropy(ITensor logits, ITensor labels, float labelSmoothing, float factor, ITensor loss, ITensor? gradient);

    /// <summary>KL(softmax(reference) ‖ softmax(logits)) of each image, and the gradients of factor·Σ loss_n.</summary>
    /// <param name="reference">[N, K].</param>
    /// <param name="logits">[N, K].</param>
    /// <param name="factor">What every image's gradient is multiplied by.</param>
    /// <param name="loss">[N].</param>
    /// <param name="gradientReference">[N, K], or null.</param>
    /// <param name="gradient">[N, K], or null.</param>
    void KlDivergence(ITensor reference, ITensor logits, float factor, ITensor loss, ITensor? gradientReference, ITensor? gradient);

    /// <summary>The margin of each image, max over j ≠ y of z_j, less z_y (Carlini and Wagner, f₆ without its floor), and the gradient of factor·Σ.</summary>
    void Margin(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient);

    /// <summary>The difference-of-logits-ratio loss of each image (Croce and Hein 2020, eq. 6) and the gradient of factor·Σ; needs 3 classes.</summary>
    void Dlr(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient);

    /// <summary>The targeted difference-of-logits-ratio loss (Croce and Hein 2020, eq. 7) and the gradient of factor·Σ; needs 4 classes.</summary>
    void DlrTargeted(ITensor logits, ITensor labels, ITensor targets, float factor, ITensor loss, ITensor? gradient);

    /// <summary>One step of stochastic gradient descent, in place, as torch.optim.SGD.</summary>
    /// <param name="parameter">Replaced.</param>
    /// <param name="gradient">Left as it is.</param>
    /// <param name="momentumBuffer">Replaced; null where momentum is 0.</param>
    /// <param name="firstStep">True on the first step of a parameter: the buffer is set to the gradient, undamped.</param>
    /// <param name="options">Rates.</param>
    void SgdStep(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options);

    /// <summary>The same step of several parameters, with the bits of one call for each.</summary>
    void SgdSteps(IReadOnlyList<SgdTarget> targets, bool firstStep, in SgdOptions options)
    {
        foreach (SgdTarget target in targets)
        {
            SgdStep(target.Parameter, target.Gradient, target.MomentumBuffer, firstStep, options);
        }
    }
}
