using System.Globalization;
using System.Text.RegularExpressions;

namespace RobMask.Training.Auditing;

/// <summary>The records of a run's audit folder: <c>NAME-step-000120.safetensors</c>, steps counted from 1.</summary>
internal static partial class AuditFiles
{
    /// <summary>The file of a step.</summary>
    public static string PathOf(string folder, string training, long iteration) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{training}-step-{iteration + 1:D6}.safetensors"));

    /// <summary>All records of a folder, by training and step; none where there is no folder.</summary>
    public static IReadOnlyList<(string Training, long Iteration, string Path)> In(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder)
            .Select(path => (Match: Pattern().Match(Path.GetFileName(path)), Path: path))
            .Where(file => file.Match.Success)
            .Select(file => (file.Match.Groups["name"].Value, long.Parse(file.Match.Groups["step"].Value, CultureInfo.InvariantCulture) - 1, file.Path))
            .OrderBy(file => file.Value, StringComparer.Ordinal)
            .ThenBy(file => file.Item2)];

    /// <summary>Whether a file is a record by its name.</summary>
    public static bool IsRecord(string path) => Pattern().IsMatch(Path.GetFileName(path));

    /// <summary>How often the run of a folder records; null where it does not.</summary>
    /// <exception cref="InvalidDataException">The first record is damaged.</exception>
    public static int? EveryOf(string folder)
    {
        (string Training, long Iteration, string Path)[] records = [.. In(folder).Take(1)];
        if (records.Length == 0)
        {
            return null;
        }

        using AuditRecord record = new(records[0].Path);
        return record.Step.Every;
    }

    /// <summary>Removes what was recorded of steps that are taken anew: after a kill the checkpoint may be older than the last records.</summary>
    public static void DropFrom(string folder, string training, long iteration)
    {
        foreach ((_, _, string path) in In(folder).Where(record => record.Training == training && record.Iteration >= iteration))
        {
            File.Delete(path);
        }
    }

    [GeneratedRegex(@"^(?<name>.+)-step-(?<step>[0-9]{6,15})\.safetensors$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
