using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Bench.Comparison.Sections;
using RobMask.Bench.Machine;
using RobMask.Kernels;
using RobMask.Torch;
using TorchSharp;

namespace RobMask.Bench.Comparison;

/// <summary>Ours against libtorch, in turn within one process; the verdicts at the end.</summary>
internal static class ComparisonBenchmark
{
    private const string CeilingName = "ceiling";
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    private static readonly ISection[] _sections =
        [new ConvolutionSection(), new BatchNormSection(), new StepSection(), new EngineSection(), new EvaluationSection(), new ThreadsSection(), new DoubleSection()];

    /// <summary>The names of all sections.</summary>
    public static IReadOnlyList<string> Names { get; } = [CeilingName, .. _sections.Select(section => section.Name), MemoryComparison.SectionName];

    public static int Run(BenchOptions options)
    {
        if (options.Sections.FirstOrDefault(name => !Names.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"bench: section «{unknown}» is none of {string.Join(", ", Names)}");
        }

        Workers.ThreadCount = options.Threads;
        TorchLibrary.Load();
        torch.set_num_threads(options.Threads);
        string load = SystemFigures.LoadAverage;
        Progress.Say("the machine's ceilings");
        MachineCeilings machine = MachineCeilings.Measure(options.Threads);
        ComparisonTable table = new(options.Json ? TextWriter.Null : Console.Out, machine);
        table.Begin(options, load);
        List<Figure> figures = [];
        foreach (ISection section in _sections.Where(section => Wanted(section.Name)))
        {
            Progress.Say(section.Name);
            table.BeginSection(section);
            foreach (Figure figure in section.Run(options))
            {
                figures.Add(figure);
                table.Add(figure);
            }
        }

        List<MemoryFigure> memory = [];
        if (Wanted(MemoryComparison.SectionName))
        {
            table.BeginMemory();
            foreach (MemoryFigure figure in MemoryComparison.Run(options))
            {
                memory.Add(figure);
                table.Add(figure);
            }
        }

        IReadOnlyList<Verdict> verdicts = [.. Verdicts.From(figures, memory, machine).Where(verdict => verdict.Measured is not null || options.Sections.Count == 0)];
        table.Add(verdicts);
        if (options.Json)
        {
            JsonObject result = new()
            {
                ["machine"] = machine.ToJson(),
                ["libtorchMemory"] = KeptMemory.IsKept ? "kept" : "default",
                ["clock"] = options.ProcessorTime ? "processor" : "elapsed",
                ["loadAverageBefore"] = load,
                ["figures"] = new JsonArray([.. figures.Select(figure => figure.ToJson(machine))]),
                ["memory"] = new JsonArray([.. memory.Select(figure => figure.ToJson())]),
                ["verdicts"] = new JsonArray([.. verdicts.Select(verdict => verdict.ToJson())]),
            };
            Console.WriteLine(result.ToJsonString(_indented));
        }

        return 0;

        bool Wanted(string name) => options.Sections.Count == 0 || options.Sections.Contains(name);
    }
}
