using System.Globalization;

namespace RobMask.Bench.Comparison;

/// <summary>A figure that must be reached, and one to aim at.</summary>
/// <param name="Figure">What is measured.</param>
/// <param name="Must">The least (or most) that is accepted.</param>
/// <param name="Aim">What is wanted.</param>
/// <param name="AtLeast">True where more is better.</param>
internal sealed record Requirement(string Figure, double Must, double Aim, bool AtLeast = true)
{
    /// <summary>Says whether a measured value reaches it.</summary>
    /// <param name="measured">The value; null where it was not measured.</param>
    /// <param name="note">Whose value it is, where it is the worst or best of several.</param>
    public Verdict Judge(double? measured, string note = "") => new(this, measured, note);

    public bool Reaches(double measured, double limit) => AtLeast ? measured >= limit : measured <= limit;

    public string Show(double limit) => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? "≥" : "≤")} {limit:0.##}");
}
