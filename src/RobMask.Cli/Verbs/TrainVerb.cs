using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Experiments.Suite;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>train</c>.</summary>
internal static class TrainVerb
{
    public static Verb Create(Shell shell)
    {
        RunBuilder run = new();
        OptionSet<TrainingSettings> method = new OptionSet<TrainingSettings>("Method")
            .Add("--method", "NAME", "standard, adversarial, trades, advprop, split or robmask (default standard)", TrainingOptions.Method, (s, v) => s with { Method = v });
        return new Verb(
            "train",
            "train one network by one method",
            "Trains one network by one method, evaluates it clean and attacked, and leaves a run folder with its checkpoint and report. A checkpoint is written after every epoch and on Ctrl-C; --resume goes on from it to the same bits.",
            ("RobMask on the embedded images", "robmask train --method robmask --out runs/robmask"),
            ("adversarial training of a residual network on CIFAR-10, with the usual augmentation", "robmask train --data cifar10 --network preact_resnet18 --method adversarial --epsilon 8/255 --steps 10 --epochs 30 --crop 4 --flip"),
            ("go on after Ctrl-C", "robmask train --resume --out runs/robmask"),
            ("TRADES on handwritten digits", "robmask train --data optdigits --method trades --trades-beta 6 --epsilon 0.1"))
            .With([method, .. run.Groups(experiment: false)])
            .Does(parsed =>
            {
                (RunSettings settings, DatasetPair data, RunChoice choice) = run.Build(parsed, "train");
                settings = settings with { Training = method.Apply(parsed, settings.Training) };
                run.RequireUseful(parsed, settings.Training.Method);
                return RunVerb.Execute(shell, settings, data, choice);
            });
    }
}
