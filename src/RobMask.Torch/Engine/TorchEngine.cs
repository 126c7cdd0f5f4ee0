using RobMask.Engines;
using RobMask.Engines.Recording;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <summary>The same algorithms on libtorch: CPU and CUDA, at full scale.</summary>
/// <remarks>
/// Random numbers are the project's own (Philox), so a run differs from one of the managed engine by arithmetic alone. No
/// operation but a download waits for the device. Every call has a dispose scope of its own: what lives longer is a
/// <see cref="TorchTensor"/>, which its owner disposes of.
/// </remarks>
public sealed class TorchEngine : IEngine
{
    private const double NormFloor = 1e-12;
    private const long RadiusDraws = 1L << 60;
    private const int MostContractions = 20;
    private readonly Device _device;
    private readonly ScalarType _type;

    /// <summary>Opens a device; <see cref="TorchLibrary.Load"/> is called first.</summary>
    /// <param name="device">cpu, cuda or cuda:n.</param>
    /// <param name="precision">What products compute in.</param>
    /// <param name="doublePrecision">Compute everything in double instead of float.</param>
    /// <exception cref="TorchLibraryException">libtorch does not load.</exception>
    /// <exception cref="ArgumentException">There is no such device, or the precision does not suit it.</exception>
    public TorchEngine(string device = "cpu", TorchPrecision precision = TorchPrecision.Fp32, bool doublePrecision = false)
    {
        Library = TorchLibrary.Load();
        if (doublePrecision && precision != TorchPrecision.Fp32)
        {
            throw new ArgumentException($"torch: precision {precision} and double exclude each other", nameof(precision));
        }

        _device = TorchDevice.Open(device);
        _type = doublePrecision ? ScalarType.Float64 : ScalarType.Float32;
        Precision = precision;
        Switches = TorchSwitches.Set(precision);
    }

    /// <summary>Which libraries were loaded.</summary>
    public TorchLibraryInfo Library { get; }

    /// <summary>What products compute in.</summary>
    public TorchPrecision Precision { get; }

    /// <summary>Which switches of precision and determinism took.</summary>
    public IReadOnlyList<TorchSwitch> Switches { get; }

    /// <summary>Is told of every operation of models that are made from now on, of losses and of the optimiser; null for none. Recording is slow.</summary>
    public IOperationRecorder? Recorder { get; init; }

    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public string Device => _device.type == DeviceType.CPU ? "cpu" : $"cuda:{_device.index}";

    /// <inheritdoc/>
    public string Description
    {
        get
        {
            string precision = _type == ScalarType.Float64 ? "double" : Precision.ToString().ToLowerInvariant();
            IEnumerable<string> switches = Switches.Select(one => $"{one.Name}={(one.Took ? one.Value ? "on" : "off" : "not settable")}");
            return $"{Name}, {Device}, {precision}; {Library.Describe()}; {string.Join(", ", switches)}";
        }
    }

    /// <inheritdoc/>
    public ITensor Allocate(TensorShape shape) => new TorchTensor(zeros(TorchTensor.Extents(shape), _type, _device));

