using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Experiments.Results;
using RobMask.Training.Auditing;

namespace RobMask.Experiments.Runs;

/// <summary>The folder that a run leaves behind: everything that its report shows, and what a resumed run goes on from.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>config.json</c>: every setting; <c>environment.json</c>: where the run was made.</item>
/// <item><c>metrics.jsonl</c>: one line an epoch, without times, so that two runs of one configuration have the same bytes;
/// <c>timings.jsonl</c>: how long each took.</item>
/// <item><c>audit/</c>: steps that were recorded for an audit, and its report;</item>
/// <item><c>checkpoints/</c>, <c>samples/</c>: networks and pictures; <c>results.json</c> and <c>report.html</c>: what came out.</item>
/// </list>
/// Files appear whole or not at all; the logs grow by whole lines. One process at a time works on a folder.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    private const string Subject = "output folder";
    private static readonly string[] Beginning = [RunLock.FileName, "config.json", "environment.json", "metrics.jsonl", "timings.jsonl"];
    private RunLock? _lock;

    private RunFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where checkpoints lie.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>Where sample pictures lie.</summary>
    public string Samples => In("samples");

    /// <summary>Where steps that were recorded for an audit lie, and the report of their audit.</summary>
    public string Audit => In("audit");

    /// <summary>The report.</summary>
    public string Report => In("report.html");

    /// <summary>The log of metrics.</summary>
    public JsonLines Metrics => new(In("metrics.jsonl"));

    /// <summary>The log of times.</summary>
    public JsonLines Timings => new(In("timings.jsonl"));

    /// <summary>Makes the folder of a new run, or opens that of an unfinished one. It is this process's own until it is disposed of.</summary>
    /// <param name="path">The folder; missing ones on the way are made.</param>
    /// <param name="config">Every setting that can change a result.</param>
    /// <param name="resume">Go on with the run that the folder holds.</param>
    /// <exception cref="IOException">
    /// There is no run to go on with, the folder holds something else or a run of other settings, another process works on it, or
    /// it cannot be written to.
    /// </exception>
    public static RunFolder Open(string path, JsonNode config, bool resume)
    {
        RunFolder folder = new(System.IO.Path.GetFullPath(path));
        folder.RequireUsable(path, config, resume);
        try
        {
            Directory.CreateDirectory(folder.Path);
            folder._lock = RunLock.Take(folder.Path);

            // Another process may have ended its work here since.
            folder.RequireUsable(path, config, resume);
            folder.Begin(config, resume);
            return folder;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException && !error.Message.StartsWith(Subject, StringComparison.Ordinal))
        {
            folder.Dispose();
            throw new IOException($"{Subject} {path}: cannot be written to ({error.Message})", error);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder of a run to read it.</summary>
    /// <exception cref="IOException">It is not there, or holds no run.</exception>
    public static RunFolder Existing(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException($"run folder {path}: is not there");
        }

        RunFolder folder = new(System.IO.Path.GetFullPath(path));
        return File.Exists(folder.In("config.json")) ? folder : throw new FileNotFoundException($"run folder {path}: holds no config.json, so it is not the folder of a run");
    }

    /// <summary>The path of a file in the folder.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Every setting.</summary>
    public JsonNode ReadConfig() => RunJson.Read<JsonNode>(In("config.json"));

    /// <summary>Writes where the run is made.</summary>
    public void Write(RunEnvironment environment) => AtomicFile.WriteText(In("environment.json"), JsonSerializer.Serialize(environment, RunJson.File) + "\n");

    /// <summary>Reads where the run was made.</summary>
    public RunEnvironment ReadEnvironment() => RunJson.Read<RunEnvironment>(In("environment.json"));

    /// <summary>Writes what came out.</summary>
    public void Write(RunResults results) => AtomicFile.WriteText(In("results.json"), JsonSerializer.Serialize(results, RunJson.File) + "\n");

    /// <summary>Reads what came out.</summary>
    /// <exception cref="IOException">The run did not get so far.</exception>
    public RunResults ReadResults() => File.Exists(In("results.json"))
        ? RunJson.Read<RunResults>(In("results.json"))
        : throw new FileNotFoundException($"run folder {Path}: has no results.json: the run did not end; go on with it by --resume --out {Path}");

    /// <summary>Writes a sample picture and returns its name.</summary>
    public string WriteSample(string name, byte[] png)
    {
        Directory.CreateDirectory(Samples);
        AtomicFile.Write(System.IO.Path.Combine(Samples, name), stream => stream.Write(png));
        return name;
    }

    /// <summary>Lets other processes have the folder; its files can still be read.</summary>
    public void Dispose() => _lock?.Dispose();

    private void RequireUsable(string path, JsonNode config, bool resume)
    {
        if (File.Exists(Path))
        {
            throw new IOException($"{Subject} {path}: a file of that name is in the way");
        }

        bool started = File.Exists(In("config.json"));
        if (resume)
        {
            if (!started)
            {
                throw new IOException($"{Subject} {path}: holds no run to go on with; start one without --resume");
            }

            RequireSame(In("config.json"), config);
        }
        else if (Directory.Exists(Path) && !HoldsOnlyABeginning())
        {
            throw new IOException(started
                ? $"{Subject} {path}: holds a run already; go on with it by --resume, or name another folder by --out"
                : $"{Subject} {path}: is not empty; name another folder by --out");
        }
    }

    // A run that failed before its first checkpoint left nothing worth keeping: the corrected command may take its folder.
    private bool HoldsOnlyABeginning() => Directory.EnumerateFileSystemEntries(Path).All(entry =>
        System.IO.Path.GetFileName(entry) is string name && (Beginning.Contains(name)
        || (name == "checkpoints" && !Directory.EnumerateFileSystemEntries(entry).Any())
        || (name == "audit" && Directory.EnumerateFileSystemEntries(entry).All(AuditFiles.IsRecord))));

    private void Begin(JsonNode config, bool resume)
    {
        if (!resume)
        {
            foreach (string name in Beginning.Where(name => name != RunLock.FileName))
            {
                File.Delete(In(name));
            }

            foreach ((_, _, string path) in AuditFiles.In(Audit))
            {
                File.Delete(path);
            }
        }

        // A resumed run's settings are the same, so the file stays as it is.
        Directory.CreateDirectory(Checkpoints);
        if (!resume)
        {
            AtomicFile.WriteText(In("config.json"), config.ToJsonString(RunJson.File) + "\n");
        }
    }

    private static void RequireSame(string file, JsonNode config)
    {
        JsonNode before = RunJson.Read<JsonNode>(file);
        string? difference = FirstDifference(string.Empty, before, config);
        if (difference is not null)
        {
            throw new IOException($"{Subject} {System.IO.Path.GetDirectoryName(file)}: its config.json has other settings: {difference}");
        }
    }

    private static string? FirstDifference(string path, JsonNode? before, JsonNode? now)
    {
        if (before is JsonObject left && now is JsonObject right)
        {
            foreach (string key in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)))
            {
                if (FirstDifference(path.Length == 0 ? key : $"{path}.{key}", left[key], right[key]) is string difference)
                {
                    return difference;
                }
            }

            return null;
        }

        string was = before?.ToJsonString(RunJson.Line) ?? "nothing";
        string wanted = now?.ToJsonString(RunJson.Line) ?? "nothing";
        return was == wanted ? null : $"{path} was {was}, now {wanted}";
    }
}
