using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>Hands the command line over to BenchmarkDotNet.</summary>
/// <remarks>
/// Benchmarks run in this process: to run in others, BenchmarkDotNet would build a project of its own below this one, under
/// this repository's rules for warnings and versions, which it was not written for.
/// </remarks>
internal static class DotnetBenchmark
{
    private const string InProcess = "--inProcess";

    public static int Run(string[] args)
    {
        string[] all = args.Contains(InProcess) ? args : [.. args, InProcess];
        IConfig config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default);
        return BenchmarkSwitcher.FromAssembly(typeof(DotnetBenchmark).Assembly).Run(all, config).Any() ? 0 : 1;
    }
}