    /// <inheritdoc/>
    public ITensor AllocateLabels(int images) => new TorchTensor(zeros([images], ScalarType.Int64, _device));

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, ITensor destination)
    {
        Tensor target = Values(destination);
        CheckLength(source.Length, destination);
        using DisposeScope scope = NewDisposeScope();
        Tensor host = tensor(source.ToArray(), ScalarType.Float32);
        Write(target, host.reshape(target.shape));
    }

    /// <inheritdoc/>
    public void UploadLabels(ReadOnlySpan<int> source, ITensor destination)
    {
        Tensor target = Labels(destination);
        CheckLength(source.Length, destination);
        using DisposeScope scope = NewDisposeScope();
        Write(target, tensor(source.ToArray(), ScalarType.Int32));
    }

    /// <inheritdoc/>
    public void Download(ITensor source, Span<float> destination)
    {
        CheckLength(destination.Length, source);
        using DisposeScope scope = NewDisposeScope();
        Tensor host = Values(source).detach().to(CPU).to(ScalarType.Float32).contiguous();
        host.data<float>().CopyTo(destination);
    }

    /// <inheritdoc/>
    public void DownloadLabels(ITensor source, Span<int> destination)
    {
        CheckLength(destination.Length, source);
        using DisposeScope scope = NewDisposeScope();
        Tensor host = Labels(source).to(CPU).to(ScalarType.Int32).contiguous();
        host.data<int>().CopyTo(destination);
    }

    /// <inheritdoc/>
    public IModel CreateModel(NetworkGraph graph) => new TorchModel(graph, _type, _device, Precision) { Recorder = Recorder };

    /// <inheritdoc/>
    public void Fill(ITensor destination, float value)
    {
        using IDisposable noGraph = no_grad();
        Values(destination).FillInPlace(value);
    }

    /// <inheritdoc/>
    public void Copy(ITensor source, ITensor destination)
    {
        CheckLength(source.Shape.Length, destination);
        using DisposeScope scope = NewDisposeScope();
        Tensor target = Values(destination);
        Write(target, Values(source).reshape(target.shape));
    }

    /// <inheritdoc/>
    public void Add(ITensor left, ITensor right, ITensor destination) => Give(destination, () => Values(left) + Values(right));

    /// <inheritdoc/>
    public void Subtract(ITensor left, ITensor right, ITensor destination) => Give(destination, () => Values(left) - Values(right));

    /// <inheritdoc/>
    public void Multiply(ITensor left, ITensor right, ITensor destination) => Give(destination, () => Values(left) * Values(right));

    /// <inheritdoc/>
    public void Scale(ITensor source, float factor, ITensor destination) => Give(destination, () => Values(source).Times(factor));

    /// <inheritdoc/>
    public void MaxMagnitude(ITensor source, ITensor destination) => Give(destination, () => Values(source).flatten(1).abs().amax([1]));

    /// <inheritdoc/>
    public void FillUniform(ITensor destination, PhiloxKey key, float low, float high) => Draw(destination, values => new PhiloxStream(key).FillUniform<float>(values, low, high));

    /// <inheritdoc/>
    public void FillNormal(ITensor destination, PhiloxKey key, float standardDeviation) => Draw(destination, values => new PhiloxStream(key).FillNormal<float>(values, standardDeviation));

    /// <inheritdoc/>
    public void StartLinf(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination)
    {
        FillUniform(destination, key, 0, 1);
        Give(destination, () =>
        {
            Tensor x = Values(origin);
            Tensor radius = PerImage(epsilon, x);
            Tensor start = x + (radius * Values(destination).Times(2).Plus(-1));
            return IntoLinfBall(x, radius, start).Clamp(box.Low, box.High);
        });
    }

    /// <inheritdoc/>
    public void StartL2(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination)
    {
        FillNormal(destination, key, 1);
        PhiloxStream stream = new(key);
        float[] radii = [.. Enumerable.Range(0, origin.Shape[0]).Select(n => stream.Uniform(RadiusDraws + n))];
        Give(destination, () =>
        {
            Tensor x = Values(origin);
            Tensor radius = PerImage(epsilon, x);
            Tensor direction = Values(destination);
            Tensor share = tensor(radii, _type, _device).reshape(radius.shape);
            Tensor factor = (radius * share).to(ScalarType.Float64) / Norm(direction).AtLeast(NormFloor);
            return IntoL2Ball(x, radius, x + (factor.to(_type) * direction)).Clamp(box.Low, box.High);
        });
    }

    /// <inheritdoc/>
    public void StepLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        TorchRecords.Step(Recorder, "linf", (Values(origin), Values(gradient), Values(stepSize), Values(epsilon), box), Values(images), () => MoveLinf(origin, gradient, stepSize, epsilon, box, images));

    /// <inheritdoc/>
    public void StepL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        TorchRecords.Step(Recorder, "l2", (Values(origin), Values(gradient), Values(stepSize), Values(epsilon), box), Values(images), () => MoveL2(origin, gradient, stepSize, epsilon, box, images));

    private static void MoveLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) => Give(images, () =>
    {
        Tensor x = Values(origin);
        Tensor g = Values(gradient);

        // sign(NaN) is NaN in torch; here a pixel whose gradient is no number stays, and the attack reports it.
        Tensor sign = (g.AtLeast(0).sign() - (-g).AtLeast(0).sign()).nan_to_num(0);
        return IntoLinfBall(x, PerImage(epsilon, x), Values(images) + (sign * PerImage(stepSize, x))).Clamp(box.Low, box.High);
    });

    private void MoveL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) => Give(images, () =>
    {
        Tensor x = Values(origin);
        Tensor g = Values(gradient);
        Tensor factor = PerImage(stepSize, x).to(ScalarType.Float64) / Norm(g).AtLeast(NormFloor);
        return IntoL2Ball(x, PerImage(epsilon, x), Values(images) + (factor.to(_type) * g)).Clamp(box.Low, box.High);
    });

    /// <inheritdoc/>
    public void KeepWorst(ITensor candidate, ITensor objective, ITensor fooled, ITensor kept, ITensor keptObjective, ITensor keptFooled)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor newFooled = Values(fooled);
        Tensor oldFooled = Values(keptFooled);
        Tensor newObjective = Values(objective);
        Tensor oldObjective = Values(keptObjective);
        Tensor worse = newFooled.gt(oldFooled).logical_or(newFooled.eq(oldFooled).logical_and(newObjective.gt(oldObjective)));
        Tensor points = Values(kept);
        points.copy_(where(Shaped(worse, points), Values(candidate), points));
        oldObjective.copy_(where(worse, newObjective, oldObjective));
        oldFooled.copy_(where(worse, newFooled, oldFooled));
    }

    /// <inheritdoc/>
    public void Correct(ITensor logits, ITensor labels, ITensor correct) => Give(correct, () =>
    {
        Tensor z = Values(logits);
        return Winner(z).eq(Labels(labels)).logical_and(z.isnan().any(1).logical_not());
    });

    /// <inheritdoc/>
    public void Predict(ITensor logits, ITensor labels)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Labels(labels).copy_(Winner(Values(logits)));
    }

    /// <inheritdoc/>
    public void CrossEntropy(ITensor logits, ITensor labels, float labelSmoothing, float factor, ITensor loss, ITensor? gradient) =>
        TorchRecords.CrossEntropy(
            Recorder,
            (Values(logits), Labels(labels), labelSmoothing, factor),
            () => TorchLosses.CrossEntropy(Values(logits), Labels(labels), labelSmoothing, factor, Values(loss), ValuesOrNull(gradient)),
            (Values(loss), ValuesOrNull(gradient)));

    /// <inheritdoc/>
    public void KlDivergence(ITensor reference, ITensor logits, float factor, ITensor loss, ITensor? gradientReference, ITensor? gradient) =>
        TorchLosses.KlDivergence(Values(reference), Values(logits), factor, Values(loss), ValuesOrNull(gradientReference), ValuesOrNull(gradient));

    /// <inheritdoc/>
    public void Margin(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient) =>
        TorchLosses.Margin(Values(logits), Labels(labels), factor, Values(loss), ValuesOrNull(gradient));

    /// <inheritdoc/>
    public void Dlr(ITensor logits, ITensor labels, float factor, ITensor loss, ITensor? gradient) =>
        TorchLosses.Dlr(Values(logits), Labels(labels), null, factor, Values(loss), ValuesOrNull(gradient));

    /// <inheritdoc/>
    public void DlrTargeted(ITensor logits, ITensor labels, ITensor targets, float factor, ITensor loss, ITensor? gradient) =>
        TorchLosses.Dlr(Values(logits), Labels(labels), Labels(targets), factor, Values(loss), ValuesOrNull(gradient));

    /// <inheritdoc/>
    public void SgdStep(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options)
    {
        SgdOptions rates = options;
        TorchRecords.SgdStep(
            Recorder,
            (Values(parameter), Values(gradient), options.Momentum == 0 ? null : ValuesOrNull(momentumBuffer), firstStep),
            options,
            () => Sgd(parameter, gradient, momentumBuffer, firstStep, rates));
    }

    private static void Sgd(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor w = Values(parameter);
        Tensor g = Values(gradient);
        if (options.WeightDecay != 0)
        {
            Tensor decayed = g.clone();
            decayed.AddInPlace(w, options.WeightDecay);
            g = decayed;
        }

        if (options.Momentum != 0)
        {
            Tensor b = Values(momentumBuffer ?? throw new ArgumentException("sgd C2: momentum needs a buffer", nameof(momentumBuffer)));
            if (firstStep)
            {
                b.copy_(g);
            }
            else
            {
                b.MultiplyInPlace(options.Momentum);
                b.AddInPlace(g, 1 - (double)options.Dampening);
            }

            if (options.Nesterov)
            {
                Tensor ahead = g.clone();
                ahead.AddInPlace(b, options.Momentum);
                g = ahead;
            }
            else
            {
                g = b;
            }
        }

        w.AddInPlace(g, -options.LearningRate);
    }

    /// <summary>The devices that the loaded libtorch sees, in words.</summary>
    public static string Devices() => TorchDevice.Describe();

    /// <summary>Nothing: tensors and models belong to those who asked for them.</summary>
    public void Dispose()
    {
    }

    internal static Tensor Values(ITensor tensor) => tensor is TorchTensor { Value: { } value } && value.dtype != ScalarType.Int64
        ? value
        : throw new ArgumentException($"engine: a tensor of another engine or labels ({tensor?.GetType().Name}) were handed to libtorch as values");

    private static Tensor? ValuesOrNull(ITensor? tensor) => tensor is null ? null : Values(tensor);

    private static Tensor Labels(ITensor tensor) => tensor is TorchTensor { Value: { } value } && value.dtype == ScalarType.Int64
        ? value
        : throw new ArgumentException($"engine: labels are wanted, not a {tensor?.GetType().Name}");

    private static void CheckLength(int length, ITensor tensor)
    {
        if (length != tensor.Shape.Length)
        {
            throw new ArgumentException($"engine: {length} values for a tensor {tensor.Shape} of {tensor.Shape.Length}");
        }
    }

    private static void Write(Tensor target, Tensor source)
    {
        using IDisposable noGraph = no_grad();
        target.copy_(source);
    }

    private static void Give(ITensor destination, Func<Tensor> compute)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor target = Values(destination);
        target.copy_(compute().reshape(target.shape));
    }

    private void Draw(ITensor destination, Action<float[]> draw)
    {
        float[] values = new float[destination.Shape.Length];
        draw(values);
        Upload(values, destination);
    }

    private static Tensor Shaped(Tensor perImage, Tensor like) => perImage.reshape([perImage.shape[0], .. Enumerable.Repeat(1L, (int)like.dim() - 1)]);

    private static Tensor PerImage(ITensor values, Tensor like) => Shaped(Values(values), like);

    // In double, as the reference measures norms.
    private static Tensor Norm(Tensor x)
    {
        Tensor wide = x.flatten(1).to(ScalarType.Float64);
        return Shaped((wide * wide).sum(1).sqrt(), x);
    }

    private static Tensor IntoLinfBall(Tensor origin, Tensor radius, Tensor x) => maximum(minimum(x, origin + radius), origin - radius);

    // As ProjectedStep: contracted again by one more unit of rounding until the norm that is measured does not exceed the radius.
    private Tensor IntoL2Ball(Tensor origin, Tensor radius, Tensor x)
    {
        Tensor wide = radius.to(ScalarType.Float64);
        Tensor distance = Norm(x - origin);
        Tensor factor = where(distance.gt(wide), wide / distance.AtLeast(double.Epsilon), ones_like(distance));
        Tensor inside = origin + (factor.to(_type) * (x - origin));
        int digits = _type == ScalarType.Float32 ? 24 : 53;
        for (int j = 1; j <= MostContractions && _device.type == DeviceType.CPU; j++)
        {
            Tensor measured = Norm(inside - origin);
            Tensor outside = measured.gt(wide);
            if (!outside.any().item<bool>())
            {
                return where(distance.gt(wide), inside, x);
            }

            Tensor shrunk = (wide / measured.AtLeast(double.Epsilon)).Times(1 - Math.ScaleB(1, j - digits));
            inside = where(outside, origin + (shrunk.to(_type) * (inside - origin)), inside);
        }

        // A device is not waited for: one contraction by some units of rounding is enough for it.
        Tensor cautious = origin + ((factor.Times(1 - Math.ScaleB(1, 6 - digits))).to(_type) * (x - origin));
        return where(distance.gt(wide), cautious, x);
    }

    // The first of the largest; a NaN beats every number. argmax promises no order among equals on a GPU.
    private static Tensor Winner(Tensor logits)
    {
        long classes = logits.shape[1];
        Tensor most = logits.amax([1], keepdim: true);
        Tensor index = TorchMath.Indices(classes, logits.device);
        return where(logits.eq(most).logical_or(logits.isnan()), index, index.FullLike(classes)).amin([1]);
    }
}
