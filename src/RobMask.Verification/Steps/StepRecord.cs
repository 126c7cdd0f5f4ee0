using System.Text.Json.Nodes;

namespace RobMask.Verification.Steps;

/// <summary>One step of a script: its command, how it ended, and what it said.</summary>
public sealed record StepRecord
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required StepState State { get; init; }

    /// <summary>Why it did not run; null where it did.</summary>
    public string? Reason { get; init; }

    /// <summary>The command as it may be typed; null where there was none.</summary>
    public string? Command { get; init; }

    /// <summary>The exit code; null where it did not end.</summary>
    public int? Exit { get; init; }

    /// <summary>How long it took; null where it did not end.</summary>
    public double? Seconds { get; init; }

    /// <summary>How long it might take.</summary>
    public double? Limit { get; init; }

    /// <summary>What came out, in a line or two; empty where nothing is known of its form.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>The JSON that it printed, long lists cut; null where it printed none.</summary>
    public JsonNode? Result { get; init; }

    /// <summary>The end of what it printed that is not JSON.</summary>
    public string Output { get; init; } = string.Empty;

    /// <summary>The end of its messages.</summary>
    public string Messages { get; init; } = string.Empty;

    /// <summary>Whether it leaves the whole without a fault.</summary>
    public bool IsFine => State is StepState.Passed or StepState.Skipped;
}
