namespace RobMask.Kernels;

/// <summary>
/// The input positions of one direction with equal position mod stride, the kernel taps that they meet, and the output
/// positions that those read: a gradient of the input without the zeros that a stride would put between outputs.
/// </summary>
internal readonly struct StridePhase
{
    /// <summary>Finds the taps t with (phase + padding − t·dilation) divisible by the stride.</summary>
    public StridePhase(int phase, int extent, int taps, int stride, int padding, int dilation)
    {
        Positions = (extent - phase + stride - 1) / stride;
        FirstTap = -1;
        int second = -1;
        for (int tap = 0; tap < taps; tap++)
        {
            if ((phase + padding - ((long)tap * dilation)) % stride != 0)
            {
                continue;
            }

            if (FirstTap < 0)
            {
                FirstTap = tap;
            }
            else if (second < 0)
            {
                second = tap;
            }

            Taps++;
        }

        if (Taps == 0)
        {
            FirstTap = 0;
            return;
        }

        TapStep = second < 0 ? 1 : second - FirstTap;
        FirstSource = (phase + padding - (FirstTap * dilation)) / stride;
        SourceStep = -(TapStep * dilation / stride);
    }

    /// <summary>Positions of the phase.</summary>
    public int Positions { get; }

    /// <summary>Taps that are terms.</summary>
    public int Taps { get; }

    /// <summary>The first of them.</summary>
    public int FirstTap { get; }

    /// <summary>The distance between them; the solutions of a congruence are evenly spaced.</summary>
    public int TapStep { get; }

    /// <summary>The output position that the phase's first input position reads under the first tap.</summary>
    public int FirstSource { get; }

    /// <summary>How the output position moves from tap to tap.</summary>
    public int SourceStep { get; }
}
