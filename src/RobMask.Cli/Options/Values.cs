using System.Globalization;

namespace RobMask.Cli.Options;

/// <summary>Reads the values of options. Every failure says what was given and what is allowed.</summary>
internal static class Values
{
    /// <summary>Any text but none.</summary>
    public static string Text(string text) => text.Length > 0 ? text : throw new FormatException("the value is empty");

    /// <summary>A whole number from <paramref name="least"/> on.</summary>
    public static Func<string, int> Whole(int least) => text =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least
            ? value
            : throw new FormatException($"«{text}» is not a whole number from {least} on");

    /// <summary>A whole number of 64 bits without a sign.</summary>
    public static ulong Seed(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new FormatException($"«{text}» is not a whole number from 0 on");

    /// <summary>A number, or a fraction such as 8/255, that <paramref name="allowed"/> holds of.</summary>
    public static Func<string, double> Real(Func<double, bool> allowed, string rule) => text =>
    {
        double value = Parse(text);
        return allowed(value) ? value : throw new FormatException($"{text} is not allowed; {rule}");
    };

    /// <summary>As <see cref="Real"/>, rounded to float.</summary>
    public static Func<string, float> Number(Func<double, bool> allowed, string rule) => text => (float)Real(allowed, rule)(text);

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

    /// <summary>Several values between commas.</summary>
    public static Func<string, IReadOnlyList<TValue>> List<TValue>(Func<string, TValue> one) => text =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one)];

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

    private static double Parse(string text)
    {
        string[] parts = text.Split('/');
        double result = double.NaN;
        if (parts.Length <= 2 && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out result) && parts.Length == 2)
        {
            result = double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double divisor) ? result / divisor : double.NaN;
        }

        return double.IsFinite(result) ? result : throw new FormatException($"«{text}» is not a finite number such as 0.1, or a fraction such as 8/255");
    }
}
