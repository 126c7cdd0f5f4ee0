using System.Text.Json.Nodes;
using RobMask.Experiments.Runs;
using Xunit;

namespace RobMask.Tests.Experiments;

public sealed class RunFolderTests
{
    [Fact]
    public void Log_drops_a_line_that_a_killed_run_left_unfinished()
    {
        using TemporaryFolder folder = new();
        JsonLines log = new(folder["metrics.jsonl"]);
        log.Append(new EpochLine("a", 1) { Loss = 0.1 });
        File.AppendAllText(folder["metrics.jsonl"], "{\"training\":\"a\",\"ep");
        Assert.Equal([new EpochLine("a", 1) { Loss = 0.1 }], log.Read<EpochLine>());
        log.Keep<EpochLine>(_ => true);
        log.Append(new EpochLine("a", 2) { Loss = 1.0 / 3 });
        Assert.Equal([new EpochLine("a", 1) { Loss = 0.1 }, new EpochLine("a", 2) { Loss = 1.0 / 3 }], log.Read<EpochLine>());
    }

    [Fact]
    public void Damaged_log_is_reported_with_its_line()
    {
        using TemporaryFolder folder = new();
        JsonLines log = new(folder.Write("metrics.jsonl", "{\"training\":\"a\",\"epoch\":1}\nnonsense\n"));
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(log.Read<EpochLine>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resumed_run_must_have_the_same_settings()
    {
        using TemporaryFolder folder = new();
        RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":{\"b\":1}}")!, resume: false).Dispose();
        RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":{\"b\":1}}")!, resume: true).Dispose();
        IOException error = Assert.Throws<IOException>(() => RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":{\"b\":2}}")!, resume: true));
        Assert.Contains("a.b was 1, now 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_belongs_to_one_process_at_a_time(bool resume)
    {
        using TemporaryFolder folder = new();
        using (RunFolder.Open(folder["run"], new JsonObject(), resume: false))
        {
            IOException error = Assert.Throws<IOException>(() => RunFolder.Open(folder["run"], new JsonObject(), resume));
            Assert.Contains("another robmask is working there", error.Message, StringComparison.Ordinal);
        }

        // What a killed process leaves is a file that nobody holds.
        folder.Write("run/.robmask.lock", string.Empty);
        RunFolder.Open(folder["run"], new JsonObject(), resume).Dispose();
        Assert.False(File.Exists(folder["run", ".robmask.lock"]));
    }

    [Fact]
    public void Resuming_needs_a_run()
    {
        using TemporaryFolder folder = new();
        folder.Write("foreign/thesis.txt", "years of work");
        foreach (string name in (string[])["foreign", "nowhere"])
        {
            IOException error = Assert.Throws<IOException>(() => RunFolder.Open(folder[name], new JsonObject(), resume: true));
            Assert.Contains("holds no run to go on with", error.Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(folder["nowhere"]));
        Assert.Equal([folder["foreign", "thesis.txt"]], Directory.GetFileSystemEntries(folder["foreign"]));
    }

    [Fact]
    public void A_run_without_a_checkpoint_may_be_started_anew()
    {
        using TemporaryFolder folder = new();
        RunFolder first = RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":1}")!, resume: false);
        first.Metrics.Append(new EpochLine("a", 1));
        first.Dispose();
        RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":2}")!, resume: false).Dispose();
        Assert.Contains("2", File.ReadAllText(folder["run", "config.json"]), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["run", "metrics.jsonl"]));

        folder.Write("run/checkpoints/a.safetensors", "work");
        Assert.Throws<IOException>(() => RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":2}")!, resume: false));
    }

    [Fact]
    public void Environment_survives_its_file()
    {
        using TemporaryFolder folder = new();
        using RunFolder run = RunFolder.Open(folder["run"], new JsonObject(), resume: false);
        RunEnvironment here = RunEnvironment.Current();
        run.Write(here);
        Assert.Equal(here, run.ReadEnvironment());
        Assert.False(string.IsNullOrWhiteSpace(here.Processor));
        Assert.Contains(here.VectorWidth, new[] { 0, 128, 256, 512 });
    }
}
