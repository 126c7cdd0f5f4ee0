using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Batches that another thread loads into page-locked memory while the device computes on the one before; the copy does not wait.</summary>
/// <remarks>
/// Within an epoch only, so that the loader's order stays that of the batch in use. What goes wrong while loading is thrown
/// by the <see cref="Load"/> that asks for that batch. No load goes on after <see cref="Dispose"/>.
/// </remarks>
internal sealed class PrefetchingBatches(BatchLoader loader, bool requireUnitBox, Device device, ScalarType type) : IBatchSource
{
    private Task<HostTensors>? _next;
    private int _nextBatch;
    private (TorchTensor Images, TorchTensor Labels)? _last;

    public void StartEpoch(int epoch)
    {
        DropNext();
        loader.StartEpoch(epoch);
    }

    public Batch Load(int batch)
    {
        if (_nextBatch != batch)
        {
            DropNext();
        }

        Task<HostTensors>? loading = _next;
        _next = null;
        using HostTensors host = loading is null ? Read(batch) : loading.GetAwaiter().GetResult();
        ForgetLast();
        using DisposeScope scope = NewDisposeScope();
        TorchTensor images = new(host.Images.to(device, non_blocking: true).to(type).alias());
        TorchTensor labels = new(host.Labels.to(device, non_blocking: true).alias());
        _last = (images, labels);
        if (batch + 1 < loader.BatchCount)
        {
            _nextBatch = batch + 1;
            _next = Task.Run(() => Read(batch + 1));
        }

        return new Batch(images, labels);
    }

    public void Dispose()
    {
        DropNext();
        ForgetLast();
    }

    private HostTensors Read(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        TensorShape shape = loader.Dataset.ImageShape;
        int count = loader.ImagesIn(batch);
        Tensor images = empty([count, .. TorchTensor.Extents(shape)], ScalarType.Float32);
        Span<float> pixels = TorchTransfer.Elements<float>(images);
        int[] labels = new int[count];
        loader.Load(batch, pixels, labels);
        if (requireUnitBox)
        {
            PointCheck.RequireUnitBox(pixels, 0, shape.Length);
        }

        return new HostTensors(Locked(images), Locked(tensor(labels, ScalarType.Int64)));
    }

    private Tensor Locked(Tensor host) => (device.type == DeviceType.CPU ? host : host.pin_memory()).DetachFromDisposeScope();

    private void DropNext()
    {
        try
        {
            _next?.GetAwaiter().GetResult().Dispose();
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException)
        {
            // Nobody asked for that batch.
        }

        _next = null;
    }

    private void ForgetLast()
    {
        _last?.Images.Dispose();
        _last?.Labels.Dispose();
        _last = null;
    }

    private sealed record HostTensors(Tensor Images, Tensor Labels) : IDisposable
    {
        public void Dispose()
        {
            Images.Dispose();
            Labels.Dispose();
        }
    }
}
