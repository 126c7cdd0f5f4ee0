using RobMask.Engines;
using RobMask.Engines.Managed;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <summary>A meter on a device: values are widened to double and added there, and one copy brings the sums of many steps.</summary>
/// <param name="slots">Sums of a step.</param>
/// <param name="capacity">The most steps between two readings.</param>
/// <param name="waits">Is told before a reading waits for the device.</param>
internal sealed class TorchMeter(int slots, int capacity, Action waits) : IMeter
{
    private readonly Tensor?[] _sums = new Tensor?[slots * capacity];

    public int Steps { get; private set; }

    public void Add(int slot, ITensor perImage)
    {
        HostMeter.RequireRoom(Steps, capacity);
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ref Tensor? held = ref _sums[(Steps * slots) + slot];
        Tensor sum = TorchEngine.Values(perImage).sum(ScalarType.Float64);
        if (held is null)
        {
            held = sum.DetachFromDisposeScope();
        }
        else
        {
            held.AddInPlace(sum, 1);
        }
    }

    public void EndStep()
    {
        HostMeter.RequireRoom(Steps, capacity);
        Steps++;
    }

    public double[] Read()
    {
        double[] read = new double[slots * Steps];
        int[] filled = [.. Enumerable.Range(0, read.Length).Where(i => _sums[i] is not null)];
        if (filled.Length > 0)
        {
            waits();
            using IDisposable noGraph = no_grad();
            using DisposeScope scope = NewDisposeScope();
            ReadOnlySpan<double> values = TorchTransfer.Elements<double>(stack([.. filled.Select(i => _sums[i]!)]).to(CPU));
            for (int i = 0; i < filled.Length; i++)
            {
                read[filled[i]] = values[i];
            }
        }

        Dispose();
        Steps = 0;
        return read;
    }

    public void Dispose()
    {
        foreach (Tensor? sum in _sums)
        {
            sum?.Dispose();
        }

        Array.Clear(_sums);
    }
}
