using System.Globalization;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Torch.Engine;

namespace RobMask.Cli.Verbs;

/// <summary>Carries out a run and shows what came out; shared by demo, train and experiment.</summary>
internal static class RunVerb
{
    public static int Execute(Shell shell, RunSettings settings, DatasetPair data, RunChoice choice)
    {
        string output = choice.Output ?? Path.Combine("runs", string.Create(CultureInfo.InvariantCulture, $"{settings.Kind}-{DateTime.Now:yyyyMMdd-HHmmss}"));
        TextWriter messages = choice.Json ? shell.Error : shell.Output;
        RunSession.Validate(settings, data);
        using IEngine engine = choice.Engine.Open(settings.DoublePrecision);
        messages.WriteLine(data.Describe());
        messages.WriteLine($"run folder: {output}");
        (RunResults results, RunFolder folder) = Observe(shell, choice.Json, observer => Execute(settings, engine, () => RunSession.Execute(settings, data, engine, output, choice.Resume, observer, shell.Cancellation, choice.AuditEvery)));
        if (choice.Json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { folder = folder.Path, report = folder.Report, results }, RunJson.File));
        }
        else
        {
            Show(shell.Output, results);
            shell.Output.WriteLine();
            shell.Output.WriteLine($"report: {folder.Report}");
        }

        return ExitCodes.Done;
    }

    // Its checkpoints stand. Batches are settings, which a resumed run keeps.
    private static T Execute<T>(RunSettings settings, IEngine engine, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (TorchMemory.Explain(error) is string what)
        {
            throw new InsufficientMemoryException($"{what}; {engine.Name} on {engine.Device}, --batch-size {settings.Training.BatchSize}, --eval-batch-size {settings.Evaluation.BatchSize}: smaller ones need less, in a run of its own; with more memory or on another --device this run goes on by --resume and the same --out", error);
        }
    }

    /// <summary>Lets something run under a live display on a terminal, or with plain lines.</summary>
    public static T Observe<T>(Shell shell, bool json, Func<IRunObserver, T> work) =>
        shell.Interactive && !json ? LiveObserver.Watch(shell.Output, work) : work(new PlainObserver(json ? shell.Error : shell.Output));

    private static void Show(TextWriter output, RunResults results)
    {
        foreach (ReportSection section in results.Sections)
        {
            if (section.Measurements.Count > 0)
            {
                output.WriteLine();
                output.WriteLine(section.Title);
                WriteMeasurements(output, section.Measurements);
            }

            foreach (TradeoffCurve curve in section.Curves)
            {
                output.WriteLine();
                TextCurve.Write(output, curve);
            }

            foreach (Finding finding in section.Findings)
            {
                output.WriteLine();
                output.WriteLine($"[{Word(finding.Verdict)}] {finding.Claim}");
                output.WriteLine($"    {finding.Reason}");
            }
        }
    }

    /// <summary>One row a network and seed, one column a condition.</summary>
    public static void WriteMeasurements(TextWriter output, IReadOnlyList<Measurement> measurements)
    {
        string[] conditions = [.. measurements.Select(one => one.Condition).Distinct()];
        bool seeds = measurements.Select(one => one.Seed).Distinct().Count() > 1;
        TextTable.Write(
            output,
            ["network", .. conditions],
            measurements.GroupBy(one => (one.Network, one.Seed)).Select(group => (IReadOnlyList<string>)
            [
                seeds ? $"{group.Key.Network}, seed {group.Key.Seed}" : group.Key.Network,
                .. conditions.Select(condition => group.FirstOrDefault(one => one.Condition == condition) is Measurement found ? ReportText.WithInterval(found.Accuracy) : "–"),
            ]));
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Shown => "shown",
        Verdict.NotShown => "not shown",
        _ => "undecided",
    };
}
