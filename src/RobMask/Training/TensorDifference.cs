namespace RobMask.Training;

/// <summary>How far two tensors of floats are apart.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Count">The elements.</param>
/// <param name="Differing">Those with other bits.</param>
/// <param name="FirstIndex">The first of those, or −1.</param>
/// <param name="Largest">The largest |left − right|; +∞ where only one is a number.</param>
/// <param name="Magnitude">The largest |left|.</param>
public sealed record TensorDifference(string Name, int Count, int Differing, int FirstIndex, float Largest, float Magnitude)
{
    /// <summary>The largest difference against the largest magnitude; 0 where nothing differs.</summary>
    public float Relative => Largest == 0 ? 0 : Largest / Math.Max(Magnitude, float.Epsilon);

    /// <summary>Compares two tensors of one length; all NaN are equal.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static TensorDifference Between(string name, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (left.Length != right.Length)
        {
            throw new ArgumentException($"{name}: {left.Length} elements beside {right.Length}", nameof(right));
        }

        int differing = 0;
        int first = -1;
        float largest = 0;
        float magnitude = 0;
        for (int i = 0; i < left.Length; i++)
        {
            magnitude = float.IsNaN(left[i]) ? magnitude : Math.Max(magnitude, MathF.Abs(left[i]));
            if (BitConverter.SingleToInt32Bits(left[i]) == BitConverter.SingleToInt32Bits(right[i]) || (float.IsNaN(left[i]) && float.IsNaN(right[i])))
            {
                continue;
            }

            differing++;
            first = first < 0 ? i : first;
            float apart = MathF.Abs(left[i] - right[i]);
            largest = float.IsNaN(apart) ? float.PositiveInfinity : Math.Max(largest, apart);
        }

        return new TensorDifference(name, left.Length, differing, first, largest, magnitude);
    }
}
