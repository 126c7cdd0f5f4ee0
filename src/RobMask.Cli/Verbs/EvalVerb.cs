using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Statistics;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>eval</c>.</summary>
internal static class EvalVerb
{
    private sealed record Requirements
    {
        public double? Clean { get; init; }

        public double? Robust { get; init; }

        public bool CleanOnly { get; init; }

        public bool TrueCoefficients { get; init; }
    }

    public static Verb Create(Shell shell)
    {
        ModelBuilder model = new();
        OptionSet<Requirements> checks = new OptionSet<Requirements>("Check")
            .AddSwitch("--clean-only", "no attack", (s, v) => s with { CleanOnly = v })
            .AddSwitch("--true-coefficients", "robmask: also count with the true u(δ), which is no threat model", (s, v) => s with { TrueCoefficients = v })
            .Add("--require-clean", "PART", "exit with code 1 where clean accuracy is below this", Values.Real(value => value is >= 0 and <= 1, "it must lie between 0 and 1"), (s, v) => s with { Clean = v })
            .Add("--require-robust", "PART", "exit with code 1 where robust accuracy is below this", Values.Real(value => value is >= 0 and <= 1, "it must lie between 0 and 1"), (s, v) => s with { Robust = v });
        return new Verb(
            "eval",
            "clean and robust accuracy of a network from a file",
            "Counts how many test images a network gets right, clean and attacked, with 95 % intervals. A checkpoint in a run folder brings its data and the attack of its evaluation along. A file of tensors alone is described by --network, or by its metadata «network».",
            ("a checkpoint of a run, on that run's data", "robmask eval --model runs/robmask/checkpoints/robmask.safetensors --steps 50 --restarts 5"),
            ("one network half-way between its two masks", "robmask eval -m runs/demo/checkpoints/split.safetensors --mask 0.5,0.5"),
            ("a published MNIST network, described by its file", "robmask eval -m fast_at_fgsm.safetensors --data mnist --epsilon 0.3 --steps 50 --step-size 0.01 --restarts 10 --require-robust 0.88"),
            ("the same, described by hand", "robmask eval -m fast_at_fgsm.safetensors --data mnist --attack fgsm --epsilon 0.3 --network sequential --layers \"conv2d(1,16,4,stride 2,padding 1) relu conv2d(16,32,4,stride 2,padding 1) relu flatten linear(1568,100) relu linear(100,10)\""))
            .With([.. model.Groups[..1], checks, .. model.Groups[1..]])
            .Does(parsed =>
            {
                using Opened opened = model.Open(shell, parsed);
                return Run(shell, opened, checks.Apply(parsed, new Requirements()));
            });
    }

    private static int Run(Shell shell, Opened opened, Requirements checks)
    {
        DeployedNetwork network = opened.Ready(opened.Choice.Deploy(opened.File));
        EvaluationSettings settings = opened.Evaluation with { Attack = checks.CleanOnly ? null : opened.Attack, TrueCoefficients = checks.TrueCoefficients };
        EvaluationResult result = RunVerb.Observe(shell, opened.Json, observer => Evaluator.Evaluate(
            network, opened.Data.Test, settings, new Relay<EvaluationProgress>(progress => observer.Evaluating(network.Description, progress)), shell.Cancellation));
        Accuracy clean = new(result.CleanCorrect, result.Images);
        Accuracy? robust = result.RobustCorrect is int correct ? new Accuracy(correct, result.Images) : null;
        IReadOnlyList<string> warnings = result.Diagnostics?.Warnings() ?? [];
        List<string> missed = [];
        if (checks.Clean is double least && clean.Fraction < least)
        {
            missed.Add($"clean accuracy {ReportText.Percent(clean.Fraction)} is below the required {ReportText.Percent(least)}");
        }

        if (checks.Robust is double needed && (robust is null || robust.Fraction < needed))
        {
            missed.Add($"robust accuracy {(robust is null ? "was not measured" : ReportText.Percent(robust.Fraction))}; {ReportText.Percent(needed)} are required");
        }

        if (opened.Json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    network = result.Network,
                    data = opened.Data.Name,
                    images = result.Images,
                    clean = new { clean.Correct, accuracy = clean.Fraction, clean.Interval.Low, clean.Interval.High, loss = result.CleanLoss },
                    robust = robust is null ? null : new { robust.Correct, accuracy = robust.Fraction, robust.Interval.Low, robust.Interval.High, loss = result.RobustLoss },
                    trueCoefficientsCorrect = result.TrueCoefficientsCorrect,
                    attack = settings.Attack,
                    warnings,
                    missed,
                },
                RunJson.File));
        }
        else
        {
            shell.Output.WriteLine($"{result.Network} on {result.Images} test images of {opened.Data.Name}");
            shell.Output.WriteLine($"  clean     {result.CleanCorrect,6} right   {ReportText.WithInterval(clean)}");
            if (robust is not null)
            {
                shell.Output.WriteLine($"  attacked  {result.RobustCorrect,6} right   {ReportText.WithInterval(robust)}   {settings.Attack!.Describe()}");
            }

            if (result.TrueCoefficientsCorrect is int given)
            {
                shell.Output.WriteLine($"  true u(δ) {given,6} right   {ReportText.WithInterval(new Accuracy(given, result.Images))}   no threat model: a deployed network does not see δ");
            }
        }

        foreach (string line in warnings.Select(warning => "warning: " + warning).Concat(missed.Select(one => "robmask: check failed: " + one)))
        {
            shell.Error.WriteLine(line);
        }

        return missed.Count == 0 ? ExitCodes.Done : ExitCodes.CheckFailed;
    }
}
