using System.Numerics;
using System.Numerics.Tensors;
using RobMask.Data;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Engines.Managed;

/// <summary>The reference: every operation in managed code by its written evaluation order, the same bits on every machine.</summary>
/// <typeparam name="T">float for the bits, double for the value.</typeparam>
public sealed class ManagedEngine<T> : IEngine
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether networks run several nodes as one operation where they can (<see cref="BatchNorm"/>): faster, with the same bits.</summary>
    public bool Fuses { get; init; } = true;

    /// <summary>What computes the operations with long sums; an audit puts others in the place of the reference's.</summary>
    internal NodeKernels<T> Kernels { get; init; } = NodeKernels<T>.Reference;

    /// <inheritdoc/>
    public string Name => "managed";

    /// <inheritdoc/>
    public string Device => "cpu";

    /// <inheritdoc/>
    public string Arithmetic => typeof(T) == typeof(double) ? "double" : "fp32";

    /// <inheritdoc/>
    public bool IsAsynchronous => false;

    /// <inheritdoc/>
    public string Description => $"{Name}, {Device}, {(typeof(T) == typeof(double) ? "double" : "float")}";

    /// <inheritdoc/>
    public ITensor Allocate(TensorShape shape) => new DenseTensor<T>(shape);

    /// <inheritdoc/>
    public ITensor AllocateLabels(int images) => new DenseTensor<int>(images);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, ITensor destination)
    {
        CheckLength(source.Length, destination);
        TensorPrimitives.ConvertTruncating(source, Values(destination).Span);
    }

    /// <inheritdoc/>
    public void UploadLabels(ReadOnlySpan<int> source, ITensor destination)
    {
        CheckLength(source.Length, destination);
        source.CopyTo(Labels(destination).Span);
    }

    /// <inheritdoc/>
    public void Download(ITensor source, Span<float> destination)
    {
        CheckLength(destination.Length, source);
        TensorPrimitives.ConvertTruncating<T, float>(Values(source).Span, destination);
    }

    /// <inheritdoc/>
    public void DownloadLabels(ITensor source, Span<int> destination)
    {
        CheckLength(destination.Length, source);
        Labels(source).Span.CopyTo(destination);
    }

    /// <inheritdoc/>
    public IMeter CreateMeter(int slots, int capacity) => new HostMeter(this, slots, capacity);

    /// <inheritdoc/>
    public IBatchSource CreateBatches(BatchLoader loader, bool requireUnitBox) => new HostBatches(this, loader, requireUnitBox);

    /// <inheritdoc/>
    public IModel CreateModel(NetworkGraph graph) => new ManagedModel<T>(graph, Fuses && Kernels.AllowsFusion, Kernels);

    /// <inheritdoc/>
    public void Fill(ITensor destination, float value) => Values(destination).Span.Fill(T.CreateTruncating(value));

    /// <inheritdoc/>
    public void Copy(ITensor source, ITensor destination)
    {
        CheckLength(source.Shape.Length, destination);
        Values(source).Span.CopyTo(Values(destination).Span);
    }

    /// <inheritdoc/>
    public void Add(ITensor left, ITensor right, ITensor destination) =>
        TensorPrimitives.Add(Values(left).Span, Values(right).Span, Values(destination).Span);

    /// <inheritdoc/>
    public void Subtract(ITensor left, ITensor right, ITensor destination) =>
        TensorPrimitives.Subtract(Values(left).Span, Values(right).Span, Values(destination).Span);

    /// <inheritdoc/>
    public void Multiply(ITensor left, ITensor right, ITensor destination) =>
        TensorPrimitives.Multiply(Values(left).Span, Values(right).Span, Values(destination).Span);

    /// <inheritdoc/>
    public void Scale(ITensor source, float factor, ITensor destination) =>
        TensorPrimitives.Multiply(Values(source).Span, T.CreateTruncating(factor), Values(destination).Span);

    /// <inheritdoc/>
    public void MaxMagnitude(ITensor source, ITensor destination)
    {
        DenseTensor<T> values = Values(source);
        Span<T> magnitudes = Values(destination).Span;
        for (int n = 0; n < magnitudes.Length; n++)
        {
            magnitudes[n] = T.Abs(TensorPrimitives.MaxMagnitude<T>(values.Image(n)));
        }
    }

    /// <inheritdoc/>
    public void FillUniform(ITensor destination, PhiloxKey key, float low, float high) =>
        new PhiloxStream(key).FillUniform(Values(destination).Span, low, high);

    /// <inheritdoc/>
    public void FillNormal(ITensor destination, PhiloxKey key, float standardDeviation) =>
        new PhiloxStream(key).FillNormal(Values(destination).Span, standardDeviation);

    /// <inheritdoc/>
    public void StartLinf(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination) =>
        ProjectedStep.StartLinf(Values(origin), Values(epsilon), key, box, Values(destination));

    /// <inheritdoc/>
    public void StartL2(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination) =>
        ProjectedStep.StartL2(Values(origin), Values(epsilon), key, box, Values(destination));

    /// <inheritdoc/>
    public void StepLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        ProjectedStep.Linf(Values(origin), Values(gradient), Values(stepSize), Values(epsilon), box, Values(images));

    /// <inheritdoc/>
    public void StepL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        ProjectedStep.L2(Values(origin), Values(gradient), Values(stepSize), Values(epsilon), box, Values(images));

    /// <inheritdoc/>
    public void KeepWorst(ITensor candidate, ITensor objective, ITensor fooled, ITensor kept, ITensor keptObjective, ITensor keptFooled)
    {
        ReadOnlySpan<T> newObjective = Values(objective).Span;
        ReadOnlySpan<T> newFooled = Values(fooled).Span;
        Span<T> oldObjective = Values(keptObjective).Span;
        Span<T> oldFooled = Values(keptFooled).Span;
        DenseTensor<T> from = Values(candidate);
        DenseTensor<T> to = Values(kept);
        for (int n = 0; n < newObjective.Length; n++)
        {
            if (newFooled[n] > oldFooled[n] || (newFooled[n] == oldFooled[n] && newObjective[n] > oldObjective[n]))
            {
                oldFooled[n] = newFooled[n];
                oldObjective[n] = newObjective[n];
                from.Image(n).CopyTo(to.Image(n));
            }
        }
    }

    /// <inheritdoc/>
    public void Correct(ITensor logits, ITensor labels, ITensor correct)
    {
        DenseTensor<T> values = Values(logits);
        ReadOnlySpan<int> wanted = Labels(labels).Span;
        Span<T> destination = Values(correct).Span;
        for (int n = 0; n < destination.Length; n++)
        {
            ReadOnlySpan<T> image = values.Image(n);
            int winner = Winner(image);
            destination[n] = winner == wanted[n] && !T.IsNaN(image[winner]) ? T.One : T.Zero;
        }
    }

    /// <inheritdoc/>
    public void Predict(ITensor logits, ITensor labels)
    {
        DenseTensor<T> values = Values(logits);
        Span<int> destination = Labels(labels).Span;
        for (int n = 0; n < destination.Length; n++)
        {
            destination[n] = Winner(values.Image(n));
        }
    }

    /// <inheritdoc/>
    public void NextClass(ITensor labels, int classes, ITensor targets)
    {
        ReadOnlySpan<int> own = Labels(labels).Span;
        Span<int> next = Labels(targets).Span;
        for (int n = 0; n < next.Length; n++)
        {
            next[n] = (own[n] + 1) % classes;
        }
    }

    /// <inheritdoc/>
    public void LeastLikely(ITensor logits, ITensor labels, ITensor targets)
    {
        DenseTensor<T> values = Values(logits);
        ReadOnlySpan<int> own = Labels(labels).Span;
        Span<int> destination = Labels(targets).Span;
        for (int n = 0; n < destination.Length; n++)
        {
            destination[n] = Least(values.Image(n), own[n]);
        }
    }

    /// <inheritdoc/>
    public void CrossEntropy(ITensor logits, ITensor labels, float labelSmoothing, float factor, ITensor loss, ITensor? gradient)
    {
        Ops.CrossEntropy.Forward(Values(logits), Labels(labels), labelSmoothing, Values(loss));
        if (gradient is not null)
        {
            Ops.CrossEntropy.Backward(Values(logits), Labels(labels), labelSmoothing, T.CreateTruncating(factor), Values(gradient));
        }
    }

    /// <inheritdoc/>
    public void KlDivergence(ITensor reference, ITensor logits, float factor, ITensor loss, ITensor? gradientReference, ITensor? gradient)
    {
        Ops.KlDivergence.Forward(Values(reference), Values(logits), Values(loss));
        if (gradientReference is not null || gradient is not null)
        {
            Ops.KlDivergence.Backward(Values(reference), Values(logits), T.CreateTruncating(factor), ValuesOrNull(gradientReference), ValuesOrNull(gradient));
        }
    }

    /// <inheritdoc/>
    public void Margin(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient)
    {
        MarginLoss.Forward(Values(logits), Labels(labels), Values(loss));
        if (gradient is not null)
        {
            MarginLoss.Backward(Values(logits), Labels(labels), T.CreateTruncating(factor), Values(gradient));
        }
    }

    /// <inheritdoc/>
    public void Dlr(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient)
    {
        DlrLoss.Forward(Values(logits), Labels(labels), Values(loss));
        if (gradient is not null)
        {
            DlrLoss.Backward(Values(logits), Labels(labels), T.CreateTruncating(factor), Values(gradient));
        }
    }

    /// <inheritdoc/>
    public void DlrTargeted(ITensor logits, ITensor labels, ITensor targets, float factor, ITensor loss, ITensor? gradient)
    {
        DlrLoss.ForwardTargeted(Values(logits), Labels(labels), Labels(targets), Values(loss));
        if (gradient is not null)
        {
            DlrLoss.BackwardTargeted(Values(logits), Labels(labels), Labels(targets), T.CreateTruncating(factor), Values(gradient));
        }
    }

    /// <inheritdoc/>
    public void SgdStep(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options) =>
        Sgd.Step(Values(parameter), Values(gradient), ValuesOrNull(momentumBuffer), firstStep, options);

    /// <summary>Does nothing: the garbage collector owns the memory.</summary>
    public void Dispose()
    {
    }

    internal static DenseTensor<T> Values(ITensor tensor) => tensor as DenseTensor<T>
        ?? throw new ArgumentException($"engine: a tensor of another engine ({tensor.GetType().Name}) was handed to the managed engine of {typeof(T).Name}");

    private static DenseTensor<T>? ValuesOrNull(ITensor? tensor) => tensor is null ? null : Values(tensor);

    private static DenseTensor<int> Labels(ITensor tensor) => tensor as DenseTensor<int>
        ?? throw new ArgumentException($"engine: labels are wanted, not a {tensor.GetType().Name}");

    private static void CheckLength(int length, ITensor tensor)
    {
        if (length != tensor.Shape.Length)
        {
            throw new ArgumentException($"engine: {length} values for a tensor {tensor.Shape} of {tensor.Shape.Length}");
        }
    }

    /// <summary>The first of the largest; a NaN beats every number, as in torch.argmax.</summary>
    private static int Winner(ReadOnlySpan<T> logits)
    {
        int winner = 0;
        for (int k = 1; k < logits.Length && !T.IsNaN(logits[winner]); k++)
        {
            if (logits[k] > logits[winner] || T.IsNaN(logits[k]))
            {
                winner = k;
            }
        }

        return winner;
    }

    private static int Least(ReadOnlySpan<T> logits, int label)
    {
        int least = label == 0 ? 1 : 0;
        for (int k = least + 1; k < logits.Length; k++)
        {
            least = k != label && (logits[k] < logits[least] || (T.IsNaN(logits[least]) && !T.IsNaN(logits[k]) && !T.IsPositiveInfinity(logits[k]))) ? k : least;
        }

        return least;
    }
}
