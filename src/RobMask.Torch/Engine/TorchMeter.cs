using RobMask.Engines;
using RobMask.Engines.Managed;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <summary>A meter on a device: values are widened to double and added there, and one copy brings the sums of many steps.</summary>
internal sealed class TorchMeter(int slots, int capacity, Device device) : IMeter
{
    private readonly Tensor _sums = zeros([capacity, slots], ScalarType.Float64, device).DetachFromDisposeScope();

    public int Steps { get; private set; }

    public void Add(int slot, ITensor perImage)
    {
        HostMeter.RequireRoom(Steps, capacity);
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _sums.select(0, Steps).select(0, slot).AddInPlace(TorchEngine.Values(perImage).sum(ScalarType.Float64), 1);
    }

    public void EndStep()
    {
        HostMeter.RequireRoom(Steps, capacity);
        Steps++;
    }

    public double[] Read()
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double[] read = _sums.narrow(0, 0, Steps).to(CPU).contiguous().data<double>().ToArray();
        _sums.zero_();
        Steps = 0;
        return read;
    }

    public void Dispose() => _sums.Dispose();
}
