using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>A meter in host memory: each value is rounded to float and added in double, in the order of the images.</summary>
internal sealed class HostMeter(IEngine engine, int slots, int capacity) : IMeter
{
    private readonly double[] _sums = new double[slots * capacity];
    private float[] _values = [];

    public int Steps { get; private set; }

    public void Add(int slot, ITensor perImage)
    {
        RequireRoom(Steps, capacity);
        int count = perImage.Shape.Length;
        if (_values.Length < count)
        {
            _values = new float[count];
        }

        engine.Download(perImage, _values.AsSpan(0, count));
        double sum = 0;
        for (int n = 0; n < count; n++)
        {
            sum += _values[n];
        }

        _sums[(Steps * slots) + slot] += sum;
    }

    public void EndStep()
    {
        RequireRoom(Steps, capacity);
        Steps++;
    }

    public double[] Read()
    {
        double[] read = _sums[..(Steps * slots)];
        Array.Clear(_sums);
        Steps = 0;
        return read;
    }

    public void Dispose()
    {
    }

    /// <summary>The rule of <see cref="IMeter.EndStep"/>.</summary>
    internal static void RequireRoom(int steps, int capacity)
    {
        if (steps >= capacity)
        {
            throw new InvalidOperationException($"meter: {steps} steps were not read, and it holds {capacity}");
        }
    }
}
