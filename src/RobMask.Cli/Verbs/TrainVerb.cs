using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Experiments.Suite;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>train</c>.</summary>
internal static class TrainVerb
{
    private sealed record Batches
    {
        public string? File { get; init; }

        public int? Steps { get; init; }

        public string? Start { get; init; }

        public int? Classes { get; init; }

        public string? Trace { get; init; }
    }

    public static Verb Create(Shell shell)
    {
        RunBuilder run = new();
        OptionSet<TrainingSettings> method = TrainingOptions.CreateMethodChoice();
        OptionSet<Batches> batches = new OptionSet<Batches>("Given batches, in place of data and epochs (--out is then a .safetensors file)")
            .Add("--batch", "FILE", "«input» [B, N, C, H, W] or [N, C, H, W] and «target» [B, N] or [N]: .safetensors or .npz", Values.Text, (s, v) => s with { File = v })
            .Add("--batch-steps", "N", "steps; batches come round again (default: one for each batch)", Values.Whole(1), (s, v) => s with { Steps = v })
            .Add("--batch-start", "FILE", "a checkpoint whose weights are the start (default: the initial weights of --seed)", Values.Text, (s, v) => s with { Start = v })
            .Add("--batch-classes", "N", "classes of the network (default: the greatest target + 1)", Values.Whole(2), (s, v) => s with { Classes = v })
            .Add("--batch-trace", "FILE", "torch: record every operation of the steps, for «robmask verify trace»", Values.Text, (s, v) => s with { Trace = v });
        return new Verb(
            "train",
            "train one network by one method",
            "Trains one network by one method, evaluates it clean and attacked, and leaves a run folder with its checkpoint and report. A checkpoint is written after every epoch and on Ctrl-C or SIGTERM; --resume goes on from it to the same bits.",
            ("RobMask on the embedded images", "robmask train --method robmask --out runs/robmask"),
            ("adversarial training of a residual network on CIFAR-10, with the usual augmentation", "robmask train --data cifar10 --network preact_resnet18 --method adversarial --epsilon 8/255 --steps 10 --epochs 30 --crop 4 --flip"),
            ("a recipe on a GPU", "robmask train --config recipes/imagenet-resnet50-robmask.json --data-dir /data --engine torch --device cuda --precision bf16 --out runs/imagenet"),
            ("go on after Ctrl-C", "robmask train --resume --out runs/robmask"),
            ("ten steps on a recorded batch, for another implementation to compare its own with", "robmask train --batch batch.npz --batch-steps 10 --network cnn --method robmask --out after.safetensors"),
            ("TRADES on handwritten digits", "robmask train --data optdigits --method trades --trades-beta 6 --epsilon 0.1"))
            .With([method, .. run.Groups(experiment: false), batches])
            .Does(parsed =>
            {
                Batches given = batches.Apply(parsed, new Batches());
                if (given.File is string path)
                {
                    BatchFile file = BatchFile.Read(path);
                    (RunSettings replayed, _, RunChoice replay) = run.Build(parsed, "train", given: file.Data(given.Classes ?? file.Classes));
                    if (replay.AuditEvery is not null)
                    {
                        throw new ArgumentException("--audit-every has no effect on --batch: a replay of given batches leaves no run folder");
                    }

                    return BatchReplayRun.Execute(
                        shell,
                        replayed with { Training = method.Apply(parsed, replayed.Training) with { Data = System.IO.Path.GetFileName(path) } },
                        replay.Engine,
                        file,
                        given.Steps ?? file.Count,
                        given.Start,
                        given.Trace,
                        replay.Output ?? "replay.safetensors",
                        replay.Json);
                }

                (RunSettings settings, DatasetPair data, RunChoice choice) = run.Build(parsed, "train");
                settings = settings with { Training = method.Apply(parsed, settings.Training) };
                run.RequireUseful(parsed, settings.Training.Method);
                return RunVerb.Execute(shell, settings, data, choice);
            });
    }
}
