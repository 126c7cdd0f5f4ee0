using RobMask.Engines;
using RobMask.Engines.Recording;
using RobMask.Networks;
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
public sealed partial class TorchEngine : IEngine
{
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
    public string Arithmetic => _type == ScalarType.Float64 ? "double" : Precision.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public bool IsAsynchronous => _device.type != DeviceType.CPU || ActsAsynchronous;

    /// <summary>For tests: behave as on a device that runs ahead, with the same bits.</summary>
    internal bool ActsAsynchronous { get; init; }

    /// <summary>For tests: the most bytes of a data set that are kept on the device; null for <see cref="DeviceMemory.ResidentLimit"/>.</summary>
    internal long? ResidentLimit { get; init; }

    /// <summary>For tests: how often values were copied to the host, which waits for the device.</summary>
    internal long Downloads { get; private set; }

    /// <inheritdoc/>
    public string Description
    {
        get
        {
            IEnumerable<string> switches = Switches.Select(one => $"{one.Name}={(one.Took ? one.Value ? "on" : "off" : "not settable")}");
            return $"{Name}, {Device}, {Arithmetic}; {Library.Describe()}; {string.Join(", ", switches)}";
        }
    }

    /// <inheritdoc/>
    public ITensor Allocate(TensorShape shape) => new TorchTensor(zeros(TorchTensor.Extents(shape), _type, _device)) { MayMove = true };

    /// <inheritdoc/>
    public ITensor AllocateLabels(int images) => new TorchTensor(zeros([images], ScalarType.Int64, _device));

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
    public void Add(ITensor left, ITensor right, ITensor destination) => Replace(destination, () => Values(left).Plus(Values(right)));

    /// <inheritdoc/>
    public void Subtract(ITensor left, ITensor right, ITensor destination) => Replace(destination, () => Values(left) - Values(right));

    /// <inheritdoc/>
    public void Multiply(ITensor left, ITensor right, ITensor destination) => Replace(destination, () => Values(left) * Values(right));

    /// <inheritdoc/>
    public void Scale(ITensor source, float factor, ITensor destination) => Replace(destination, () => Values(source).Times(factor));

    /// <inheritdoc/>
    public void MaxMagnitude(ITensor source, ITensor destination) => Give(destination, () => Values(source).flatten(1).abs().amax([1]));

    /// <inheritdoc/>
    public void Correct(ITensor logits, ITensor labels, ITensor correct) => Give(correct, () =>
    {
        Tensor z = Values(logits);
        Tensor most = z.amax([1]);

        // A row with a NaN has the largest value NaN, which equals nothing.
        return Winner(z).eq(Labels(labels)).logical_and(most.eq(most));
    });

    /// <inheritdoc/>
    public void Predict(ITensor logits, ITensor labels)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Labels(labels).copy_(Winner(Values(logits)));
    }

    /// <inheritdoc/>
    public void NextClass(ITensor labels, int classes, ITensor targets)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Labels(targets).copy_(TorchLosses.NextClass(Labels(labels), classes));
    }

    /// <inheritdoc/>
    public void LeastLikely(ITensor logits, ITensor labels, ITensor targets)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Labels(targets).copy_(TorchLosses.LeastLikely(Values(logits), Labels(labels)));
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

    /// <summary>As <see cref="Give"/> for results of the destination's own shape and type that nothing else holds: where the tensor may change its place in memory nothing is copied.</summary>
    private static void Replace(ITensor destination, Func<Tensor> compute)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor target = Values(destination);
        if (!((TorchTensor)destination).TryReplace(compute(), out Tensor result))
        {
            target.copy_(result.reshape(target.shape));
        }
    }

    private static void Give(ITensor destination, Func<Tensor> compute)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor target = Values(destination);
        target.copy_(compute().reshape(target.shape));
    }

    private static Tensor Shaped(Tensor perImage, Tensor like) => perImage.reshape([perImage.shape[0], .. Enumerable.Repeat(1L, (int)like.dim() - 1)]);

    private static Tensor PerImage(ITensor values, Tensor like) => Shaped(Values(values), like);

    // The first of the largest, as PyTorch documents it for argmax on every device; a NaN beats every number.
    private static Tensor Winner(Tensor logits) => logits.argmax(1, false);
}
