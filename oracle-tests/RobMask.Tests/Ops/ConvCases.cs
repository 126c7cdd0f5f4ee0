using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

/// <summary>Random convolutions for tests: odd tails, strides, dilations, groups, kernels beyond the image.</summary>
internal static class ConvCases
{
    public readonly record struct Case(TensorShape Input, TensorShape Weight, ConvAttributes Attributes, bool Biased)
    {
        public TensorShape Output => Conv2d.OutputShape(Input, Weight, Attributes);

        public override string ToString() => $"input {Input} weight {Weight} {Attributes} bias {Biased}";
    }

    /// <summary>A small case, a few thousand products.</summary>
    public static Case Draw(Random random) => Draw(random, _ => random.Next(1, 6));

    /// <summary>A small case whose images fill the lanes of a vector, or nearly.</summary>
    public static Case DrawBatch(Random random) => Draw(random, _ => random.Next(4) switch { 0 => 32, 1 => random.Next(24, 33), 2 => random.Next(47, 66), _ => random.Next(6, 24) });

    private static Case Draw(Random random, Func<Random, int> images)
    {
        while (true)
        {
            int groups = random.Next(4) == 0 ? random.Next(2, 4) : 1;
            int channels = groups * random.Next(1, 6);
            int outputs = groups * (random.Next(3) == 0 ? random.Next(1, 30) : random.Next(1, 8));
            ConvAttributes attributes = new(
                random.Next(1, 6), random.Next(1, 6), random.Next(1, 4), random.Next(1, 4),
                random.Next(0, 4), random.Next(0, 4), random.Next(1, 4), random.Next(1, 4), groups);
            TensorShape input = new(images(random), channels, random.Next(1, 12), random.Next(1, random.Next(2, 40)));
            TensorShape weight = new(outputs, channels / groups, attributes.KernelHeight, attributes.KernelWidth);
            bool fits = ((attributes.KernelHeight - 1) * attributes.DilationHeight) + 1 <= input[2] + (2 * attributes.PaddingHeight)
                && ((attributes.KernelWidth - 1) * attributes.DilationWidth) + 1 <= input[3] + (2 * attributes.PaddingWidth);
            if (fits)
            {
                return new Case(input, weight, attributes, random.Next(2) == 0);
            }
        }
    }

    /// <summary>The shapes whose packed operands span several blocks, strips and panels.</summary>
    public static IEnumerable<Case> Large()
    {
        yield return new Case(new TensorShape(3, 64, 16, 16), new TensorShape(20, 64, 3, 3), ConvAttributes.Square(3, 1, 1), true);
        yield return new Case(new TensorShape(5, 40, 9, 13), new TensorShape(70, 40, 3, 3), ConvAttributes.Square(3, 2, 1), false);
        yield return new Case(new TensorShape(2, 96, 4, 4), new TensorShape(130, 96, 3, 3), ConvAttributes.Square(3, 1, 1), false);
        yield return new Case(new TensorShape(2, 300, 7, 7), new TensorShape(33, 300, 1, 1), ConvAttributes.Square(1), true);
        yield return new Case(new TensorShape(40, 128, 4, 4), new TensorShape(64, 2, 3, 3), ConvAttributes.Square(3, 1, 1, 1, 64), false);
        yield return new Case(new TensorShape(2, 64, 32, 32), new TensorShape(16, 64, 1, 1), ConvAttributes.Square(1, 2), false);
        yield return new Case(new TensorShape(43, 64, 32, 32), new TensorShape(5, 64, 3, 3), ConvAttributes.Square(3, 1, 1), false);
        yield return new Case(new TensorShape(32, 80, 9, 20), new TensorShape(30, 80, 3, 3), ConvAttributes.Square(3, 1, 1), true);
        yield return new Case(new TensorShape(32, 600, 24, 24), new TensorShape(4, 600, 1, 1), ConvAttributes.Square(1), false);
        yield return new Case(new TensorShape(32, 16, 12, 12), new TensorShape(20, 16, 3, 3), ConvAttributes.Square(3, 1, 1), false);
        yield return new Case(new TensorShape(9, 3, 32, 32), new TensorShape(64, 3, 3, 3), ConvAttributes.Square(3, 1, 1), false);
    }

    /// <summary>A tensor of normal values.</summary>
    public static DenseTensor<T> Normal<T>(Random random, TensorShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(shape);
        foreach (ref T value in tensor.Span)
        {
            double u = 1 - random.NextDouble();
            value = T.CreateChecked(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return tensor;
    }

    /// <summary>A tensor in which some values are zeros of both signs, subnormals, infinities, NaN or huge.</summary>
    public static DenseTensor<T> Hostile<T>(Random random, TensorShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = Normal<T>(random, shape);
        T[] values = [T.Zero, T.NegativeZero, T.Epsilon, -T.Epsilon, T.CreateSaturating(1e-40), T.PositiveInfinity, T.NegativeInfinity, T.NaN, T.CreateSaturating(3e38), T.CreateSaturating(-1e-30)];
        int rarity = random.Next(2, 200);
        foreach (ref T value in tensor.Span)
        {
            if (random.Next(rarity) == 0)
            {
                value = values[random.Next(values.Length)];
            }
        }

        return tensor;
    }

    /// <summary>Zeros, ones and values whose products underflow, so that sums of either zero are common.</summary>
    public static DenseTensor<T> Underflowing<T>(Random random, TensorShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(shape);
        T tiny = T.Sqrt(T.Epsilon) / T.CreateChecked(4);
        foreach (ref T value in tensor.Span)
        {
            value = (random.NextDouble() < 0.5 ? T.NegativeOne : T.One) * random.Next(8) switch { 0 => T.One, < 4 => T.Zero, _ => tiny };
        }

        return tensor;
    }

    /// <summary>One of the two.</summary>
    public static DenseTensor<T> Values<T>(Random random, TensorShape shape, bool hostile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        hostile ? Hostile<T>(random, shape) : Normal<T>(random, shape);

    /// <summary>A tensor of the type's other precision with the same values.</summary>
    public static DenseTensor<double> Widen<T>(DenseTensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<double> wide = new(tensor.Shape);
        for (int i = 0; i < wide.Length; i++)
        {
            wide.Span[i] = double.CreateChecked(tensor.Span[i]);
        }

        return wide;
    }

    /// <summary>Fails unless both have the same bits, any NaN for any NaN.</summary>
    public static void AssertSameBits<T>(DenseTensor<T> expected, DenseTensor<T> actual, string context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (int i = 0; i < expected.Length; i++)
        {
            T left = expected.Span[i];
            T right = actual.Span[i];
            bool same = (T.IsNaN(left) && T.IsNaN(right)) || (left == right && T.IsNegative(left) == T.IsNegative(right));
            if (!same)
            {
                Assert.Fail($"{context}: element {i} is {right:R}, the definition gives {left:R}");
            }
        }
    }
}
