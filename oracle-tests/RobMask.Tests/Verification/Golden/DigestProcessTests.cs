using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using RobMask.Tests.Cli;
using Xunit;

namespace RobMask.Tests.Verification.Golden;

/// <summary>The digest of every operation and of short trainings is the same in processes of every vector width, thread count and way of compiling.</summary>
/// <remarks>
/// A child says which widths it got, because a mistyped switch is ignored without a word: .NET 10 does not know DOTNET_EnableAVX512F and DOTNET_EnableFMA.
/// DOTNET_EnableAVX2=0 also takes the hardware's fma away.
/// </remarks>
public sealed class DigestProcessTests
{
    private static readonly Lazy<Digest> Plain = new(() => Run(string.Empty, 2));

    [Fact]
    public void Half_the_width_and_full_compilation_leave_every_bit() => AssertSame("DOTNET_PreferredVectorBitWidth=128 DOTNET_TieredCompilation=0", 7, 128, true);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("DOTNET_PreferredVectorBitWidth=256", 7, 256, true)]
    [InlineData("DOTNET_PreferredVectorBitWidth=128", 1, 128, true)]
    [InlineData("DOTNET_EnableAVX512=0", 2, 256, true)]
    [InlineData("DOTNET_EnableAVX2=0", 7, 128, false)]
    [InlineData("DOTNET_EnableHWIntrinsic=0", 2, 0, false)]
    public void Vector_widths_leave_every_bit(string environment, int threads, int greatestWidth, bool fusedMultiplyAdd) => AssertSame(environment, threads, greatestWidth, fusedMultiplyAdd);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("", 1)]
    [InlineData("", 7)]
    [InlineData("DOTNET_TieredCompilation=0", 2)]
    [InlineData("DOTNET_TieredPGO=0", 7)]
    [InlineData("DOTNET_TC_QuickJitForLoops=0", 1)]
    [InlineData("DOTNET_ReadyToRun=0", 2)]
    [InlineData("TZ=Asia/Kathmandu LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8", 2)]
    public void Threads_compilation_and_place_leave_every_bit(string environment, int threads) => AssertSame(environment, threads, 512, true);

    /// <summary>The library reads and writes no number by the culture of its caller.</summary>
    [Fact]
    public void A_culture_with_decimal_commas_leaves_every_bit()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string expected = CommandLine.Succeed("digest sgd_step pgd_step normalize");
        try
        {
            CultureInfo commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            commas.NumberFormat.NumberGroupSeparator = ".";
            commas.NumberFormat.NegativeSign = "−";
            CultureInfo.CurrentCulture = commas;
            Assert.Equal(expected, CommandLine.Succeed("digest sgd_step pgd_step normalize"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void AssertSame(string environment, int threads, int greatestWidth, bool fusedMultiplyAdd)
    {
        Digest digest = Run(environment, threads);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            Assert.Equal(Math.Min(greatestWidth, Plain.Value.Width), digest.Width);
            Assert.Equal(fusedMultiplyAdd && Plain.Value.FusedMultiplyAdd, digest.FusedMultiplyAdd);
        }

        Assert.Equal(threads, digest.Threads);
        Assert.Equal(Plain.Value.Operations, digest.Operations);
    }

    private static Digest Run(string environment, int threads)
    {
        (int code, string output) = ChildProcess.Run(environment, Path.Combine(AppContext.BaseDirectory, "robmask.dll"), "digest", "--json", "--threads", threads.ToString(CultureInfo.InvariantCulture));
        Assert.True(code == 0, $"robmask digest with {environment}: exit code {code}\n{output}");
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement hardware = json.RootElement.GetProperty("hardware");
        int[] widths = [512, 256, 128];
        return new Digest(
            widths.FirstOrDefault(width => hardware.GetProperty($"vector{width}").GetBoolean()),
            hardware.GetProperty("fusedMultiplyAdd").GetBoolean(),
            json.RootElement.GetProperty("threads").GetInt32(),
            json.RootElement.GetProperty("digests").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!));
    }

    private sealed record Digest(int Width, bool FusedMultiplyAdd, int Threads, Dictionary<string, string> Operations);
}
