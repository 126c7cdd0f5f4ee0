using System.Globalization;

namespace RobMask.Experiments.Reporting;

/// <summary>One axis of a plot: what it shows, its range, and its round tick values.</summary>
/// <param name="Label">What it shows.</param>
/// <param name="Low">The value at its start.</param>
/// <param name="High">The value at its end, above <paramref name="Low"/>.</param>
/// <param name="Percent">Write values as percentages.</param>
public sealed record Axis(string Label, double Low, double High, bool Percent = false)
{
    /// <summary>An axis that holds all values, widened to round ticks.</summary>
    public static Axis Around(string label, IEnumerable<double> values, bool percent = false)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double low = finite.Length == 0 ? 0 : finite.Min();
        double high = finite.Length == 0 ? 1 : finite.Max();
        if (high - low < 1e-9)
        {
            double margin = Math.Max(Math.Abs(low) * 0.05, percent ? 0.01 : 0.5);
            (low, high) = (low - margin, high + margin);
        }

        double step = Step(high - low);
        low = Math.Floor(low / step) * step;
        high = Math.Ceiling(high / step) * step;
        return percent
            ? new Axis(label, Math.Max(low, 0), Math.Min(high, 1), true)
            : new Axis(label, low, high);
    }

    /// <summary>An axis from 0 to 100 per cent.</summary>
    public static Axis Fraction(string label) => new(label, 0, 1, true);

    /// <summary>Round values from <see cref="Low"/> to <see cref="High"/>.</summary>
    public IReadOnlyList<double> Ticks()
    {
        double step = Step(High - Low);
        List<double> ticks = [];
        for (double index = Math.Ceiling((Low / step) - 1e-6); index * step <= High + (step * 1e-6); index++)
        {
            ticks.Add(index * step);
        }

        return ticks;
    }

    /// <summary>Where a value lies between <paramref name="from"/> (at <see cref="Low"/>) and <paramref name="to"/> (at <see cref="High"/>).</summary>
    public double Position(double value, double from, double to) => from + ((Math.Clamp(value, Low, High) - Low) / (High - Low) * (to - from));

    /// <summary>A tick value as text, with no more digits than the tick distance needs.</summary>
    public string Format(double value)
    {
        double shown = Percent ? value * 100 : value;
        double step = Step(High - Low) * (Percent ? 100 : 1);
        int digits = 0;
        while (digits < 6 && Math.Abs(step - Math.Round(step, digits)) > step * 1e-6)
        {
            digits++;
        }

        double rounded = Math.Round(shown, digits);
        return (rounded == 0 ? 0 : rounded).ToString("F" + digits, CultureInfo.InvariantCulture) + (Percent ? " %" : string.Empty);
    }

    // The least of 1, 2, 5 times a power of ten that cuts the range into at most six parts.
    private static double Step(double range)
    {
        double unit = 1;
        while (unit * 10 <= range / 6)
        {
            unit *= 10;
        }

        while (unit > range / 6)
        {
            unit /= 10;
        }

        foreach (double factor in (ReadOnlySpan<double>)[1, 2, 5, 10])
        {
            if (unit * factor >= range / 6 * (1 - 1e-9))
            {
                return unit * factor;
            }
        }

        return unit * 10;
    }
}
