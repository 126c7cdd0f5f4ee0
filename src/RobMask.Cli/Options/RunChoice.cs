namespace RobMask.Cli.Options;

/// <summary>How a run is carried out. Nothing here changes a result.</summary>
internal sealed record RunChoice
{
    private const int MaximumThreads = 1024;

    public string? Output { get; init; }

    public bool Resume { get; init; }

    public string? Config { get; init; }

    public int? AuditEvery { get; init; }

    public int? Threads { get; init; }

    public bool Json { get; init; }

    public bool Full { get; init; }

    public EngineChoice Engine { get; init; } = new();

    public static OptionSet<RunChoice> CreateOutput() => new OptionSet<RunChoice>("Run")
        .Add("--out -o", "FOLDER", "the run folder: settings, metrics, checkpoints, report (default runs/VERB-TIME)", Values.Text, (s, v) => s with { Output = v })
        .AddSwitch("--resume", "go on with the run that --out holds, with its settings", (s, v) => s with { Resume = v })
        .Add("--audit-every", "N", "record the first, every N-th and the last step of each training in FOLDER/audit for «robmask audit»: each file has the state before and after and the gradients, 20 bytes a parameter (resumed runs go on as they began)", Values.Whole(1), (s, v) => s with { AuditEvery = v })
        .Add("--config", "FILE", "begin from the settings of a config.json; options change them", Values.Text, (s, v) => s with { Config = v });

    public static OptionSet<RunChoice> CreateProcess() => new OptionSet<RunChoice>("Process")
        .Add("--threads", "N", $"threads that share the work, 1 to {MaximumThreads} (default: all processors); never changes a bit", Values.Whole(1, MaximumThreads), (s, v) => s with { Threads = v })
        .AddSwitch("--json", "the result as JSON on standard output, and nothing else there", (s, v) => s with { Json = v });

    public static OptionSet<RunChoice> CreateFull() => new OptionSet<RunChoice>("Extent")
        .AddSwitch("--full", "train three times as long, with stronger attacks and five seeds: for figures that are to be cited", (s, v) => s with { Full = v });
}
