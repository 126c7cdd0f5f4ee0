namespace RobMask.Engines;

/// <summary>The allowed range of a pixel, [0, 1] unless an attack is asked not to clip.</summary>
/// <param name="Low">The least value.</param>
/// <param name="High">The greatest value.</param>
public readonly record struct PixelBox(float Low, float High)
{
    /// <summary>[0, 1].</summary>
    public static PixelBox Unit => new(0, 1);

    /// <summary>No box: [−∞, ∞].</summary>
    public static PixelBox None => new(float.NegativeInfinity, float.PositiveInfinity);
}
