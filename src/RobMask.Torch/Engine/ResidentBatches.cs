using RobMask.Data;
using RobMask.Engines;
using RobMask.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Batches of a data set whose bytes lie on the device: gathered, cropped, mirrored and turned into numbers there.</summary>
/// <remarks>
/// The host draws the order, the crops and the flips of a whole epoch and copies them once; a batch then needs nothing from
/// the host. Bytes become numbers through the data set's own table of 256: a division on a device may round otherwise.
/// </remarks>
internal sealed class ResidentBatches : IBatchSource
{
    private const int Rows = 4;
    private readonly BatchLoader _loader;
    private readonly Device _device;
    private readonly Tensor _pixels;
    private readonly Tensor _values;
    private readonly Tensor _labels;
    private Tensor? _plan;
    private (TorchTensor Images, TorchTensor Labels)? _last;

    /// <summary>Copies a data set to a device.</summary>
    public ResidentBatches(BatchLoader loader, Device device, ScalarType type)
    {
        _loader = loader;
        _device = device;
        Dataset data = loader.Dataset;
        ByteDataset bytes = data.Bytes ?? throw new ArgumentException($"data {data.Name}: not made of bytes", nameof(loader));
        TensorShape shape = data.ImageShape;
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = empty([data.Count, shape[0], shape[1] * shape[2]], ScalarType.Byte);
        Span<byte> all = TorchTransfer.Elements<byte>(pixels);
        long[] labels = new long[data.Count];
        for (int i = 0; i < data.Count; i++)
        {
            bytes.Pixels(data.ByteIndex(i)).CopyTo(all[(i * shape.Length)..]);
            labels[i] = data.Label(i);
        }

        _pixels = TorchTransfer.ToDevice(pixels, device).DetachFromDisposeScope();
        _values = TorchTransfer.ToDevice(tensor(bytes.Values.ToArray(), type), device).DetachFromDisposeScope();
        _labels = TorchTransfer.ToDevice(tensor(labels, ScalarType.Int64), device).DetachFromDisposeScope();
        StartEpoch(0);
    }

    /// <summary>Whether a data set is made of bytes, and of no more than <paramref name="limit"/>, and its augmentation is known here.</summary>
    public static bool Suits(BatchLoader loader, long limit)
    {
        long bytes = (long)loader.Dataset.Count * loader.Dataset.ImageShape.Length;
        return loader.Dataset.Bytes is not null && bytes <= limit && bytes <= Array.MaxLength && !loader.Augmentation.ResizedCrop;
    }

    public void StartEpoch(int epoch)
    {
        _loader.StartEpoch(epoch);
        ReadOnlySpan<int> order = _loader.Order;
        long[] plan = new long[Rows * order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            CropAndFlip drawn = _loader.Draw(order[i]);
            plan[i] = order[i];
            plan[order.Length + i] = drawn.Down;
            plan[(2 * order.Length) + i] = drawn.Right;
            plan[(3 * order.Length) + i] = drawn.Flips ? 1 : 0;
        }

        using DisposeScope scope = NewDisposeScope();
        _plan?.Dispose();
        _plan = TorchTransfer.ToDevice(tensor(plan, [Rows, order.Length], ScalarType.Int64), _device).DetachFromDisposeScope();
    }

    public Batch Load(int batch)
    {
        int count = _loader.ImagesIn(batch);
        TensorShape shape = _loader.Dataset.ImageShape;
        Forget();
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor plan = _plan!.narrow(1, (long)batch * _loader.BatchSize, count);
        Tensor chosen = plan.select(0, 0).contiguous();
        Tensor pixels = _pixels.index_select(0, chosen);
        if (!_loader.Augmentation.IsNone)
        {
            pixels = Window(pixels, plan, shape[1], shape[2]);
        }

        Tensor images = _values.index_select(0, pixels.flatten().to(ScalarType.Int32)).reshape(count, shape[0], shape[1], shape[2]);
        TorchTensor kept = new(images);
        TorchTensor labels = new(_labels.index_select(0, chosen));
        _last = (kept, labels);
        return new Batch(kept, labels);
    }

    public void Dispose()
    {
        Forget();
        _plan?.Dispose();
        _pixels.Dispose();
        _values.Dispose();
        _labels.Dispose();
    }

    /// <summary>The windows of bytes [n, C, H·W], byte 0 where they reach out of the image: the definition of <see cref="Augmentation.Apply"/>.</summary>
    private Tensor Window(Tensor pixels, Tensor plan, long height, long width)
    {
        Tensor flips = plan.select(0, 3).unsqueeze(1);
        Tensor column = TorchMath.Indices(width, _device);
        Tensor mirrored = column.TimesWhole(-2).PlusWhole(width - 1);
        Tensor rows = TorchMath.Indices(height, _device).Plus(plan.select(0, 1).unsqueeze(1));
        Tensor columns = column.Plus(flips * mirrored).Plus(plan.select(0, 2).unsqueeze(1));
        Tensor inside = Inside(rows, height).unsqueeze(2).logical_and(Inside(columns, width).unsqueeze(1)).flatten(1).unsqueeze(1);
        Tensor source = rows.ClampWhole(0, height - 1).unsqueeze(2).TimesWhole(width).Plus(columns.ClampWhole(0, width - 1).unsqueeze(1)).flatten(1).unsqueeze(1);
        return pixels.gather(2, source.expand(pixels.shape)) * inside.to(ScalarType.Byte);
    }

    private static Tensor Inside(Tensor index, long extent) => index.eq(index.ClampWhole(0, extent - 1));

    private void Forget()
    {
        _last?.Images.Dispose();
        _last?.Labels.Dispose();
        _last = null;
    }
}
