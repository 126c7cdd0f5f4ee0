using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Verification.Audits.Replays;
using ITensor = RobMask.Tensors.ITensor;
using TensorShape = RobMask.Tensors.TensorShape;

namespace RobMask.Tests.Audits;

/// <summary>An engine that is not the reference (its sums run in an order of their own), and that does one thing wrong where a test asks for it.</summary>
internal sealed class FaultyEngine(OperandFormat format = OperandFormat.Float, string arithmetic = "fp32") : IEngine
{
    private readonly ManagedEngine<float> _engine = new() { Kernels = new ReorderedKernels(23, format, CancellationToken.None) };
    private int _calls;

    /// <summary>Changes the rates of the optimiser.</summary>
    public Func<SgdOptions, SgdOptions> Rates { get; init; } = rates => rates;

    /// <summary>Leaves out the optimiser's calls whose number it holds of; a network of few parameters has few a step.</summary>
    public Func<int, bool> Skips { get; init; } = _ => false;

    /// <summary>Multiplies the gradient of the cross-entropy, and with it every gradient.</summary>
    public float GradientFactor { get; init; } = 1;

    /// <summary>Forgets the momentum buffer before every step.</summary>
    public bool ForgetsMomentum { get; init; }

    /// <summary>Puts the images of a training batch (of 16) in the reverse order, and leaves the labels where they were.</summary>
    public bool ReversesImages { get; init; }

    public string Name => "faulty";

    public string Device => "cpu";

    public string Description => "faulty, cpu";

    public string Arithmetic => arithmetic;

    public bool IsAsynchronous => false;

    public IMeter CreateMeter(int slots, int capacity) => _engine.CreateMeter(slots, capacity);

    public IBatchSource CreateBatches(BatchLoader loader, bool requireUnitBox) => new HostBatches(this, loader, requireUnitBox);

    public void SgdStep(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options)
    {
        if (!Skips(_calls++))
        {
            _engine.SgdStep(parameter, gradient, momentumBuffer, firstStep || ForgetsMomentum, Rates(options));
        }
    }

    public void Upload(ReadOnlySpan<float> source, ITensor destination)
    {
        if (!ReversesImages || destination.Shape.Rank != 4 || destination.Shape[0] != 16)
        {
            _engine.Upload(source, destination);
            return;
        }

        float[] reversed = new float[source.Length];
        int length = source.Length / destination.Shape[0];
        for (int n = 0; n < destination.Shape[0]; n++)
        {
            source.Slice(n * length, length).CopyTo(reversed.AsSpan(source.Length - ((n + 1) * length)));
        }

        _engine.Upload(reversed, destination);
    }

    public ITensor Allocate(TensorShape shape) => _engine.Allocate(shape);

    public ITensor AllocateLabels(int images) => _engine.AllocateLabels(images);

    public void UploadLabels(ReadOnlySpan<int> source, ITensor destination) => _engine.UploadLabels(source, destination);

    public void Download(ITensor source, Span<float> destination) => _engine.Download(source, destination);

    public void DownloadLabels(ITensor source, Span<int> destination) => _engine.DownloadLabels(source, destination);

    public IModel CreateModel(NetworkGraph graph) => _engine.CreateModel(graph);

    public void Fill(ITensor destination, float value) => _engine.Fill(destination, value);

    public void Copy(ITensor source, ITensor destination) => _engine.Copy(source, destination);

    public void Add(ITensor left, ITensor right, ITensor destination) => _engine.Add(left, right, destination);

    public void Subtract(ITensor left, ITensor right, ITensor destination) => _engine.Subtract(left, right, destination);

    public void Multiply(ITensor left, ITensor right, ITensor destination) => _engine.Multiply(left, right, destination);

    public void Scale(ITensor source, float factor, ITensor destination) => _engine.Scale(source, factor, destination);

    public void MaxMagnitude(ITensor source, ITensor destination) => _engine.MaxMagnitude(source, destination);

    public void FillUniform(ITensor destination, PhiloxKey key, float low, float high) => _engine.FillUniform(destination, key, low, high);

    public void FillNormal(ITensor destination, PhiloxKey key, float standardDeviation) => _engine.FillNormal(destination, key, standardDeviation);

    public void StartLinf(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination) => _engine.StartLinf(origin, epsilon, key, box, destination);

    public void StartL2(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination) => _engine.StartL2(origin, epsilon, key, box, destination);

    public void StepLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        _engine.StepLinf(origin, gradient, stepSize, epsilon, box, images);

    public void StepL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        _engine.StepL2(origin, gradient, stepSize, epsilon, box, images);

    public void KeepWorst(ITensor candidate, ITensor objective, ITensor fooled, ITensor kept, ITensor keptObjective, ITensor keptFooled) =>
        _engine.KeepWorst(candidate, objective, fooled, kept, keptObjective, keptFooled);

    public void Correct(ITensor logits, ITensor labels, ITensor correct) => _engine.Correct(logits, labels, correct);

    public void Predict(ITensor logits, ITensor labels) => _engine.Predict(logits, labels);

    public void CrossEntropy(ITensor logits, ITensor labels, float labelSmoothing, float factor, ITensor loss, ITensor? gradient) =>
        _engine.CrossEntropy(logits, labels, labelSmoothing, factor * GradientFactor, loss, gradient);

    public void KlDivergence(ITensor reference, ITensor logits, float factor, ITensor loss, ITensor? gradientReference, ITensor? gradient) =>
        _engine.KlDivergence(reference, logits, factor, loss, gradientReference, gradient);

    public void Margin(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient) => _engine.Margin(logits, labels, factor, loss, gradient);

    public void Dlr(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient) => _engine.Dlr(logits, labels, factor, loss, gradient);

    public void DlrTargeted(ITensor logits, ITensor labels, ITensor targets, float factor, ITensor loss, ITensor? gradient) =>
        _engine.DlrTargeted(logits, labels, targets, factor, loss, gradient);

    public void LeastLikely(ITensor logits, ITensor labels, ITensor targets) => _engine.LeastLikely(logits, labels, targets);

    public void NextClass(ITensor labels, int classes, ITensor targets) => _engine.NextClass(labels, classes, targets);

    public void Dispose() => _engine.Dispose();
}
