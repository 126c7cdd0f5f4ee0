using RobMask.Data;
using RobMask.Engines;
using RobMask.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <content>Between the host and the device: nothing but a download and the reading of a meter waits.</content>
public sealed partial class TorchEngine
{
    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, ITensor destination)
    {
        Tensor target = Values(destination);
        CheckLength(source.Length, destination);
        if (IsHostMemory(target, ScalarType.Float32))
        {
            source.CopyTo(TorchTransfer.Elements<float>(target));
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        Write(target, TorchTransfer.ToDevice(tensor(source.ToArray(), ScalarType.Float32), _device).reshape(target.shape));
    }

    /// <inheritdoc/>
    public void UploadLabels(ReadOnlySpan<int> source, ITensor destination)
    {
        Tensor target = Labels(destination);
        CheckLength(source.Length, destination);
        using DisposeScope scope = NewDisposeScope();
        Write(target, TorchTransfer.ToDevice(tensor(source.ToArray(), ScalarType.Int32), _device));
    }

    /// <inheritdoc/>
    public void Download(ITensor source, Span<float> destination)
    {
        CheckLength(destination.Length, source);
        Downloads++;
        using DisposeScope scope = NewDisposeScope();
        Tensor host = Values(source).detach().to(CPU).to(ScalarType.Float32).contiguous();
        TorchTransfer.Elements<float>(host).CopyTo(destination);
    }

    /// <inheritdoc/>
    public void DownloadLabels(ITensor source, Span<int> destination)
    {
        CheckLength(destination.Length, source);
        Downloads++;
        using DisposeScope scope = NewDisposeScope();
        Tensor host = Labels(source).to(CPU).to(ScalarType.Int32).contiguous();
        TorchTransfer.Elements<int>(host).CopyTo(destination);
    }

    /// <inheritdoc/>
    public IMeter CreateMeter(int slots, int capacity) => new TorchMeter(slots, capacity, () => Downloads++);

    /// <inheritdoc/>
    public IBatchSource CreateBatches(BatchLoader loader, bool requireUnitBox)
    {
        ArgumentNullException.ThrowIfNull(loader);
        if (!IsAsynchronous)
        {
            return new HostBatches(this, loader, requireUnitBox);
        }

        return ResidentBatches.Suits(loader, ResidentLimit ?? DeviceMemory.ResidentLimit(_device))
            ? new ResidentBatches(loader, _device, _type)
            : new PrefetchingBatches(loader, requireUnitBox, _device, _type);
    }

    /// <inheritdoc/>
    public void FillUniform(ITensor destination, PhiloxKey key, float low, float high)
    {
        if (IsAsynchronous)
        {
            Give(destination, () => TorchPhilox.Uniform(key, destination.Shape.Length, low, high, _device));
            return;
        }

        Draw(destination, values => new PhiloxStream(key).FillUniform(values, low, high));
    }

    /// <inheritdoc/>
    public void FillNormal(ITensor destination, PhiloxKey key, float standardDeviation) =>
        Draw(destination, values => new PhiloxStream(key).FillNormal(values, standardDeviation));

    private static bool IsHostMemory(Tensor tensor, ScalarType type) => tensor.device_type == DeviceType.CPU && tensor.dtype == type && tensor.is_contiguous();

    /// <summary>Draws on the host; what is not host memory gets a copy.</summary>
    private void Draw(ITensor destination, Action<Span<float>> draw)
    {
        Tensor target = Values(destination);
        if (IsHostMemory(target, ScalarType.Float32))
        {
            draw(TorchTransfer.Elements<float>(target));
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor host = empty(target.shape, ScalarType.Float32);
        draw(TorchTransfer.Elements<float>(host));
        Write(target, TorchTransfer.ToDevice(host, _device));
    }
}
