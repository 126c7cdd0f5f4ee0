using System.Globalization;

namespace RobMask.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    public string Verb { get; private init; } = string.Empty;

    /// <summary>Batch sizes.</summary>
    public IReadOnlyList<int> Batches { get; private init; } = [];

    /// <summary>Timed steps or rounds of each; 0 for the benchmark's own default.</summary>
    public int Rounds { get; private init; }

    public int Threads { get; private init; } = Environment.ProcessorCount;

    /// <summary>Whether libtorch's freed memory is to be kept by the C library.</summary>
    public bool KeepMemory { get; private init; } = true;

    public bool Json { get; private init; }

    /// <summary>«ours» or «libtorch» where only one is to run: how peak memory is told apart.</summary>
    public string? Only { get; private init; }

    public static BenchOptions Parse(string[] args)
    {
        if (args.Length == 0)
        {
            throw new ArgumentException("bench: name a benchmark");
        }

        BenchOptions options = new() { Verb = args[0] };
        for (int i = 1; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"bench: {args[i - 1]} needs a value");
            options = args[i] switch
            {
                "--batch" => options with { Batches = [.. Value().Split(',').Select(Positive)] },
                "--steps" or "--rounds" => options with { Rounds = Positive(Value()) },
                "--threads" => options with { Threads = Positive(Value()) },
                "--memory" => options with { KeepMemory = OneOf(Value(), "kept", "default") == "kept" },
                "--only" => options with { Only = OneOf(Value(), "ours", "libtorch") },
                "--json" => options with { Json = true },
                _ => throw new ArgumentException($"bench: unknown option «{args[i]}»"),
            };
        }

        return options;
    }

    private static string OneOf(string value, string first, string second) => value == first || value == second
        ? value
        : throw new ArgumentException($"bench: «{value}» is neither {first} nor {second}");

    private static int Positive(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
        ? value
        : throw new ArgumentException($"bench: «{text}» is not a number above 0");
}
