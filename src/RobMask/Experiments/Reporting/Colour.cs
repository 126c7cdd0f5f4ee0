namespace RobMask.Experiments.Reporting;

/// <summary>A colour of a picture.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    // Nine points of matplotlib's viridis (CC0): even steps of lightness, readable in grey and by the colour-blind.
    private static readonly Colour[] Viridis =
    [
        new(68, 1, 84), new(71, 44, 122), new(59, 81, 139), new(44, 113, 142), new(33, 144, 141),
        new(39, 173, 129), new(92, 200, 99), new(170, 220, 50), new(253, 231, 37),
    ];

    // Blue, near-white, orange: the two ends stay apart for the colour-blind.
    private static readonly Colour[] Diverging =
    [
        new(5, 72, 131), new(67, 137, 195), new(166, 206, 228), new(244, 244, 244), new(250, 198, 137), new(222, 126, 33), new(140, 62, 4),
    ];

    /// <summary>A colour for a value between 0 (dark violet) and 1 (yellow); NaN is grey.</summary>
    public static Colour Sequential(double value) => Pick(Viridis, value);

    /// <summary>A colour for a value between −1 (blue), 0 (white) and 1 (orange); NaN is grey.</summary>
    public static Colour Signed(double value) => Pick(Diverging, (value + 1) / 2);

    private static Colour Pick(Colour[] stops, double position)
    {
        if (double.IsNaN(position))
        {
            return new Colour(128, 128, 128);
        }

        double scaled = Math.Clamp(position, 0, 1) * (stops.Length - 1);
        int index = Math.Min((int)scaled, stops.Length - 2);
        double part = scaled - index;
        return new Colour(
            Between(stops[index].Red, stops[index + 1].Red, part),
            Between(stops[index].Green, stops[index + 1].Green, part),
            Between(stops[index].Blue, stops[index + 1].Blue, part));
    }

    private static byte Between(byte from, byte to, double part) => (byte)Math.Round(from + ((to - from) * part));
}
