using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Engines;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Training;
using RobMask.Verification.Traces;

namespace RobMask.Cli.Verbs;

/// <summary><c>train --batch</c>: a method on given batches, for a trajectory that another implementation compares its own with.</summary>
internal static class BatchReplayRun
{
    public static int Execute(Shell shell, RunSettings settings, EngineChoice chosen, BatchFile batches, int steps, string? start, string? trace, string output, bool json)
    {
        OutputFile.Require("--out", output, OutputFile.Safetensors, batches.Path, start);
        settings.Training.Validate();
        using TraceWriter? writer = trace is null ? null : TraceRecording.Begin("--batch-trace", trace, chosen, settings.DoublePrecision, batches.Path, start, output);
        using IEngine engine = chosen.Open(settings.DoublePrecision, writer is null ? null : new TraceRecorder(writer));
        using BatchReplay replay = new(engine, settings.Training, batches.Images, steps, start);
        TextWriter messages = json ? shell.Error : shell.Output;
        for (int s = 0; s < steps; s++)
        {
            if (shell.Cancellation.IsCancellationRequested)
            {
                shell.Error.WriteLine($"robmask: interrupted before step {s + 1}; nothing was written");
                return ExitCodes.Interrupted;
            }

            replay.Step(batches.Pixels(s % batches.Count), batches.Labels(s % batches.Count));
            messages.WriteLine(System.FormattableString.Invariant($"step {s + 1}/{steps}: loss {replay.Losses[s]:R}"));
        }

        replay.Save(output);
        writer?.Complete();
        shell.Output.WriteLine(json
            ? JsonSerializer.Serialize(new { file = Path.GetFullPath(output), losses = replay.Losses, settings = settings.Training }, RunJson.File)
            : $"written: {output}{(trace is null ? string.Empty : $", {trace}")}");
        return ExitCodes.Done;
    }
}
