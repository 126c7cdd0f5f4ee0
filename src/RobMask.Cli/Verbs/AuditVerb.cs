using System.CommandLine;
using RobMask.Checkpoints;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Kernels;
using RobMask.Verification.Audits;

namespace RobMask.Cli.Verbs;

/// <summary><c>audit</c>.</summary>
internal static class AuditVerb
{
    private sealed record Request
    {
        public IReadOnlyList<long>? Steps { get; init; }

        public string? Data { get; init; }

        public string? DataFolder { get; init; }

        public string? Report { get; init; }

        public string? Page { get; init; }

        public int? Threads { get; init; }

        public bool Json { get; init; }
    }

    public static Verb Create(Shell shell)
    {
        Argument<string> folder = new("folder") { HelpName = "RUN", Description = "the folder of a run that recorded steps: train --audit-every N" };
        OptionSet<Request> what = new OptionSet<Request>("Audit")
            .Add("--step", "LIST", "audit these steps only, for example 1,200 (default: all that are recorded)", Values.List(text => (long)Values.Whole(1)(text)), (s, v) => s with { Steps = v })
            .Add("--data", "NAME|PATH", "the run's images, where they lie elsewhere now (default: as config.json says)", Values.Text, (s, v) => s with { Data = v })
            .Add("--data-dir", "FOLDER", $"where named data sets lie (default: {DatasetCatalog.FolderVariable}, then ../shared/data)", Values.Text, (s, v) => s with { DataFolder = v });
        OptionSet<Request> output = new OptionSet<Request>("Output")
            .Add("--report", "FILE", "where the report goes as JSON (default RUN/audit/report.json)", Values.Text, (s, v) => s with { Report = v })
            .Add("--html", "FILE", "draw a page with every check and tensor", Values.Text, (s, v) => s with { Page = v })
            .AddSwitch("--json", "the report on standard output, and nothing else there", (s, v) => s with { Json = v })
            .Add("--threads", "N", "threads that share the work (default: all processors)", Values.Whole(1, 1024), (s, v) => s with { Threads = v });
        Verb verb = new Verb(
            "audit",
            "was a run computed as it says? its recorded steps, done again",
            "Does the recorded steps of a run again on the managed engine, whatever engine and device computed them. Certain, to the bit: order of the images, pixels, learning rate, random numbers, initial weights, checkpoint, how steps join. Within proven bounds: what the optimiser made of the gradients. Measured, in units of one step's rounding noise, which several orders of summation give: gradients, statistics, the attack; TF32 declared as fp32 is named. A step of preact_resnet18 takes minutes on two cores. Exit code 1 where a step is not what it should be.",
            ("record every 100th step on a GPU", "robmask train --method robmask --network preact_resnet18 --data cifar10 --engine torch --device cuda --audit-every 100 --out runs/robmask"),
            ("audit them on a laptop, with a page", "robmask audit runs/robmask --html audit.html"),
            ("one step", "robmask audit runs/robmask --step 200"))
            .With(what, output)
            .Does(parsed => Run(shell, parsed.GetRequiredValue(folder), output.Apply(parsed, what.Apply(parsed, new Request()))));
        verb.Arguments.Add(folder);
        return verb;
    }

    private static int Run(Shell shell, string path, Request request)
    {
        RunFolder folder = RunFolder.Existing(path);
        RunAudit.RequireRecords(folder);
        string reportPath = request.Report ?? Path.Combine(folder.Audit, "report.json");
        RequireOwn(folder, "--report", request.Report);
        RequireOwn(folder, "--html", request.Page);
        AtomicFile.RequireWritable(reportPath);
        VerifyVerb.RequirePage(request.Page);
        Workers.ThreadCount = request.Threads ?? Workers.ThreadCount;
        RunSettings settings = RunJson.Read<RunSettings>(folder.In("config.json"));
        DatasetPair data = DatasetCatalog.Load(request.Data ?? settings.Data, settings.DataOptions with { DataFolder = request.DataFolder });
        AuditReport report = RunAudit.Run(folder, data.Train, request.Steps, request.Json ? null : new Relay<AuditedStep>(step => Tell(shell.Output, step)), shell.Cancellation);
        AtomicFile.WriteText(reportPath, AuditJson.Of(report) + "\n");
        if (request.Page is not null)
        {
            AuditPage.Write(request.Page, report);
        }

        if (request.Json)
        {
            shell.Output.WriteLine(AuditJson.Of(report));
        }
        else
        {
            shell.Output.WriteLine();
            TextTable.Write(shell.Output, AuditText.Head, report.Steps.Select(AuditText.Cells));
            shell.Output.WriteLine();
            shell.Output.WriteLine(AuditText.Summary(report));
            shell.Output.WriteLine($"report: {reportPath}");
        }

        return report.IsKept ? ExitCodes.Done : ExitCodes.CheckFailed;
    }

    /// <summary>A report takes the place of no file of the run but of an earlier report.</summary>
    private static void RequireOwn(RunFolder folder, string option, string? path)
    {
        if (path is null)
        {
            return;
        }

        string full = Path.GetFullPath(path);
        string run = Path.GetFullPath(folder.Path) + Path.DirectorySeparatorChar;
        bool isReport = full == Path.Combine(Path.GetFullPath(folder.Audit), "report.json") || (full.EndsWith(".html", StringComparison.OrdinalIgnoreCase) && Path.GetFileName(full) != "report.html");
        if (full.StartsWith(run, StringComparison.Ordinal) && File.Exists(full) && !isReport)
        {
            throw new ArgumentException($"{option} {path}: is a file of the run; an audit changes none of them");
        }
    }

    private static void Tell(TextWriter output, AuditedStep step)
    {
        output.WriteLine(AuditText.Line(step));
        foreach (string problem in AuditText.Problems(step))
        {
            output.WriteLine("  " + problem);
        }
    }
}
