using System.Globalization;
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
        $"{RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors, vectors of {VectorBits.Best} bits",
        $"fused multiply-adds in registers: float {FloatOne:F0} GFLOP/s with one thread{All(FloatAll, "F0")}; double {DoubleOne:F0}{All(DoubleAll, "F0")}",
        $"copying, bytes read and written: {CopyOne:F1} GB/s with one thread{All(CopyAll, "F1")}",
    ];

    private string All(double value, string format) => Threads > 1 ? $", {value.ToString(format, CultureInfo.InvariantCulture)} with {Threads}" : string.Empty;

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
