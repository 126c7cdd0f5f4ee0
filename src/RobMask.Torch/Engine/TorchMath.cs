// The one place where Scalars are made and given to TorchSharp.
#pragma warning disable RS0030
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Operations with numbers, and sums: TorchSharp does not keep a Scalar alive during its own call, «using» does.</summary>
/// <remarks>
/// A Scalar whose finaliser runs before libtorch has read it is memory that was freed: a wrong number, or «Expected false to be true».
/// TorchSharp makes one of its own for the sum of two tensors, too (the factor 1 of the second). BannedSymbols.txt in this
/// project names what must go through here.
/// </remarks>
internal static class TorchMath
{
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar scalar = factor;
        return x * scalar;
    }

    public static Tensor Plus(this Tensor x, double term)
    {
        using Scalar scalar = term;
        using Scalar one = 1;
        return x.add(scalar, one);
    }

    /// <summary>Of whole numbers.</summary>
    public static Tensor PlusWhole(this Tensor x, long term)
    {
        using Scalar scalar = term;
        using Scalar one = 1;
        return x.add(scalar, one);
    }

    /// <summary>Of whole numbers, modulo 2⁶⁴.</summary>
    public static Tensor TimesWhole(this Tensor x, long factor)
    {
        using Scalar scalar = factor;
        return x.mul(scalar);
    }

    public static Tensor Plus(this Tensor x, Tensor y)
    {
        using Scalar one = 1;
        return x.add(y, one);
    }

    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar scalar = divisor;
        return x / scalar;
    }

    /// <summary>At least <paramref name="low"/>; NaN stays.</summary>
    public static Tensor AtLeast(this Tensor x, double low)
    {
        using Scalar scalar = low;
        return x.clamp_min(scalar);
    }

    /// <summary>x + factor·y, in place.</summary>
    public static void AddInPlace(this Tensor x, Tensor y, double factor)
    {
        using Scalar scalar = factor;
        x.add_(y, scalar);
    }

    public static void AddInPlace(this Tensor x, double term)
    {
        using Scalar scalar = term;
        using Scalar one = 1;
        x.add_(scalar, one);
    }

    /// <summary>x + y in the place of x.</summary>
    public static Tensor AddedTo(this Tensor x, Tensor y)
    {
        x.AddInPlace(y, 1);
        return x;
    }

    public static void MultiplyInPlace(this Tensor x, double factor)
    {
        using Scalar scalar = factor;
        x.mul_(scalar);
    }

    public static void FillInPlace(this Tensor x, double value)
    {
        using Scalar scalar = value;
        x.fill_(scalar);
    }

    /// <summary>low where x &lt; low, high where x &gt; high, else x; NaN stays.</summary>
    public static Tensor Clamp(this Tensor x, double low, double high)
    {
        using Scalar least = low;
        using Scalar most = high;
        return x.clamp(least, most);
    }

    /// <summary>Of whole numbers.</summary>
    public static Tensor ClampWhole(this Tensor x, long low, long high)
    {
        using Scalar least = low;
        using Scalar most = high;
        return x.clamp(least, most);
    }

    /// <summary>The same in place.</summary>
    public static Tensor ClampInPlace(this Tensor x, double low, double high)
    {
        using Scalar least = low;
        using Scalar most = high;
        return x.clamp_(least, most);
    }

    /// <summary>left + right·factor of the type of <paramref name="term"/>.</summary>
    public static Tensor PlusProduct(this Tensor term, Tensor left, Tensor right)
    {
        using Scalar one = 1;
        return term.addcmul(left, right, one);
    }

    /// <summary>A whole number [1] that is filled in on the device: a copy from the host would wait for it.</summary>
    public static Tensor Whole(long value, Device device)
    {
        using Scalar scalar = value;
        return full([1], scalar, ScalarType.Int64, device);
    }

    /// <summary>0, 1, … count − 1 as [1, count].</summary>
    public static Tensor Indices(long count, Device device)
    {
        using Scalar start = 0;
        using Scalar end = count;
        using Scalar step = 1;
        return arange(start, end, step, ScalarType.Int64, device).unsqueeze(0);
    }

    /// <summary>A tensor of the same shape and type, every element the same.</summary>
    public static Tensor FullLike(this Tensor x, double value)
    {
        using Scalar scalar = value;
        return full_like(x, scalar);
    }
}
