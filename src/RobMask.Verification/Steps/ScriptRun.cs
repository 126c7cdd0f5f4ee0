using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobMask.Verification.Steps;

/// <summary>The steps that a script such as <c>bench/gpu-check.sh</c> has left in a folder.</summary>
/// <remarks>
/// A file <c>facts</c> of lines «name: value», and for each step a folder <c>NN-name</c> of small text files: <c>command</c>, <c>limit</c>, <c>exit</c>, <c>seconds</c>, <c>stdout</c>, <c>stderr</c>; or
/// <c>skipped</c>, <c>missing</c> or <c>notrun</c> with the reason. A folder without <c>exit</c> is a step that was begun and did not end. So a script that is killed leaves what it has done.
/// </remarks>
public sealed record ScriptRun
{
    private const int MostText = 4000;
    private const int TimedOut = 124;
    private const int Killed = 137;
    private const int Interrupted = 130;

    /// <summary>What is being done, on what.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; }

    /// <summary>The steps in the order in which they were begun.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>Whether there is a step, and none is without its result but on purpose.</summary>
    public bool Passed => Steps.Count > 0 && Steps.All(step => step.IsFine) && Steps.Any(step => step.State == StepState.Passed);

    /// <summary>Reads a folder.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    /// <exception cref="InvalidDataException">A file of it is malformed.</exception>
    public static ScriptRun Read(string folder) => !Directory.Exists(folder)
        ? throw new DirectoryNotFoundException($"{folder}: there is no such folder")
        : new ScriptRun
        {
            Facts = [.. Lines(Path.Combine(folder, "facts")).Where(line => line.Contains(':', StringComparison.Ordinal)).Select(line => new KeyValuePair<string, string>(line[..line.IndexOf(':', StringComparison.Ordinal)].Trim(), line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()))],
            Steps = [.. Directory.EnumerateDirectories(folder).Where(path => Path.GetFileName(path) is [>= '0' and <= '9', >= '0' and <= '9', '-', _, ..]).Order(StringComparer.Ordinal).Select(Step)],
        };

    private static StepRecord Step(string folder)
    {
        string name = Path.GetFileName(folder)[3..];
        string? command = Text(folder, "command");
        (string file, StepState state)[] reasons = [("skipped", StepState.Skipped), ("missing", StepState.Missing), ("notrun", StepState.NotRun)];
        foreach ((string file, StepState state) in reasons)
        {
            if (Text(folder, file) is string reason)
            {
                return new StepRecord { Name = name, State = state, Reason = reason, Command = command };
            }
        }

        double? exit = Number(folder, "exit");
        string output = Text(folder, "stdout") ?? string.Empty;
        JsonNode? result = Json(output);
        return new StepRecord
        {
            Name = name,
            State = exit switch { 0 => StepState.Passed, null or Interrupted => StepState.Interrupted, TimedOut or Killed => StepState.TimedOut, _ => StepState.Failed },
            Command = command,
            Exit = (int?)exit,
            Seconds = Number(folder, "seconds"),
            Limit = Number(folder, "limit"),
            Findings = result is null ? [] : StepFindings.Of(result),
            Result = result is null ? null : StepFindings.Shorten(result),
            Output = result is null ? End(output) : string.Empty,
            Messages = End(Text(folder, "stderr") ?? string.Empty),
        };
    }

    private static JsonNode? Json(string text)
    {
        try
        {
            return text.TrimStart().StartsWith('{') ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            // A step that was ended in the middle of its output is shown as text.
            return null;
        }
    }

    private static double? Number(string folder, string file) => Text(folder, file) is not string text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : throw new InvalidDataException($"{Path.Combine(folder, file)}: «{text}» is not a number");

    private static string? Text(string folder, string file) => File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file), Encoding.UTF8).Trim() : null;

    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];

    private static string End(string text) => text.Length <= MostText ? text : "…" + text[^MostText..];
}
