using RobMask.Bench;
using RobMask.Bench.Comparison;
using RobMask.Bench.Kernels;
using RobMask.Bench.Machine;
using RobMask.Bench.Microbenchmarks;
using RobMask.Bench.Steps;

const string Usage = """
    bench compare [section …] [--quick] [--batch 128,32] [--rounds N] [--threads N] [--networks a,b] [--methods a,b] [--memory kept|default] [--json]
        Ours and libtorch in turn, in one process: medians, speeds, shares of what the machine can do, verdicts.
        Sections, all by default: ceiling conv bn step engine evaluation threads double memory
        Networks: preact_resnet18 cnn wide_resnet (16-4) resnext29 (32x4d). Methods: standard adversarial robmask.
        With --threads 1 times are processor times, which other processes lengthen little.
        Unless networks or methods are named, attacks at batch 128 run on PreAct-ResNet-18 with RobMask alone.
    bench alone --only ours|libtorch|engine [--networks a] [--methods a] [--batch 128] [--rounds 3] [--threads N] [--memory kept|default]
        Training steps of one of them (engine: ours on libtorch): its memory and times, as JSON.
    bench kernels [--batch 128] [--rounds 7] [--threads N] [--json]
        Our convolutions alone, beside what the machine can do in registers; with one thread in processor time.
    bench dotnet [--filter '*Convolution*<Single>*'] [--job short] [--list flat] [BenchmarkDotNet's other options]
        BenchmarkDotNet on every kernel and shape: what an operation takes, and that it allocates nothing.

    --memory kept (the default) starts the process again with glibc keeping freed memory, which libtorch's time depends on.
    """;

try
{
    if (args is ["dotnet", .. string[] rest])
    {
        return DotnetBenchmark.Run(rest);
    }

    BenchOptions options = BenchOptions.Parse(args);
    return options.Verb switch
    {
        "compare" => KeptMemory.Run(options, args, ComparisonBenchmark.Run),
        "alone" => KeptMemory.Run(options, args, AloneBenchmark.Run),
        "kernels" => KernelBenchmark.Run(options),
        _ => throw new ArgumentException($"bench: unknown benchmark «{options.Verb}»"),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine(Usage);
    return 2;
}
