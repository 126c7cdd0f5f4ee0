using System.Text;
using System.Text.Json;
using RobMask.Checkpoints;
using RobMask.Training;

namespace RobMask.Experiments.Runs;

/// <summary>A log of one JSON object a line. A line is on the disk when <see cref="Append{T}"/> returns.</summary>
/// <param name="path">The file; it need not exist.</param>
public sealed class JsonLines(string path)
{
    /// <summary>Adds a line.</summary>
    public void Append<T>(T record)
    {
        using FileStream stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(record, RunJson.Line) + "\n"));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Reads all lines; none where there is no file. A last line without its end, from a run that was killed, does not count.</summary>
    public IReadOnlyList<T> Read<T>()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        string text = File.ReadAllText(path);
        string[] lines = text.Split('\n');
        List<T> records = [];
        for (int i = 0; i < lines.Length - 1; i++)
        {
            records.Add(SettingsJson.Read<T>(lines[i], $"{path}: line {i + 1}"));
        }

        return records;
    }

    /// <summary>Drops the lines that do not count any more: those after the checkpoint from which a run goes on.</summary>
    public void Keep<T>(Func<T, bool> counts)
    {
        IReadOnlyList<T> records = Read<T>();
        if (File.Exists(path))
        {
            AtomicFile.WriteText(path, string.Concat(records.Where(counts).Select(record => JsonSerializer.Serialize(record, RunJson.Line) + "\n")));
        }
    }
}
