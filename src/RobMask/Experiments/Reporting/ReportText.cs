using System.Globalization;
using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Reporting;

/// <summary>Numbers as the report and the command line write them.</summary>
public static class ReportText
{
    /// <summary>A fraction as a percentage with one digit: «87.4 %».</summary>
    public static string Percent(double fraction) => (fraction * 100).ToString("F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>A difference of fractions in percentage points with its sign: «+3.1».</summary>
    public static string Points(double difference)
    {
        string text = Math.Round(difference * 100, 1).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
        return text;
    }

    /// <summary>«87.4 % [85.2, 89.4]».</summary>
    public static string WithInterval(Accuracy accuracy)
    {
        Interval interval = accuracy.Interval;
        return string.Create(CultureInfo.InvariantCulture, $"{Percent(accuracy.Fraction)} [{interval.Low * 100:F1}, {interval.High * 100:F1}]");
    }

    /// <summary>«+3.1 [+0.4, +5.9]» in percentage points.</summary>
    public static string WithInterval(double difference, Interval interval) => $"{Points(difference)} [{Points(interval.Low)}, {Points(interval.High)}]";

    /// <summary>The shortest decimal that is read back as the same number: two different α never look alike.</summary>
    public static string Exact(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Exact(float)"/>
    public static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number with up to four decimals.</summary>
    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
