using System.Globalization;
using RobMask.Bench.Contests;
using RobMask.Bench.Steps;
using RobMask.Training;

namespace RobMask.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    public const string Ours = "ours";
    public const string Libtorch = "libtorch";
    public const string Engine = "engine";

    public string Verb { get; private init; } = string.Empty;

    /// <summary>Sections by name; none for all.</summary>
    public IReadOnlyList<string> Sections { get; private init; } = [];

    /// <summary>Networks by name; null for the benchmark's own choice.</summary>
    public IReadOnlyList<string>? Networks { get; private init; }

    /// <summary>Training methods; null for the benchmark's own choice.</summary>
    public IReadOnlyList<TrainingMethod>? Methods { get; private init; }

    /// <summary>Timed rounds of each; 0 for the benchmark's own default.</summary>
    public int Rounds { get; private init; }

    public int Threads { get; private init; } = Environment.ProcessorCount;

    /// <summary>See <see cref="Contests.Pace.ProcessorTime"/>.</summary>
    public bool ProcessorTime => Threads == 1;

    /// <summary>Fewer rounds, fewer networks.</summary>
    public bool Quick { get; private init; }

    /// <summary>Whether libtorch's freed memory is to be kept by the C library.</summary>
    public bool KeepMemory { get; private init; } = true;

    public bool Json { get; private init; }

    /// <summary><see cref="Ours"/>, <see cref="Libtorch"/> or <see cref="Engine"/> where only one is to run.</summary>
    public string? Only { get; private init; }

    private IReadOnlyList<int> Batches { get; init; } = [];

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
                "--networks" => options with { Networks = [.. Value().Split(',').Select(name => OneOf(name, StepCase.Networks))] },
                "--methods" => options with { Methods = [.. Value().Split(',').Select(Method)] },
                "--rounds" => options with { Rounds = Positive(Value()) },
                "--threads" => options with { Threads = Positive(Value()) },
                "--memory" => options with { KeepMemory = OneOf(Value(), ["kept", "default"]) == "kept" },
                "--only" => options with { Only = OneOf(Value(), [Ours, Libtorch, Engine]) },
                "--quick" => options with { Quick = true },
                "--json" => options with { Json = true },
                string section when !section.StartsWith('-') => options with { Sections = [.. options.Sections, section] },
                _ => throw new ArgumentException($"bench: unknown option «{args[i]}»"),
            };
        }

        return options;
    }

    /// <summary>The batch sizes asked for, else <paramref name="usual"/>.</summary>
    public IReadOnlyList<int> BatchesOr(params int[] usual) => Batches.Count > 0 ? Batches : usual;

    /// <summary>The rounds asked for, else the benchmark's own pace.</summary>
    public Pace Pace(Pace usual, Pace quick) => (Rounds > 0 ? new Pace(Rounds, Rounds, 0) : Quick ? quick : usual) with { ProcessorTime = ProcessorTime };

    private static TrainingMethod Method(string name) => StepCase.Methods.Single(method =>
        string.Equals(method.ToString(), OneOf(name, [.. StepCase.Methods.Select(known => known.ToString().ToLowerInvariant())]), StringComparison.OrdinalIgnoreCase));

    private static string OneOf(string value, IReadOnlyList<string> known) => known.Contains(value)
        ? value
        : throw new ArgumentException($"bench: «{value}» is none of {string.Join(", ", known)}");

    private static int Positive(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
        ? value
        : throw new ArgumentException($"bench: «{text}» is not a number above 0");
}
