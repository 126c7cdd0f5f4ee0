using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Engines;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Statistics;
using RobMask.Experiments.Suite;
using RobMask.Masking;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>masks interpolate</c>.</summary>
internal static class MasksInterpolateVerb
{
    private sealed record Path
    {
        public int First { get; init; }

        public int Second { get; init; } = 1;

        public IReadOnlyList<float> Alphas { get; init; } = [0, 0.25f, 0.5f, 0.75f, 1];

        public string? Save { get; init; }
    }

    public static Verb Create(Shell shell)
    {
        ModelBuilder model = new(mask: false);
        OptionSet<Path> path = new OptionSet<Path>("Masks")
            .Add("--first", "N", "the primary mask at α = 1 (default 0, the clean one)", Values.Whole(0), (s, v) => s with { First = v })
            .Add("--second", "N", "the primary mask at α = 0 (default 1, the adversarial one)", Values.Whole(0), (s, v) => s with { Second = v })
            .Add("--alphas", "LIST", "points (default 0,0.25,0.5,0.75,1)", Values.List(Values.Finite), (s, v) => s with { Alphas = v })
            .Add("--save", "FILE", "write the combined mask (one α only) as safetensors", Values.Text, (s, v) => s with { Save = v });
        return new Verb(
            "interpolate",
            "accuracy along a linear combination of two masks",
            "Evaluates α·first + (1 − α)·second at each α, everything else shared, clean and attacked. With --save, writes the mask of one α to a file.",
            ("the curve", "robmask masks interpolate -m runs/demo/checkpoints/split.safetensors --alphas 0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1"),
            ("keep the mask that suits", "robmask masks interpolate -m runs/demo/checkpoints/split.safetensors --alphas 0.3 --save mask.safetensors"))
            .With([.. model.Groups[..1], path, .. model.Groups[1..]])
            .Does(parsed =>
            {
                using Opened opened = model.Open(shell, parsed);
                return Run(shell, opened, path.Apply(parsed, new Path()));
            });
    }

    private static int Run(Shell shell, Opened opened, Path path)
    {
        int count = opened.File.Model.Graph.MaskCount;
        if (Math.Max(path.First, path.Second) >= count || path.First == path.Second)
        {
            throw new ArgumentException($"masks interpolate: masks {path.First} and {path.Second} of a network with k = {count} primary masks; two different ones from 0 to {count - 1} are needed");
        }

        if (path.Save is not null && path.Alphas.Count != 1)
        {
            throw new ArgumentException($"--save writes one mask, --alphas gives {path.Alphas.Count} of them; give one");
        }

        RunSettings.RequireDistinct(path.Alphas);
        if (path.Save is not null)
        {
            OutputFile.Require("--save", path.Save, OutputFile.Safetensors, opened.Choice.Path);
        }

        List<(float Alpha, EvaluationResult Result)> points = [];
        foreach (float alpha in path.Alphas)
        {
            float[] coefficients = new float[count];
            coefficients[path.First] = alpha;
            coefficients[path.Second] = 1 - alpha;
            DeployedNetwork network = opened.Ready(opened.File.Deploy(MaskChoice.Uniform(coefficients), $"α = {ReportText.Exact(alpha)}"));
            points.Add((alpha, RunVerb.Observe(shell, opened.Json, observer => Evaluator.Evaluate(
                network, opened.Data.Test, opened.Evaluation, new Relay<EvaluationProgress>(progress => observer.Evaluating(network.Description, progress)), shell.Cancellation))));
            if (path.Save is not null)
            {
                MaskSet.FromMixture(opened.Engine, opened.File.Model, coefficients).Save(path.Save);
            }
        }

        Show(shell, opened, points, path.Save);
        return ExitCodes.Done;
    }

    private static void Show(Shell shell, Opened opened, List<(float Alpha, EvaluationResult Result)> points, string? saved)
    {
        TradeoffCurve curve = new(
            System.IO.Path.GetFileName(opened.Choice.Path)!,
            opened.Choice.Seed,
            AttackNames.Short(opened.Attack),
            [.. points.OrderBy(point => point.Alpha).Select(point => TradeoffPoint.At(point.Alpha, new Accuracy(point.Result.CleanCorrect, point.Result.Images), new Accuracy(point.Result.RobustCorrect ?? 0, point.Result.Images)))]);
        if (opened.Json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { curve, attack = opened.Attack, saved }, RunJson.File));
            return;
        }

        RunVerb.WriteMeasurements(shell.Output,
        [
            .. curve.Points.SelectMany(point => new[]
            {
                new Measurement($"α = {ReportText.Exact(point.Alpha)}", 0, "clean", point.Clean),
                new Measurement($"α = {ReportText.Exact(point.Alpha)}", 0, curve.Attack, point.Robust),
            }),
        ]);
        if (curve.Points.Count > 1)
        {
            shell.Output.WriteLine();
            TextCurve.Write(shell.Output, curve);
        }

        if (saved is not null)
        {
            shell.Output.WriteLine($"written: {saved}");
        }
    }
}
