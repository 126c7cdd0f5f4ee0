using System.Globalization;
using System.Numerics;

namespace RobMask.Tests.Spec;

/// <summary>What the values of a trial look like.</summary>
public enum Manner
{
    /// <summary>Between −2 and 2, all bits of the significand used.</summary>
    Ordinary,

    /// <summary>Small integers: exact, full of ties and zeros of both signs.</summary>
    Integers,

    /// <summary>Every exponent alike, subnormals included, both signs: sums cancel, overflow and underflow.</summary>
    EveryExponent,

    /// <summary>Ordinary values, and now and then ±0, a subnormal, the largest number or one beside 1.</summary>
    Finite,

    /// <summary>Ordinary values with a few ±∞, NaN and special ones: so few that a long sum meets one or none.</summary>
    Hostile,

    /// <summary>Only ±0, the smallest subnormals and numbers whose products underflow.</summary>
    Tiny,
}

/// <summary>The random shapes and values of one trial, all from one printed seed.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The seed of this run: drawn anew each time, or the environment variable SPEC_SEED.</summary>
    public static int RunSeed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SPEC_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();

    public int Seed => seed;

    /// <summary>An integer from low to high, both included.</summary>
    public int Between(int low, int high) => (int)_random.NextInt64(low, high + 1L);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public TItem Of<TItem>(params TItem[] items) => items[_random.Next(items.Length)];

    public Manner Manner() => Of(Enum.GetValues<Manner>());

    public float Float(double low, double high) => (float)(low + ((high - low) * _random.NextDouble()));

    public int[] Labels(int count, int classes) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(classes))];

    /// <summary>Values in the given manner.</summary>
    public T[] Values<T>(int count, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = new T[count];
        double hostility = Of(0.001, 0.005, 0.03);
        for (int i = 0; i < count; i++)
        {
            values[i] = manner switch
            {
                Spec.Manner.Ordinary => Ordinary<T>(),
                Spec.Manner.Integers => Chance(0.1) ? T.NegativeZero : T.CreateTruncating(_random.Next(-3, 4)),
                Spec.Manner.EveryExponent => AnyBits<T>(),
                Spec.Manner.Finite => Chance(0.85) ? Ordinary<T>() : Special<T>(),
                Spec.Manner.Hostile => !Chance(hostility) ? Ordinary<T>() : Chance(0.5) ? Special<T>() : Of(T.NaN, T.PositiveInfinity, T.NegativeInfinity),
                _ => Of(T.Zero, T.NegativeZero, T.Epsilon, -T.Epsilon, SmallestSquareRoot<T>(), -SmallestSquareRoot<T>(), SmallestNormal<T>()),
            };
        }

        return values;
    }

    private T Ordinary<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.CreateTruncating((4 * _random.NextDouble()) - 2);

    private T Special<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T magnitude = Of(T.Zero, T.Epsilon, SmallestNormal<T>(), SmallestSquareRoot<T>(), Largest<T>(), T.BitIncrement(T.One), T.BitDecrement(T.One), T.One);
        return Chance(0.5) ? -magnitude : magnitude;
    }

    private T AnyBits<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        while (true)
        {
            T value = typeof(T) == typeof(float)
                ? T.CreateTruncating(BitConverter.Int32BitsToSingle((int)_random.NextInt64(1L << 32)))
                : T.CreateTruncating(BitConverter.Int64BitsToDouble(unchecked((_random.NextInt64(1L << 32) << 32) | _random.NextInt64(1L << 32))));
            if (T.IsFinite(value))
            {
                return value;
            }
        }
    }

    private static T SmallestNormal<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(float) ? T.ScaleB(T.One, -126) : T.ScaleB(T.One, -1022);

    private static T SmallestSquareRoot<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(float) ? T.ScaleB(T.One, -75) : T.ScaleB(T.One, -537);

    private static T Largest<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(float) ? T.CreateTruncating(float.MaxValue) : T.CreateTruncating(double.MaxValue);
}
