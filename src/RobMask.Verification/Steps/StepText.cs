using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Experiments.Runs;

namespace RobMask.Verification.Steps;

/// <summary>A run of a script in words and as JSON.</summary>
public static class StepText
{
    /// <summary>The version of the JSON; it grows when a name changes its meaning, not when something is added.</summary>
    public const int Version = 1;

    /// <summary>The words for a state.</summary>
    public static string Name(StepState state) => state switch
    {
        StepState.NotRun => "not run",
        StepState.TimedOut => "too long",
        _ => state.ToString().ToLowerInvariant(),
    };

    /// <summary>How the whole ended, in a sentence.</summary>
    public static string Summary(ScriptRun run)
    {
        IEnumerable<string> counts = run.Steps.GroupBy(step => step.State).OrderBy(group => group.Key).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {Name(group.Key)}"));
        return run.Steps.Count == 0 ? "no step was begun" : $"{(run.Passed ? "all is well" : "not all is well")}: {string.Join(", ", counts)}";
    }

    /// <summary>Seconds, or a dash.</summary>
    public static string Seconds(double? seconds) => seconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>The whole as one JSON object.</summary>
    public static string Json(string title, ScriptRun run) => JsonSerializer.Serialize(
        new
        {
            format = "robmask-steps",
            version = Version,
            title,
            passed = run.Passed,
            summary = Summary(run),
            facts = new JsonObject(run.Facts.DistinctBy(fact => fact.Key).Select(fact => KeyValuePair.Create<string, JsonNode?>(fact.Key, fact.Value))),
            steps = run.Steps.Select(step => new
            {
                step.Name,
                state = Name(step.State),
                step.Reason,
                step.Command,
                step.Exit,
                step.Seconds,
                step.Limit,
                step.Findings,
                step.Result,
                step.Output,
                step.Messages,
            }),
        },
        RunJson.File);

    /// <summary>Throughputs side by side: robmask's and PyTorch's of one precision in one row.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Speeds(ScriptRun run)
    {
        List<IReadOnlyList<string>> rows = [];
        foreach (IGrouping<string, (string Who, StepRecord Step)> group in run.Steps
            .Where(step => step.State == StepState.Passed && StepFindings.ImagesPerSecond(step.Result) is not null)
            .Select(step => (Who: step.Name.StartsWith("pytorch", StringComparison.Ordinal) ? "PyTorch" : "robmask", Step: step))
            .GroupBy(pair => pair.Step.Name[(pair.Step.Name.IndexOf('-', StringComparison.Ordinal) + 1)..]))
        {
            StepRecord? ours = group.FirstOrDefault(pair => pair.Who == "robmask").Step;
            StepRecord? theirs = group.FirstOrDefault(pair => pair.Who == "PyTorch").Step;
            double? mine = StepFindings.ImagesPerSecond(ours?.Result);
            double? other = StepFindings.ImagesPerSecond(theirs?.Result);
            rows.Add([group.Key, Number(mine, 1), Number(other, 1), mine is null || other is null ? "–" : Number(mine / other, 3), Mebibytes(ours), Mebibytes(theirs)]);
        }

        return rows;
    }

    private static string Number(double? value, int digits) => value?.ToString(digits == 1 ? "0.0" : "0.000", CultureInfo.InvariantCulture) ?? "–";

    private static string Mebibytes(StepRecord? step) => StepFindings.DeviceBytes(step?.Result) is double bytes ? (bytes / (1 << 20)).ToString("0", CultureInfo.InvariantCulture) : "–";
}
