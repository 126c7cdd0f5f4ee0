using System.Text.Json.Serialization;

namespace RobMask.Experiments.Results;

/// <summary>Whether a run shows what the paper claims.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The interval lies wholly on the claim's side.</summary>
    Shown,

    /// <summary>The interval lies wholly on the other side.</summary>
    NotShown,

    /// <summary>The interval holds both sides: more images or seeds would be needed.</summary>
    Undecided,
}

/// <summary>One claim of the paper and what this run says about it.</summary>
/// <param name="Claim">The claim, in words.</param>
/// <param name="Verdict">Shown, not shown, or undecided.</param>
/// <param name="Reason">The figures behind the verdict.</param>
public sealed record Finding(string Claim, Verdict Verdict, string Reason);
