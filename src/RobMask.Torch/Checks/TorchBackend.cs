using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using RobMask.Verification.Bounds;
using RobMask.Verification.Checks;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Checks;

/// <summary>The torch engine's own operations as a backend under test, on any device and in each of its precisions.</summary>
/// <remarks>
/// Layers are computed by the code that runs networks, losses and steps by the engine's own: what is checked is what trains. Sums, means, log_softmax and feature_mask, which the engine has no
/// operation of its own for, are libtorch's. In bf16 the results of convolutions and products, and their gradients, are declared as stored in bfloat16.
/// </remarks>
public sealed class TorchBackend : IMaskingBackend
{
    private static readonly string[] _products = ["conv2d", "conv2d_backward", "linear", "linear_backward"];
    private static readonly Dictionary<string, Func<TorchCall, Dictionary<string, Tensor>>> Table = new(StringComparer.Ordinal)
    {
        ["conv2d"] = c => Output(NetworkOperations.Convolution(c)),
        ["conv2d_backward"] = NetworkOperations.ConvolutionBackward,
        ["linear"] = c => Output(NetworkOperations.Linear(c)),
        ["linear_backward"] = NetworkOperations.LinearBackward,
        ["normalize"] = NetworkOperations.Normalisation,
        ["batch_norm"] = NetworkOperations.Normalisation,
        ["normalize_backward"] = NetworkOperations.NormalisationBackward,
        ["batch_norm_backward"] = NetworkOperations.NormalisationBackward,
        ["add"] = c => Output(NetworkOperations.Add(c)),
        ["rescale"] = c => Output(NetworkOperations.Rescale(c)),
        ["rescale_backward"] = NetworkOperations.RescaleBackward,
        ["mixed_rescale"] = c => Output(NetworkOperations.MixedRescale(c)),
        ["mixed_rescale_backward"] = NetworkOperations.MixedRescaleBackward,
        ["relu"] = c => Output(NetworkOperations.Relu(c, c["input"])),
        ["relu_backward"] = c => NetworkOperations.Gradient(c, NetworkOperations.Relu),
        ["feature_mask"] = c => new() { ["mask"] = c["input"].gt(zeros_like(c["input"])) },
        ["max_pool2d"] = c => Output(NetworkOperations.MaxPool(c, c["input"])),
        ["max_pool2d_backward"] = c => NetworkOperations.Gradient(c, NetworkOperations.MaxPool),
        ["avg_pool2d"] = c => Output(NetworkOperations.AveragePool(c, c["input"])),
        ["avg_pool2d_backward"] = c => NetworkOperations.Gradient(c, NetworkOperations.AveragePool),
        ["global_avg_pool"] = c => Output(NetworkOperations.GlobalAverage(c, c["input"])),
        ["global_avg_pool_backward"] = c => NetworkOperations.Gradient(c, NetworkOperations.GlobalAverage),
        ["sum"] = c => Output(c["input"].sum(1)),
        ["mean"] = c => Output(c["input"].mean([1])),
        ["softmax"] = c => Output(NetworkOperations.Softmax(c, c["input"])),
        ["log_softmax"] = c => Output(nn.functional.log_softmax(c["input"], 1)),
        ["cross_entropy"] = c => LossOperations.CrossEntropy(c, backward: false),
        ["cross_entropy_backward"] = c => LossOperations.CrossEntropy(c, backward: true),
        ["kl_div"] = c => LossOperations.KlDivergence(c, backward: false),
        ["kl_div_backward"] = c => LossOperations.KlDivergence(c, backward: true),
        ["margin_loss"] = c => LossOperations.Margin(c, backward: false),
        ["margin_loss_backward"] = c => LossOperations.Margin(c, backward: true),
        ["dlr_loss"] = c => LossOperations.Dlr(c, backward: false),
        ["dlr_loss_backward"] = c => LossOperations.Dlr(c, backward: true),
        ["sgd_step"] = StepOperations.Sgd,
        ["pgd_step"] = StepOperations.Pgd,
        ["philox"] = c => Output(StepOperations.Philox(c)),
    };

    private readonly TorchEngine _engine;
    private readonly Device _device;

    /// <summary>Loads libtorch and opens a device.</summary>
    /// <param name="device">cpu, cuda or cuda:n.</param>
    /// <param name="precision">What products compute in, and what their results are judged by.</param>
    /// <exception cref="TorchLibraryException">It does not load.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public TorchBackend(string device = "cpu", TorchPrecision precision = TorchPrecision.Fp32)
    {
        _engine = new TorchEngine(device, precision);
        _device = TorchDevice.Open(device);
    }

    /// <inheritdoc/>
    public string Name => $"torch engine, {_engine.Device}; {_engine.Library.Describe()}";

    /// <inheritdoc/>
    public ArithmeticModel Precision => _engine.Precision switch
    {
        TorchPrecision.Tf32 => ArithmeticModel.Tf32,
        TorchPrecision.Bf16 => ArithmeticModel.Bf16,
        _ => ArithmeticModel.Fp32,
    };

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Operations => Table.Keys;

    /// <inheritdoc/>
    public IReadOnlyList<NamedTensor> Run(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using DisposeScope scope = NewDisposeScope();
        SafetensorsType? stored = _engine.Precision == TorchPrecision.Bf16 && _products.Contains(request.Name) ? SafetensorsType.BF16 : null;
        return [.. Table[request.Name](new TorchCall(request, _engine, _device)).Select(output => new NamedTensor(output.Key, Managed(output.Value)) { Stored = stored })];
    }

    private static ITensor Managed(Tensor tensor)
    {
        int[] shape = [.. tensor.shape.Select(extent => (int)extent)];
        tensor = tensor.detach().to(CPU).contiguous();
        return tensor.dtype == ScalarType.Bool ? DenseTensor<bool>.From(tensor.data<bool>().ToArray(), shape) : DenseTensor<float>.From(tensor.data<float>().ToArray(), shape);
    }

    private static Dictionary<string, Tensor> Output(Tensor tensor) => new() { ["output"] = tensor };
}
