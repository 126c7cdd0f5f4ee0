using System.Globalization;
using System.Numerics;

namespace RobMask.Tests.Spec;

/// <summary>Equality of bits in the sense of profile fma1: NaN is one value, +0 and −0 are two.</summary>
internal static class Bits
{
    public static bool Same<T>(T expected, T actual)
        where T : IBinaryFloatingPointIeee754<T> =>
        T.IsNaN(expected) ? T.IsNaN(actual) : expected == actual && T.IsNegative(expected) == T.IsNegative(actual);

    public static string Text<T>(T value)
        where T : IBinaryFloatingPointIeee754<T> => value.ToString("R", CultureInfo.InvariantCulture) + (value is float f
            ? $" (0x{BitConverter.SingleToUInt32Bits(f):x8})"
            : $" (0x{BitConverter.DoubleToUInt64Bits(double.CreateTruncating(value)):x16})");
}
