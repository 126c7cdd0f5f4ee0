using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Experiments.Suite;

namespace RobMask.Cli.Verbs;

/// <summary><c>experiment e1 … e5</c>.</summary>
internal static class ExperimentVerb
{
    public static Verb Create(Shell shell)
    {
        Verb verb = new(
            "experiment",
            "the paper's experiments e1 to e5, each with its report",
            "Carries out one of the paper's experiments. The report states each claim of the paper and whether this run shows it, with 95 % intervals.",
            ("the trade-off curve on handwritten digits", "robmask experiment e3 --data optdigits"),
            ("RobMask against four other methods on CIFAR-10", "robmask experiment e4 --data cifar10 --network cnn --seeds 3"),
            ("go on with an interrupted run; finished trainings are not repeated", "robmask experiment e4 --resume --out runs/e4"));
        foreach (IExperiment experiment in ExperimentCatalog.All.Where(one => one.Name.StartsWith('e')))
        {
            verb.Subcommands.Add(One(shell, experiment));
        }

        return verb;
    }

    private static Verb One(Shell shell, IExperiment experiment)
    {
        RunBuilder run = new();
        return new Verb(
            experiment.Name,
            experiment.Summary,
            $"{experiment.Name.ToUpperInvariant()}: {experiment.Summary}. Trains what it needs, evaluates it, and leaves a run folder with its report.",
            ("on the embedded images", $"robmask experiment {experiment.Name}"),
            ("on CIFAR-10, to be cited", $"robmask experiment {experiment.Name} --data cifar10 --network preact_resnet18 --full --out runs/{experiment.Name}"))
            .With(run.Groups(experiment: true))
            .Does(parsed =>
            {
                (RunSettings settings, DatasetPair data, RunChoice choice) = run.Build(parsed, experiment.Name);
                return RunVerb.Execute(shell, settings, data, choice);
            });
    }
}
