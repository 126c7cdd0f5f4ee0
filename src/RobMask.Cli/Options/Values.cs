using System.Globalization;

namespace RobMask.Cli.Options;

/// <summary>Reads the values of options. Every failure says what was given and what is allowed.</summary>
internal static class Values
{
    /// <summary>Any text but none.</summary>
    public static string Text(string text) => text.Length > 0 ? text : throw new FormatException("the value is empty");

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Func<string, int> Whole(int least, int most = int.MaxValue) => text =>
    {
        Int128 value = Integer(text, least);
        return value <= most ? (int)value : throw new FormatException($"{text} is not allowed; it must be at most {most}");
    };

    /// <summary>A whole number of 64 bits without a sign.</summary>
    public static ulong Seed(string text)
    {
        Int128 value = Integer(text, 0);
        return value <= ulong.MaxValue ? (ulong)value : throw new FormatException($"{text} is not allowed; it must be at most {ulong.MaxValue}");
    }

    /// <summary>A number, or a fraction such as 8/255, that <paramref name="allowed"/> holds of.</summary>
    public static Func<string, double> Real(Func<double, bool> allowed, string rule) => text =>
    {
        double value = Parse(text);
        return allowed(value) ? value : throw new FormatException($"{text} is not allowed; {rule}");
    };

    /// <summary>As <see cref="Real"/>, rounded to float; the rounded number must be finite and allowed, too.</summary>
    public static Func<string, float> Number(Func<double, bool> allowed, string rule) => text =>
    {
        float value = (float)Real(allowed, rule)(text);
        return !float.IsFinite(value) ? throw new FormatException($"{text} is not allowed; as a float it is infinite")
            : allowed(value) ? value
            : throw new FormatException($"{text} is not allowed; as a float it is {value}, and {rule}");
    };

    /// <summary>Any finite number.</summary>
    public static Func<string, float> Finite { get; } = Number(_ => true, string.Empty);

    /// <summary>A finite number at least 0; 8/255 is allowed.</summary>
    public static Func<string, float> NotNegative { get; } = Number(value => value >= 0, "it must be at least 0");

    /// <summary>As <see cref="NotNegative"/>, in double.</summary>
    public static Func<string, double> NotNegativeReal { get; } = Real(value => value >= 0, "it must be at least 0");

    /// <summary>A finite number above 0; 2/255 is allowed.</summary>
    public static Func<string, float> Positive { get; } = Number(value => value > 0, "it must be above 0");

    /// <summary>A number from 0 to 1.</summary>
    public static Func<string, float> Part { get; } = Number(value => value is >= 0 and <= 1, "it must lie between 0 and 1");

    /// <summary>true or false.</summary>
    public static bool Truth(string text) => bool.TryParse(text, out bool value) ? value : throw new FormatException($"«{text}» is neither true nor false");

    /// <summary>One or more values between commas.</summary>
    public static Func<string, IReadOnlyList<TValue>> List<TValue>(Func<string, TValue> one) => text =>
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.All(part => part.Length > 0) ? [.. parts.Select(one)] : throw new FormatException($"«{text}» is not a list of values between commas");
    };

    /// <summary>One of the named values.</summary>
    public static Func<string, TValue> OneOf<TValue>(params (string Name, TValue Value)[] known) => text =>
    {
        foreach ((string name, TValue value) in known)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        string[] names = [.. known.Select(pair => pair.Name)];
        throw new FormatException($"«{text}» is unknown; known are {string.Join(", ", names)}.{Suggestions.For(text, names)}");
    };

    /// <summary>One of the names.</summary>
    public static Func<string, string> Name(IEnumerable<string> known) => OneOf([.. known.Select(name => (name, name))]);

    private static Int128 Integer(string text, int least) =>
        Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value) && value >= least
            ? value
            : throw new FormatException($"«{text}» is not a whole number from {least} on");

    private static double Parse(string text)
    {
        string[] parts = text.Split('/');
        double value = parts.Length switch
        {
            1 => Decimal(parts[0]),
            2 => Decimal(parts[0]) / Decimal(parts[1]),
            _ => double.NaN,
        };
        return double.IsFinite(value) ? value : throw new FormatException($"«{text}» is not a finite number such as 0.1, or a fraction such as 8/255");
    }

    // TryParse leaves 0 where it fails; NaN is what a caller notices.
    private static double Decimal(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
}
