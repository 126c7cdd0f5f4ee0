using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using RobMask.Kernels;

namespace RobMask.Bench.Machine;

/// <summary>What is physically possible here: every other figure is also stated as a share of these.</summary>
/// <param name="Threads">The number of threads of «all».</param>
/// <param name="FloatOne">GFLOP/s in float, one thread.</param>
/// <param name="FloatAll">GFLOP/s in float, all threads.</param>
/// <param name="DoubleOne">GFLOP/s in double, one thread.</param>
/// <param name="DoubleAll">GFLOP/s in double, all threads.</param>
/// <param name="CopyOne">GB/s read and written, one thread.</param>
/// <param name="CopyAll">GB/s read and written, all threads.</param>
internal sealed record MachineCeilings(int Threads, double FloatOne, double FloatAll, double DoubleOne, double DoubleAll, double CopyOne, double CopyAll)
{
    public static MachineCeilings Measure(int threads) => new(
        threads,
        Ceiling.Measure<float>(1),
        Ceiling.Measure<float>(threads),
        Ceiling.Measure<double>(1),
        Ceiling.Measure<double>(threads),
        CopyBandwidth.Measure(1),
        CopyBandwidth.Measure(threads));

    public IEnumerable<string> Lines() =>
    [
        $"{RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors, vectors of {VectorBits.Best} bits; {Threads} threads used",
        $"fused multiply-adds in registers: float {FloatOne:F0} GFLOP/s with one thread, {FloatAll:F0} with {Threads}; double {DoubleOne:F0} and {DoubleAll:F0}",
        $"copying, bytes read and written: {CopyOne:F1} GB/s with one thread, {CopyAll:F1} with {Threads}",
    ];

    public JsonObject ToJson() => new()
    {
        ["threads"] = Threads,
        ["vectorBits"] = VectorBits.Best,
        ["floatGflopsOneThread"] = Math.Round(FloatOne, 1),
        ["floatGflopsAllThreads"] = Math.Round(FloatAll, 1),
        ["doubleGflopsOneThread"] = Math.Round(DoubleOne, 1),
        ["doubleGflopsAllThreads"] = Math.Round(DoubleAll, 1),
        ["copyGigabytesOneThread"] = Math.Round(CopyOne, 2),
        ["copyGigabytesAllThreads"] = Math.Round(CopyAll, 2),
    };
}
