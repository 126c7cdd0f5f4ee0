using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RobMask.Tensors;

/// <summary>A dense row-major tensor in managed memory, contiguous, aligned to a cache line and never moved.</summary>
/// <typeparam name="T">float, double, or int for labels.</typeparam>
/// <remarks>
/// The array lies on the pinned heap, so that kernels may take its address without pinning it again. Views share memory.
/// </remarks>
public sealed class DenseTensor<T> : ITensor
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _array;
    private readonly int _offset;

    /// <summary>Allocates a tensor of zeros.</summary>
    public DenseTensor(TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        int padding = Alignment / Unsafe.SizeOf<T>();
        _array = GC.AllocateArray<T>(checked(shape.Length + padding), pinned: true);
        nint address;
        unsafe
        {
            address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        }

        _offset = (int)(((Alignment - (address & (Alignment - 1))) & (Alignment - 1)) / Unsafe.SizeOf<T>());
        Shape = shape;
    }

    /// <summary>Allocates a tensor of zeros.</summary>
    public DenseTensor(params ReadOnlySpan<int> extents)
        : this(new TensorShape(extents))
    {
    }

    private DenseTensor(T[] array, int offset, TensorShape shape)
    {
        _array = array;
        _offset = offset;
        Shape = shape;
    }

    /// <inheritdoc/>
    public TensorShape Shape { get; }

    /// <summary>The number of elements.</summary>
    public int Length => Shape.Length;

    /// <summary>All elements, row-major.</summary>
    public Span<T> Span => new(_array, _offset, Shape.Length);

    /// <summary>The address of the first element; it stays valid while this tensor or a view of it is reachable.</summary>
    public unsafe T* Pointer => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array)) + _offset;

    /// <summary>Copies <paramref name="values"/> into a new tensor.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public static DenseTensor<T> From(ReadOnlySpan<T> values, params ReadOnlySpan<int> extents)
    {
        DenseTensor<T> tensor = new(extents);
        if (values.Length != tensor.Length)
        {
            throw new ArgumentException($"tensor: {values.Length} values for shape {tensor.Shape} of {tensor.Length}", nameof(values));
        }

        values.CopyTo(tensor.Span);
        return tensor;
    }

    /// <summary>The elements of image <paramref name="n"/>: index n of the first dimension.</summary>
    public Span<T> Image(int n)
    {
        int length = Shape.LengthPerImage;
        return Span.Slice(n * length, length);
    }

    /// <summary>A view on the first elements of the same memory under another shape, which may be shorter.</summary>
    /// <exception cref="ArgumentException">The new shape is longer than this tensor.</exception>
    public DenseTensor<T> View(TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Length > _array.Length - _offset)
        {
            throw new ArgumentException($"tensor: a view {shape} does not fit the memory of {Shape}", nameof(shape));
        }

        return new DenseTensor<T>(_array, _offset, shape);
    }

    /// <summary>A view on images <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1.</summary>
    public DenseTensor<T> Images(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Shape[0]);
        return new DenseTensor<T>(_array, _offset + (start * Shape.LengthPerImage), Shape.WithImages(count));
    }

    /// <summary>Does nothing: the garbage collector owns the memory.</summary>
    public void Dispose()
    {
    }
}
