using System.Numerics;
using RobMask.Numerics;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Tests.Numerics;

public sealed class ElementaryTests(ITestOutputHelper output)
{
    /// <summary>A prime, so that every exponent and every low bit pattern is met.</summary>
    private const uint Stride = 4099;

    [Theory]
    [InlineData(0x41178febu)]
    [InlineData(0x4c5d65a5u)]
    [InlineData(0x65d890d3u)]
    [InlineData(0x6f31a8ecu)]
    [InlineData(0x3c413d3au)]
    public void Log_of_the_five_hard_floats_is_the_nearest_float_where_the_rounded_double_is_not(uint bits)
    {
        float x = BitConverter.UInt32BitsToSingle(bits);
        BigInteger exact = HighPrecision.Log(x);
        Assert.True(HighPrecision.IsNearest(Elementary.Log(x), exact));
        Assert.NotEqual((float)Elementary.Log((double)x), Elementary.Log(x));
    }

    [Fact]
    public void Log_is_correctly_rounded_on_a_sample_of_all_floats()
    {
        int hard = 0;
        for (ulong bits = 1; bits < 0x7f80_0000; bits += Stride)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            float actual = Elementary.Log(x);
            double near = Math.Log(x);
            if (Decides(near))
            {
                Assert.True(actual == (float)near, $"log {x:R} (0x{bits:x8}) = {actual:R}, expected {(float)near:R}");
            }
            else
            {
                hard++;
                Assert.True(HighPrecision.IsNearest(actual, HighPrecision.Log(x)), $"log {x:R} (0x{bits:x8}) = {actual:R}");
            }
        }

