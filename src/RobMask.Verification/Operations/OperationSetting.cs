using System.Globalization;

namespace RobMask.Verification.Operations;

/// <summary>A setting of an operation, given as text.</summary>
/// <remarks>Numbers are decimal with a point in every culture. A number is rounded to float; in a run in double that float is widened, so that both precisions compute the same thing.</remarks>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How the text is read.</param>
/// <param name="Default">The text that stands where none is given; null where one must be given.</param>
/// <param name="Range">The accepted values, in words.</param>
public sealed record OperationSetting(string Name, AttributeKind Kind, string? Default, string Range)
{
    /// <summary>The least value of a number or integer.</summary>
    internal double Least { get; private init; } = double.NegativeInfinity;

    /// <summary>The greatest value of a number or integer.</summary>
    internal double Greatest { get; private init; } = double.PositiveInfinity;

    /// <summary>The values of a choice.</summary>
    internal IReadOnlyList<string> Choices { get; private init; } = [];

    internal static OperationSetting Integer(string name, string? byDefault, long least, long greatest = int.MaxValue) =>
        new(name, AttributeKind.Integer, byDefault, Between(least, greatest)) { Least = least, Greatest = greatest };

    /// <summary>64 bits without a sign, which <see cref="OperationCall{T}.Integer"/> gives as the long of the same bits.</summary>
    internal static OperationSetting Word(string name) =>
        new(name, AttributeKind.Integer, null, $"0 to {ulong.MaxValue}") { Least = 0, Greatest = ulong.MaxValue };

    internal static OperationSetting Pair(string name, string? byDefault, int least, string? defaultInWords = null) =>
        new(name, AttributeKind.Pair, byDefault, $"n or \"h,w\", each ≥ {least}{(defaultInWords is null ? string.Empty : $"; {defaultInWords}")}") { Least = least, Greatest = int.MaxValue };

    internal static OperationSetting Number(string name, string? byDefault, double least = double.NegativeInfinity, double greatest = double.PositiveInfinity, string? range = null) =>
        new(name, AttributeKind.Number, byDefault, range ?? Between(least, greatest)) { Least = least, Greatest = greatest };

    internal static OperationSetting Flag(string name, bool byDefault) =>
        new(name, AttributeKind.Flag, byDefault ? "true" : "false", "true or false");

    internal static OperationSetting Choice(string name, string? byDefault, params string[] choices) =>
        new(name, AttributeKind.Choice, byDefault, string.Join(", ", choices)) { Choices = choices };

    /// <summary>Reads a value: long, (int, int), float, bool or string.</summary>
    /// <exception cref="ArgumentException">The text is no such value.</exception>
    internal object Parse(string operation, string text)
    {
        object? value = Kind switch
        {
            AttributeKind.Integer => ParseInteger(text),
            AttributeKind.Pair => ParsePair(text),
            AttributeKind.Number => ParseNumber(text),
            AttributeKind.Flag => text switch { "true" => true, "false" => false, _ => null },
            _ => Choices.Contains(text) ? text : null,
        };
        return value ?? throw new ArgumentException($"{operation}: attribute {Name} = «{text}»; expected {Expected}");
    }

    private string Expected => Kind switch
    {
        AttributeKind.Integer => $"an integer, {Range}",
        AttributeKind.Number => $"a number, {Range}",
        AttributeKind.Choice => $"one of {Range}",
        _ => Range,
    };

    private static string Between(double least, double greatest) => (double.IsFinite(least), double.IsFinite(greatest) && greatest < long.MaxValue) switch
    {
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"{least} to {greatest:R}"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $"≥ {least}"),
        _ => "any",
    };

    private long? ParseInteger(string text) => Greatest >= ulong.MaxValue
        ? ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong word) ? unchecked((long)word) : null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= Least && value <= Greatest ? value : null;

    private float? ParseNumber(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value >= Least && value <= Greatest && (float.IsFinite(value) || text.EndsWith("Infinity", StringComparison.Ordinal)) ? value : null;

    private object? ParsePair(string text)
    {
        string[] parts = text.Split(',');
        return parts.Length is 1 or 2 && ParseInteger(parts[0].Trim()) is long height && ParseInteger(parts[^1].Trim()) is long width
            ? ((int)height, (int)width)
            : null;
    }
}

/// <summary>How the text of an attribute is read.</summary>
public enum AttributeKind
{
    /// <summary>A decimal integer.</summary>
    Integer,

    /// <summary>One integer for rows and columns, or two: «h,w».</summary>
    Pair,

    /// <summary>A decimal number, rounded to float; infinity is written out, «Infinity».</summary>
    Number,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>One of a few words.</summary>
    Choice,
}
