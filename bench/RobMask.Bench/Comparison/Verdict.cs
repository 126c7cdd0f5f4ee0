using System.Globalization;
using System.Text.Json.Nodes;

namespace RobMask.Bench.Comparison;

/// <summary>What was measured of a requirement.</summary>
/// <param name="Requirement">The requirement.</param>
/// <param name="Measured">The value; null where it was not measured.</param>
/// <param name="Note">Whose value it is, where it is the worst or best of several.</param>
/// <param name="IsDisturbed">Whether a time behind it was disturbed; then nothing is judged.</param>
internal sealed record Verdict(Requirement Requirement, double? Measured, string Note = "", bool IsDisturbed = false)
{
    public string Outcome => Measured switch
    {
        null => "not measured",
        _ when IsDisturbed => "disturbed",
        double value when Requirement.Reaches(value, Requirement.Aim) => "aim reached",
        double value when Requirement.Reaches(value, Requirement.Must) => "met",
        _ => "MISSED",
    };

    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Requirement.Figure,-66} {Requirement.Show(Requirement.Must),9} {Requirement.Show(Requirement.Aim),9} {Measured,9:0.00}  {Outcome,-12} {Note}").TrimEnd();

    public JsonObject ToJson() => new()
    {
        ["figure"] = Requirement.Figure,
        ["must"] = Requirement.Must,
        ["aim"] = Requirement.Aim,
        ["atLeast"] = Requirement.AtLeast,
        ["measured"] = Measured is double value ? Math.Round(value, 3) : null,
        ["outcome"] = Outcome,
        ["note"] = Note,
    };
}
