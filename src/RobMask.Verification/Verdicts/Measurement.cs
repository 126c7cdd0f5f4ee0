using RobMask.Checkpoints;

namespace RobMask.Verification.Verdicts;

/// <summary>What is counted and summed over the elements of an output, or of a part of it.</summary>
internal sealed class Measurement
{
    private const int WorstKept = 8;
    private readonly List<JudgedElement> _worst = new(WorstKept + 1);

    public GaugeHistogram Histogram { get; } = new();

    public JudgedElement? First { get; private set; }

    public long Bitwise { get; private set; }

    public long Undecided { get; private set; }

    public long Outside { get; private set; }

    public double Gauge { get; private set; }

    public double GreatestError { get; private set; }

    /// <summary>The elements of the greatest gauge, the greatest first, of equal ones the first.</summary>
    public IReadOnlyList<JudgedElement> Worst => _worst;

    /// <summary>Takes in elements that follow each other.</summary>
    /// <param name="start">The place of the first.</param>
    /// <param name="got">What was given.</param>
    /// <param name="value">The values.</param>
    /// <param name="bound">Their bounds; empty where all are 0.</param>
    /// <param name="stored">How what was given was stored.</param>
    /// <param name="bits">The bits of profile fma1; empty where they are not asked for.</param>
    /// <param name="bias">Takes the signed errors of these elements.</param>
    public void Add(int start, ReadOnlySpan<double> got, ReadOnlySpan<double> value, ReadOnlySpan<double> bound, SafetensorsType stored, ReadOnlySpan<double> bits, ref BiasSums bias)
    {
        bool rounds = StoredRounding.Rounds(stored);
        bool decides = stored == SafetensorsType.BOOL;
        for (int i = 0; i < got.Length; i++)
        {
            double allowed = bound.IsEmpty ? 0 : bound[i];
            if (rounds)
            {
                allowed = StoredRounding.Widen(stored, value[i], allowed);
            }

            if (!bits.IsEmpty && SameBits(got[i], StoredRounding.Nearest(stored, bits[i])))
            {
                Bitwise++;
            }

            JudgedElement element = new(start + i, got[i], value[i], allowed);
            double error = element.Error;
            if (double.IsPositiveInfinity(allowed) || (decides && allowed >= 1))
            {
                Undecided++;
                continue;
            }

            double gauge = error == 0 ? 0 : error / allowed;
            Histogram.Add(gauge);
            if (error == 0)
            {
                continue;
            }

            GreatestError = Math.Max(GreatestError, error);
            Gauge = Math.Max(Gauge, gauge);
            if (!(error <= allowed))
            {
                Outside++;
                First ??= element;
            }

            if (double.IsFinite(error))
            {
                bias.Add(got[i] - value[i], value[i]);
            }

            Keep(element, gauge);
        }
    }

    /// <summary>Takes in what was measured of later elements.</summary>
    public void Add(Measurement later)
    {
        Histogram.Add(later.Histogram);
        First ??= later.First;
        Bitwise += later.Bitwise;
        Undecided += later.Undecided;
        Outside += later.Outside;
        Gauge = Math.Max(Gauge, later.Gauge);
        GreatestError = Math.Max(GreatestError, later.GreatestError);
        foreach (JudgedElement element in later._worst)
        {
            Keep(element, element.Gauge);
        }
    }

    // All NaN count as one; zeros of either sign do not.
    private static bool SameBits(double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y) || (double.IsNaN(x) && double.IsNaN(y));

    private void Keep(in JudgedElement element, double gauge)
    {
        if (_worst.Count == WorstKept && !(gauge > _worst[^1].Gauge))
        {
            return;
        }

        int place = _worst.Count;
        while (place > 0 && gauge > _worst[place - 1].Gauge)
        {
            place--;
        }

        _worst.Insert(place, element);
        if (_worst.Count > WorstKept)
        {
            _worst.RemoveAt(WorstKept);
        }
    }
}
