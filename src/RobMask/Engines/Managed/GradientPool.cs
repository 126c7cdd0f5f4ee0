using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>Buffers that a tape's backward pass uses again and again.</summary>
internal sealed class GradientPool<T>(int capacity)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<OutputGradient<T>> _free = [];
    private readonly Dictionary<string, (DenseTensor<T> Buffer, DenseTensor<T> View)> _named = [];

    /// <summary>A buffer for <paramref name="shape"/> with one holder; what stands in it is arbitrary.</summary>
    public OutputGradient<T> Rent(TensorShape shape)
    {
        int length = capacity * shape.LengthPerImage;
        OutputGradient<T>? found = null;
        for (int i = 0; i < _free.Count && found is null; i++)
        {
            if (_free[i].Buffer.Length == length)
            {
                found = _free[i];
                _free.RemoveAt(i);
            }
        }

        found ??= new OutputGradient<T>(new DenseTensor<T>(length));
        found.Holders = 1;
        if (!found.Tensor.Shape.Equals(shape))
        {
            found.Tensor = found.Buffer.View(shape);
        }

        return found;
    }

    /// <summary>Gives up one hold; the last one puts the buffer back.</summary>
    public void Release(OutputGradient<T> gradient)
    {
        if (--gradient.Holders == 0)
        {
            _free.Add(gradient);
        }
    }

    /// <summary>A buffer that is kept under a name and lasts; it holds the most images that were asked for.</summary>
    public DenseTensor<T> Named(string name, TensorShape shape)
    {
        if (!_named.TryGetValue(name, out (DenseTensor<T> Buffer, DenseTensor<T> View) kept) || kept.Buffer.Length < shape.Length)
        {
            kept.Buffer = new DenseTensor<T>(shape.WithImages(Math.Max(shape[0], capacity)));
            kept.View = kept.Buffer;
        }

        if (!kept.View.Shape.Equals(shape))
        {
            kept.View = kept.Buffer.View(shape);
        }

        _named[name] = kept;
        return kept.View;
    }
}
