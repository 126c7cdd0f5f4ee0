using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Runs;
using RobMask.Kernels;

namespace RobMask.Cli.Verbs;

/// <summary><c>digest</c>.</summary>
internal static class DigestVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string[]> names = new("NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "operations or cases; all where none is named" };
        Option<string?> folder = new("--golden") { HelpName = "DIR", Description = "the corpus whose inputs are used (default: golden/ here, else the one beside the program)" };
        Option<int?> threads = new("--threads") { HelpName = "N", Description = "worker threads (default: all processors); the bits do not depend on it" };
        Option<bool> json = new("--json") { Description = "print one JSON object, with what the machine is" };
        Verb verb = new Verb(
            "digest",
            "one digest for each operation: the bits of this machine",
            "Computes every case of the golden corpus and prints one SHA-256 for each operation, for short trainings, and for all. Equal digests are equal bits; send the JSON of a machine of another kind to compare.",
            ("here", "robmask digest"),
            ("to send", "robmask digest --json > digest-$(hostname).json"))
            .With(new OptionGroup("Run", folder, threads, json))
            .Does(parsed => Run(shell, parsed.GetValue(folder), parsed.GetValue(names) ?? [], parsed.GetValue(threads), parsed.GetValue(json)));
        verb.Arguments.Add(names);
        return verb;
    }

    private static int Run(Shell shell, string? folder, string[] names, int? threads, bool json)
    {
        Workers.ThreadCount = threads ?? Workers.ThreadCount;
        IReadOnlyList<(string Operation, string Digest)> digests = GoldenVerb.Corpus(folder).Digests(names, shell.Cancellation);
        if (!json)
        {
            foreach ((string operation, string digest) in digests)
            {
                shell.Output.WriteLine($"{digest}  {operation}");
            }

            return ExitCodes.Done;
        }

        shell.Output.WriteLine(JsonSerializer.Serialize(
            new
            {
                profile = "fma1",
                digests = digests.ToDictionary(pair => pair.Operation, pair => pair.Digest),
                system = RuntimeInformation.OSDescription,
                architecture = RuntimeInformation.ProcessArchitecture.ToString(),
                runtime = RuntimeInformation.FrameworkDescription,
                hardware = new { vector512 = Vector512.IsHardwareAccelerated, vector256 = Vector256.IsHardwareAccelerated, vector128 = Vector128.IsHardwareAccelerated, fusedMultiplyAdd = Fma.IsSupported || RuntimeInformation.ProcessArchitecture == Architecture.Arm64 },
                threads = Workers.ThreadCount,
                tieredCompilation = Environment.GetEnvironmentVariable("DOTNET_TieredCompilation"),
            },
            RunJson.File));
        return ExitCodes.Done;
    }
}