        output.WriteLine($"{hard} arguments needed high precision");
    }

    [Fact]
    public void Exp_is_correctly_rounded_on_a_sample_of_all_floats()
    {
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Stride)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            float actual = Elementary.Exp(x);
            double near = Math.Exp(x);
            if (float.IsNaN(x) || x < -104 || x > 89 || Decides(near))
            {
                Assert.True(actual.Equals((float)near), $"exp {x:R} (0x{bits:x8}) = {actual:R}, expected {(float)near:R}");
            }
            else
            {
                (BigInteger mantissa, int k) = HighPrecision.Exp(x);
                Assert.True(HighPrecision.IsNearest(actual, k >= 0 ? mantissa << k : mantissa >> -k), $"exp {x:R} (0x{bits:x8}) = {actual:R}");
            }
        }
    }

    [Fact]
    public void Log_of_doubles_is_within_0_51_ulp()
    {
        double worst = 0;
        PhiloxStream random = new(new PhiloxKey(11, 1000, 0));
        for (int i = 0; i < 60_000; i++)
        {
            // A third each: all magnitudes, the neighbourhood of 1 on every scale, and the arguments of softmax sums.
            double x = (i % 3) switch
            {
                0 => Math.ScaleB(1 + random.Uniform53(i), random.Integer(1_000_000 + i, 2000) - 1000),
                1 => 1 + (Math.ScaleB(1, -1 - random.Integer(1_000_000 + i, 50)) * ((2 * random.Uniform53(i)) - 1)),
                _ => 1 + (100 * random.Uniform53(i)),
            };
            if (x != 1)
            {
                worst = Math.Max(worst, HighPrecision.ErrorInUlp(Elementary.Log(x), HighPrecision.Log(x)));
            }
        }

        output.WriteLine($"log: largest error {worst:F4} ulp");
        Assert.True(worst < 0.51, $"{worst} ulp");
    }

    [Fact]
    public void Exp_of_doubles_is_within_0_52_ulp()
    {
        double worst = 0;
        PhiloxStream random = new(new PhiloxKey(12, 1000, 0));
        for (int i = 0; i < 60_000; i++)
        {
            double x = (i % 3) switch
            {
                0 => (1400 * random.Uniform53(i)) - 700,
                1 => Math.ScaleB((2 * random.Uniform53(i)) - 1, -random.Integer(1_000_000 + i, 50)),
                _ => -30 * random.Uniform53(i),
            };
            (BigInteger mantissa, int k) = HighPrecision.Exp(x);
            worst = Math.Max(worst, HighPrecision.ErrorInUlp(Math.ScaleB(Elementary.Exp(x), -k), mantissa));
        }

        output.WriteLine($"exp: largest error {worst:F4} ulp");
        Assert.True(worst < 0.52, $"{worst} ulp");
    }

    [Fact]
    public void Exp_of_the_lowest_doubles_is_a_subnormal_within_one_ulp()
    {
        PhiloxStream random = new(new PhiloxKey(13, 1000, 0));
        for (int i = 0; i < 2000; i++)
        {
            double x = -708 - (37 * random.Uniform53(i));
            (BigInteger mantissa, int k) = HighPrecision.Exp(x);
            double expected = Math.ScaleB((double)(mantissa >> (HighPrecision.Bits - 120)), k - 120);
            Assert.InRange(Elementary.Exp(x), expected - double.Epsilon, expected + double.Epsilon);
        }
    }

    [Fact]
    public void Specials_are_those_of_IEEE_754()
    {
        Assert.Equal(1, Elementary.Exp(0.0));
        Assert.Equal(1, Elementary.Exp(-0.0f));
        Assert.Equal(0, Elementary.Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(double.PositiveInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(709.79));
        Assert.True(double.IsFinite(Elementary.Exp(709.78)));
        Assert.Equal(double.Epsilon, Elementary.Exp(-745.13));
        Assert.Equal(0, Elementary.Exp(-745.14));
        Assert.Equal(float.PositiveInfinity, Elementary.Exp(88.73f));
        Assert.Equal(float.Epsilon, Elementary.Exp(-103.9f));
        Assert.True(double.IsNaN(Elementary.Exp(double.NaN)) && float.IsNaN(Elementary.Exp(float.NaN)));
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(Elementary.Log(1.0)));
        Assert.Equal(double.NegativeInfinity, Elementary.Log(0.0));
        Assert.Equal(float.NegativeInfinity, Elementary.Log(-0f));
        Assert.Equal(double.PositiveInfinity, Elementary.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.Log(-1.0)) && float.IsNaN(Elementary.Log(-float.Epsilon)) && double.IsNaN(Elementary.Log(double.NaN)));
        Assert.Equal(-744.4400719213812, Elementary.Log(double.Epsilon), 1e-12);
        Assert.Equal(-103.27893f, Elementary.Log(float.Epsilon));
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Exp_and_log_are_correctly_rounded_on_all_floats()
    {
        Parallel.For(0, 256, block =>
        {
            for (ulong bits = (ulong)block << 24; bits < ((ulong)block + 1) << 24; bits++)
            {
                float x = BitConverter.UInt32BitsToSingle((uint)bits);
                if (x is >= -104 and <= 89)
                {
                    double near = Math.Exp(x);
                    Check(Decides(near) ? Elementary.Exp(x) == (float)near : NearestExp(x), "exp", bits);
                }

                if (x > 0 && float.IsFinite(x))
                {
                    double near = Math.Log(x);
                    Check(Decides(near) ? Elementary.Log(x) == (float)near : HighPrecision.IsNearest(Elementary.Log(x), HighPrecision.Log(x)), "log", bits);
                }
            }
        });
    }

    /// <summary>Makes the message only where it is needed: there are 2³² arguments.</summary>
    private static void Check(bool holds, string function, ulong bits)
    {
        if (!holds)
        {
            Assert.Fail($"{function} of 0x{bits:x8} is not correctly rounded");
        }
    }

    private static bool NearestExp(float x)
    {
        (BigInteger mantissa, int k) = HighPrecision.Exp(x);
        return HighPrecision.IsNearest(Elementary.Exp(x), k >= 0 ? mantissa << k : mantissa >> -k);
    }

    /// <summary>Whether a double within 4 ulp of the truth rounds to the float that the truth rounds to.</summary>
    private static bool Decides(double near)
    {
        double slack = Math.BitIncrement(Math.Abs(near)) - Math.Abs(near);
        return (float)(near - (4 * slack)) == (float)(near + (4 * slack));
    }
}
