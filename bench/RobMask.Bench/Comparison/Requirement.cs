using System.Globalization;

namespace RobMask.Bench.Comparison;

/// <summary>A figure that must be reached, and one to aim at.</summary>
/// <param name="Figure">What is measured.</param>
/// <param name="Must">The least (or most) that is accepted.</param>
/// <param name="Aim">What is wanted.</param>
/// <param name="AtLeast">True where more is better.</param>
internal sealed record Requirement(string Figure, double Must, double Aim, bool AtLeast = true)
{
    public bool Reaches(double measured, double limit) => AtLeast ? measured >= limit : measured <= limit;

    public string Show(double limit) => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? "≥" : "≤")} {limit:0.##}");
}
