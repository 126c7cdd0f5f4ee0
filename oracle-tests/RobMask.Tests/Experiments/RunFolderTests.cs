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
        RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":{\"b\":1}}")!, resume: false);
        RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":{\"b\":1}}")!, resume: true);
        IOException error = Assert.Throws<IOException>(() => RunFolder.Open(folder["run"], JsonNode.Parse("{\"a\":{\"b\":2}}")!, resume: true));
        Assert.Contains("a.b was 1, now 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_survives_its_file()
    {
        using TemporaryFolder folder = new();
        RunFolder run = RunFolder.Open(folder["run"], new JsonObject(), resume: false);
        RunEnvironment here = RunEnvironment.Current();
        run.Write(here);
        Assert.Equal(here, run.ReadEnvironment());
        Assert.False(string.IsNullOrWhiteSpace(here.Processor));
        Assert.Contains(here.VectorWidth, new[] { 0, 128, 256, 512 });
    }
}
