using RobMask.Experiments.Runs;
using RobMask.Torch.Engine;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;

namespace RobMask.Cli.Options;

/// <summary>Begins the trace of an engine's steps.</summary>
internal static class TraceRecording
{
    /// <summary>Checks that the engine can be recorded and the file written.</summary>
    /// <param name="option">The option that names the file, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="engine">The engine that will be recorded.</param>
    /// <param name="doublePrecision">Whether it computes in double.</param>
    /// <param name="others">Files that the run reads or writes, too.</param>
    /// <exception cref="ArgumentException">The engine is not recorded, or the file is another's.</exception>
    public static TraceWriter Begin(string option, string path, EngineChoice engine, bool doublePrecision, params ReadOnlySpan<string?> others)
    {
        OutputFile.Require(option, path, OutputFile.Safetensors, others);
        if (!engine.IsTorch || doublePrecision || engine.Precision == TorchPrecision.Bf16)
        {
            throw new ArgumentException($"{option}: a trace is recorded by --engine torch in float with --precision fp32 or tf32, not by {(engine.IsTorch ? doublePrecision ? "--dtype f64" : "--precision bf16" : "--engine managed")}");
        }

        return new TraceWriter(path, new TraceProgram
        {
            Producer = $"robmask {RunEnvironment.Current().Version}, engine torch",
            Device = engine.Device ?? "cpu",
            Precision = engine.Precision == TorchPrecision.Tf32 ? ArithmeticModel.Tf32 : ArithmeticModel.Fp32,
        });
    }
}
