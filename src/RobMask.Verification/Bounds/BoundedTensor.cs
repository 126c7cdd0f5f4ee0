using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>A tensor in double with a bound for the distance of each element from what an implementation may give.</summary>
/// <remarks>
/// As an input of an operation the bound says how far the true input may be from the value: none where both are the same
/// recorded numbers. A bound of +∞ leaves the element undecided: several results are right. A value of NaN asks for NaN.
/// </remarks>
public sealed class BoundedTensor
{
    /// <summary>Takes values and bounds.</summary>
    /// <param name="value">The values.</param>
    /// <param name="bound">Their bounds, each ≥ 0, of the same shape; null where the values are exact.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public BoundedTensor(DenseTensor<double> value, DenseTensor<double>? bound = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (bound is not null && !bound.Shape.Equals(value.Shape))
        {
            throw new ArgumentException($"bounded tensor: values are {value.Shape}, bounds {bound.Shape}", nameof(bound));
        }

        Value = value;
        Bound = bound;
    }

    /// <summary>The values.</summary>
    public DenseTensor<double> Value { get; }

    /// <summary>The bounds; null where all are 0.</summary>
    public DenseTensor<double>? Bound { get; }

    /// <summary>The shape.</summary>
    public TensorShape Shape => Value.Shape;

    /// <summary>Whether all values are exact.</summary>
    public bool IsExact => Bound is null;

    /// <summary>An element with its bound.</summary>
    internal Approximate this[int index] => new(Value.Span[index], Bound is null ? 0 : Bound.Span[index]);

    /// <summary>The elements, for a loop over them.</summary>
    internal ApproximateSpan Elements => new(Value.Span, Bound is null ? default : Bound.Span);

    /// <summary>A tensor of this shape that is filled element by element; <paramref name="exact"/> ones have no bounds.</summary>
    internal static BoundedTensor Empty(TensorShape shape, bool exact = false) => new(new DenseTensor<double>(shape), exact ? null : new DenseTensor<double>(shape));

    /// <summary>Sets an element.</summary>
    internal void Set(int index, Approximate element)
    {
        Value.Span[index] = element.Value;
        if (Bound is not null)
        {
            Bound.Span[index] = element.ErrorToKeep;
        }
    }
}
