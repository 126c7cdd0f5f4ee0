namespace RobMask.Kernels;

/// <summary>The kernel taps that one output position meets in one direction, and the source positions that they read.</summary>
/// <remarks>
/// Tap number i = 0 … Count − 1 is FirstTap + i·TapStep and reads source position FirstSource + i·SourceStep. Those that
/// read inside the image are neighbours: number FirstInside … FirstInside + Inside − 1.
/// </remarks>
internal struct AxisTaps
{
    public int Count, FirstTap, TapStep, FirstSource, SourceStep, FirstInside, Inside;

    /// <summary>The taps of a forward convolution's output position.</summary>
    public static AxisTaps Forward(int position, int source, int taps, int stride, int padding, int dilation)
    {
        AxisTaps axis = new() { Count = taps, TapStep = 1, FirstSource = (position * stride) - padding, SourceStep = dilation };
        axis.FindInside(source);
        return axis;
    }

    /// <summary>The taps of a position in the gradient of the input, whose source is the gradient of the output, counted from its end.</summary>
    /// <remarks>From the end, so that later taps read later elements, as hardware that fetches ahead expects.</remarks>
    public static AxisTaps Backward(int position, int extent, int source, int taps, int stride, int padding, int dilation)
    {
        StridePhase phase = new(position % stride, extent, taps, stride, padding, dilation);
        AxisTaps axis = new()
        {
            Count = phase.Taps,
            FirstTap = phase.FirstTap,
            TapStep = phase.TapStep,
            FirstSource = source - 1 - phase.FirstSource - (position / stride),
            SourceStep = -phase.SourceStep,
        };
        axis.FindInside(source);
        return axis;
    }

    /// <summary>The source positions inside the image that positions <paramref name="start"/> to <paramref name="end"/> − 1 read.</summary>
    public static unsafe (int First, int End) Reach(AxisTaps* taps, int start, int end)
    {
        int first = int.MaxValue;
        int last = int.MinValue;
        for (int position = start; position < end; position++)
        {
            AxisTaps at = taps[position];
            if (at.Inside > 0)
            {
                int near = at.FirstSource + (at.FirstInside * at.SourceStep);
                int far = near + ((at.Inside - 1) * at.SourceStep);
                first = Math.Min(first, Math.Min(near, far));
                last = Math.Max(last, Math.Max(near, far));
            }
        }

        return last < first ? (0, 0) : (first, last + 1);
    }

    private void FindInside(int source)
    {
        while (FirstInside < Count && !IsInside(FirstSource + (FirstInside * SourceStep), source))
        {
            FirstInside++;
        }

        while (FirstInside + Inside < Count && IsInside(FirstSource + ((FirstInside + Inside) * SourceStep), source))
        {
            Inside++;
        }
    }

    private static bool IsInside(int position, int extent) => (uint)position < (uint)extent;
}
