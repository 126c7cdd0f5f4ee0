using System.Globalization;
using RobMask.Bench.Machine;
using RobMask.Bench.Steps;
using RobMask.Training;

namespace RobMask.Bench.Comparison;

/// <summary>The memory of a training step of each, alone in processes of their own; libtorch with its memory kept and by glibc's default.</summary>
internal static class MemoryComparison
{
    public const string SectionName = "memory";
    public const string Title = "memory of the standard training step of PreAct-ResNet-18, each alone in a process (step: peak less what was resident before the network was made)";

    public static IEnumerable<MemoryFigure> Run(BenchOptions options)
    {
        int batch = options.BatchesOr(options.Quick ? 32 : 128)[0];
        yield return Child(BenchOptions.Ours, BenchOptions.Ours, batch, kept: true, options.Threads);
        yield return Child("libtorch, memory kept", BenchOptions.Libtorch, batch, kept: true, options.Threads);
        yield return Child("libtorch, glibc's default", BenchOptions.Libtorch, batch, kept: false, options.Threads);
    }

    private static MemoryFigure Child(string name, string who, int batch, bool kept, int threads)
    {
        Progress.Say($"memory: {name}");
        string[] args =
        [
            "alone", "--only", who, "--networks", StepCase.Networks[0], "--methods", nameof(TrainingMethod.Standard).ToLowerInvariant(), "--memory", kept ? "kept" : "default",
            "--batch", batch.ToString(CultureInfo.InvariantCulture), "--threads", threads.ToString(CultureInfo.InvariantCulture),
        ];
        string printed = string.Empty;
        int code = KeptMemory.Start(args, kept, text => printed = text);
        return code == 0
            ? MemoryFigure.Parse(printed) with { Who = name }
            : throw new InvalidOperationException($"bench: the memory run of {who} ended with {code}");
    }
}
