using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Engines;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Masking;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>masks exchange</c>.</summary>
internal static class MasksExchangeVerb
{
    private sealed record Exchange
    {
        public string? From { get; init; }

        public string FromMask { get; init; } = "deployed";

        public int Into { get; init; }

        public string? Save { get; init; }
    }

    public static Verb Create(Shell shell)
    {
        ModelBuilder model = new(mask: false);
        OptionSet<Exchange> exchange = new OptionSet<Exchange>("Masks")
            .Add("--from", "FILE", "a checkpoint whose mask is taken, or a mask that `masks interpolate --save` wrote", Values.Text, (s, v) => s with { From = v })
            .Add("--from-mask", "MASK", "which of its masks: deployed, clean, adversarial, average, a number, coefficients (default deployed)", Values.Text, (s, v) => s with { FromMask = v })
            .Add("--into", "N", "the primary mask that is replaced (default 0)", Values.Whole(0), (s, v) => s with { Into = v })
            .Add("--save", "FILE", "write the mask that was taken as safetensors", Values.Text, (s, v) => s with { Save = v });
        return new Verb(
            "exchange",
            "put a mask of one network into another and evaluate both",
            "Takes a mask from one file and makes it a primary mask of a network of the same architecture; evaluates that network before and after. The files stay as they are.",
            ("an adversarially trained network's mask in a standard one", "robmask masks exchange -m runs/demo/checkpoints/standard.safetensors --from runs/demo/checkpoints/adversarial.safetensors"),
            ("a saved mask", "robmask masks exchange -m runs/demo/checkpoints/split.safetensors --from mask.safetensors"))
            .With([.. model.Groups[..1], exchange, .. model.Groups[1..]])
            .Does(parsed =>
            {
                using Opened opened = model.Open(shell, parsed);
                return Run(shell, opened, exchange.Apply(parsed, new Exchange()));
            });
    }

    private static int Run(Shell shell, Opened opened, Exchange exchange)
    {
        if (exchange.Save is not null)
        {
            OutputFile.Require("--save", exchange.Save, OutputFile.Safetensors, opened.Choice.Path, exchange.From);
        }

        MaskSet mask = Read(opened, exchange);
        int count = opened.File.Model.Graph.MaskCount;
        if (exchange.Into >= count)
        {
            throw new ArgumentException($"--into {exchange.Into}: the network has k = {count} primary masks, 0 to {count - 1}");
        }

        if (exchange.Save is not null)
        {
            mask.Save(exchange.Save);
        }

        EvaluationLine before = Evaluate("before");
        mask.Install(opened.Engine, opened.File.Model, exchange.Into);
        EvaluationLine after = Evaluate("after");
        Measurement[] measurements = [.. before.Measurements(), .. after.Measurements()];
        AccuracyDifference[] differences = [Comparisons.Clean([after], [before]), Comparisons.Robust([after], [before])];
        if (opened.Json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { measurements, differences, attack = opened.Attack }, RunJson.File));
            return ExitCodes.Done;
        }

        RunVerb.WriteMeasurements(shell.Output, measurements);
        foreach (AccuracyDifference one in differences)
        {
            shell.Output.WriteLine($"after − before, {one.Condition}: {ReportText.WithInterval(one.Mean, new(one.Low, one.High))} points");
        }

        return ExitCodes.Done;

        EvaluationLine Evaluate(string when)
        {
            DeployedNetwork network = opened.Ready(opened.File.Deploy(MaskChoice.Primary(exchange.Into), when));
            return RunVerb.Observe(shell, opened.Json, observer => EvaluationLine.From(when, opened.Choice.Seed, Evaluator.Evaluate(
                network, opened.Data.Test, opened.Evaluation, new Relay<EvaluationProgress>(progress => observer.Evaluating(when, progress)), shell.Cancellation)));
        }
    }

    private static MaskSet Read(Opened opened, Exchange exchange)
    {
        string path = exchange.From ?? throw new ArgumentException("--from FILE is needed: a checkpoint, or a mask that was saved");
        if (MaskSet.IsMaskFile(path))
        {
            return MaskSet.Load(path);
        }

        using NetworkFile donor = NetworkFile.Load(opened.Engine, path, RunPresets.Fit(new NetworkSettings { Name = string.Empty, Channels = 1, Height = 1, Width = 1, Classes = 2 }, opened.Data));
        return MaskSet.FromChoice(opened.Engine, donor.Model, ModelChoice.Deploy(donor, exchange.FromMask).Mask);
    }
}
