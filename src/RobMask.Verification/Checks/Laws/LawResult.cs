using System.Globalization;

namespace RobMask.Verification.Checks.Laws;

/// <summary>Whether a law held in a case.</summary>
/// <param name="Breach">What did not hold; null where all did.</param>
internal sealed record LawResult(string? Breach)
{
    /// <summary>It held.</summary>
    public static LawResult Held { get; } = new((string?)null);

    /// <summary>Two numbers that should agree do not.</summary>
    public static LawResult Broken(string output, int index, double left, double right, double tolerance) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{output}[{index}]: {left:R} and {right:R} differ by {Math.Abs(left - right):g3}, bound {tolerance:g3}"));
}
