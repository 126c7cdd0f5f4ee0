using RobMask.Bench;
using RobMask.Bench.Convolutions;
using RobMask.Bench.Kernels;
using RobMask.Bench.Steps;

const string Usage = """
    bench step [--batch 128,32] [--steps 5] [--threads N] [--memory kept|default] [--json]
        One training step of PreAct-ResNet-18 on 3×32×32 images: ours and libtorch's in turn, in one process.
    bench conv [--rounds 7] [--batch 32] [--threads N] [--memory kept|default] [--json]
        The convolutions of that network and their gradients: ours and libtorch's in turn.
    bench kernels [--batch 128] [--rounds 7] [--threads N] [--json]
        The convolutions of that network alone, beside what the machine can do in registers.

    --memory kept (the default) starts the process again with glibc keeping freed memory, which libtorch's time depends on.
    """;

try
{
    BenchOptions options = BenchOptions.Parse(args);
    return options.Verb switch
    {
        "step" => KeptMemory.Run(options, args, StepBenchmark.Run),
        "conv" => KeptMemory.Run(options, args, ConvolutionBenchmark.Run),
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
