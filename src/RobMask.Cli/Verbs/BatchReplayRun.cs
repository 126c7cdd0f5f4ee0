using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Engines;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Torch.Engine;
using RobMask.Training;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;

namespace RobMask.Cli.Verbs;

/// <summary><c>train --batch</c>: a method on given batches, for a trajectory that another implementation compares its own with.</summary>
internal static class BatchReplayRun
{
    public static int Execute(Shell shell, RunSettings settings, EngineChoice chosen, BatchFile batches, int steps, string? start, string? trace, string output, bool json)
    {
        OutputFile.Require("--out", output, OutputFile.Safetensors, batches.Path, start);
        settings.Training.Validate();
        using TraceWriter? writer = trace is null ? null : Begin(trace, chosen, settings.DoublePrecision, batches.Path, start, output);
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

    private static TraceWriter Begin(string trace, EngineChoice chosen, bool doublePrecision, string batches, string? start, string output)
    {
        OutputFile.Require("--batch-trace", trace, OutputFile.Safetensors, batches, start, output);
        if (!chosen.IsTorch || doublePrecision || chosen.Precision == TorchPrecision.Bf16)
        {
            throw new ArgumentException($"--batch-trace: a trace is recorded by --engine torch in float with --precision fp32 or tf32, not by {(chosen.IsTorch ? doublePrecision ? "--dtype f64" : "--precision bf16" : "--engine managed")}");
        }

        return new TraceWriter(trace, new TraceProgram
        {
            Producer = $"robmask {RunEnvironment.Current().Version}, engine torch",
            Device = chosen.Device ?? "cpu",
            Precision = chosen.Precision == TorchPrecision.Tf32 ? ArithmeticModel.Tf32 : ArithmeticModel.Fp32,
        });
    }
}
