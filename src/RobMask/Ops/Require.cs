using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The checks that several operations share. The names in a message are those of the operation's parameters.</summary>
internal static class Require
{
    /// <summary>Two tensors have one shape.</summary>
    public static void SameShape<TLeft, TRight>(string rule, string name, DenseTensor<TLeft> tensor, string otherName, DenseTensor<TRight> other)
        where TLeft : unmanaged
        where TRight : unmanaged
    {
        if (!tensor.Shape.Equals(other.Shape))
        {
            throw new ArgumentException($"{rule}: {name} is {tensor.Shape}, {otherName} is {other.Shape}; they must be of one shape", name);
        }
    }

    /// <summary>A tensor has so many elements in one dimension.</summary>
    public static void Vector<T>(string rule, string name, DenseTensor<T> tensor, int length)
        where T : unmanaged
    {
        if (tensor.Shape.Rank != 1 || tensor.Length != length)
        {
            throw new ArgumentException($"{rule}: {name} is {tensor.Shape}, it must be [{length}]", name);
        }
    }

    /// <summary>A tensor has two dimensions of these extents; −1 leaves one free.</summary>
    public static void Matrix<T>(string rule, string name, DenseTensor<T> tensor, int rows = -1, int columns = -1)
        where T : unmanaged
    {
        TensorShape shape = tensor.Shape;
        if (shape.Rank != 2 || (rows >= 0 && shape[0] != rows) || (columns >= 0 && shape[1] != columns))
        {
            string wanted = $"[{(rows >= 0 ? rows.ToString(System.Globalization.CultureInfo.InvariantCulture) : "any")}, {(columns >= 0 ? columns.ToString(System.Globalization.CultureInfo.InvariantCulture) : "any")}]";
            throw new ArgumentException($"{rule}: {name} is {shape}, it must be {wanted}", name);
        }
    }
}
