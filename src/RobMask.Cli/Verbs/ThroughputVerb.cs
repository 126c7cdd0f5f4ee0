using System.Globalization;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>throughput</c>.</summary>
internal static class ThroughputVerb
{
    public static Verb Create(Shell shell)
    {
        RunBuilder run = new();
        OptionSet<TrainingSettings> method = TrainingOptions.CreateMethodChoice();
        OptionSet<ThroughputOptions> measure = new OptionSet<ThroughputOptions>("Throughput")
            .AddSwitch("--synthetic", "images of noise in the extents of the data, whose files are not needed", (s, v) => s with { Synthetic = v })
            .Add("--warm-up-steps", "N", "steps before measuring (default 5)", Values.Whole(0), (s, v) => s with { WarmUpSteps = v })
            .Add("--measure-steps", "N", "steps that are measured (default 20; 0: count the work of the run, measure nothing)", Values.Whole(0), (s, v) => s with { MeasuredSteps = v })
            .Add("--evaluation-batches", "N", "batches of evaluation that are measured, after one more (default 2; 0: none)", Values.Whole(0), (s, v) => s with { EvaluationBatches = v });
        return new Verb(
            "throughput",
            "how fast a training is here, and the hours of a whole run",
            "Does the first steps of a training and reports the median time of a step, images a second, memory, the work of the run in floating-point operations of convolutions and linear layers, and the hours of the whole run at this speed, evaluations included. Nothing is written.",
            ("the hours of a recipe on a GPU, without its data", "robmask throughput --config recipes/imagenet-resnet50-robmask.json --synthetic --engine torch --device cuda --precision tf32"),
            ("the work of a recipe, nothing measured", "robmask throughput --config recipes/cifar10-wide_resnet_34_10-robmask.json --synthetic --measure-steps 0"))
            .With([method, measure, .. run.Groups(experiment: false)])
            .Does(parsed =>
            {
                ThroughputOptions options = measure.Apply(parsed, new ThroughputOptions());
                RunExtent? extent = null;
                DatasetFacts? facts = null;
                (RunSettings settings, DatasetPair data, RunChoice choice) = run.Build(parsed, "train", load: options.Synthetic
                    ? (chosen, before) => Noise(facts = Facts(chosen, before), chosen.Name, options)
                    : null);
                settings = settings with { Training = method.Apply(parsed, settings.Training) };
                run.RequireUseful(parsed, settings.Training.Method);
                if (choice.Output is not null || choice.Resume)
                {
                    throw new ArgumentException("--out and --resume have no effect on throughput: nothing is written");
                }

                extent = options.Synthetic ? facts!.TrainCount == 0 ? null : RunExtent.Of(settings, facts.TrainCount, facts.TestCount) : RunExtent.Of(settings, data);
                RunSession.Validate(settings, data);
                using IEngine engine = choice.Engine.Open(settings.DoublePrecision);
                ThroughputResult result = Throughput.Measure(engine, settings, data, extent, options with { Precision = choice.Engine.PrecisionName }, shell.Cancellation);
                Write(shell, choice.Json, result);
                return ExitCodes.Done;
            });
    }

    private static DatasetFacts Facts(DataChoice data, RunSettings? before) =>
        DatasetFacts.Of(data.Name, data.Options)
        ?? (before?.Training.Network is NetworkSettings network
            ? new DatasetFacts(new TensorShape(network.Channels, network.Height, network.Width), network.Classes, data.Options.TrainCount ?? 0, data.Options.TestCount ?? 0)
            : throw new ArgumentException($"--synthetic: the extents of data {data.Name} are not known without their files; name mnist, cifar10, cifar100, imagenet or optdigits, or a configuration file"));

    // Enough for a few batches that differ; the counts of the real data enter through the extent.
    private static DatasetPair Noise(DatasetFacts facts, string name, ThroughputOptions options)
    {
        const int Bytes = 1 << 28;
        int few = options.MeasuredSteps == 0 ? 1 : Math.Clamp(Bytes / Math.Max(1, facts.ImageShape.Length), 64, 8192);
        return SyntheticImages.Create(name, facts.ImageShape, facts.Classes, Count(facts.TrainCount), Count(facts.TestCount));

        int Count(int all) => all == 0 ? few : Math.Min(all, few);
    }

    private static void Write(Shell shell, bool json, ThroughputResult result)
    {
        if (json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(result, RunJson.File));
            return;
        }

        shell.Output.WriteLine($"{result.Network}, {result.Method}, {result.Data}{(result.Synthetic ? " (noise)" : string.Empty)}, batch {result.Batch}, {result.Engine} on {result.Device}, {result.Precision}");
        Line("work", $"{result.GigaflopPerImage:0.###} GFLOP for a training image{(result.RunPetaflop is double run ? FormattableString.Invariant($"; {run:0.#} PFLOP for {result.Epochs} epochs with evaluations") : string.Empty)}");
        if (result.SecondsPerStep is not double seconds)
        {
            Line("speed", $"not measured");
            return;
        }

        Line("a step", $"{seconds:0.####} s, median of {result.MeasuredSteps} ({result.ShortestStep:0.####} to {result.LongestStep:0.####}); {result.ProcessorSecondsPerStep:0.####} s of processors");
        Line("speed", $"{result.ImagesPerSecond:0.#} images/s, {result.TeraflopPerSecond:0.###} TFLOP/s");
        Line("evaluation", result.EvaluationImagesPerSecond is double rate ? (FormattableString)$"{rate:0.#} images/s" : $"not measured");
        Line("memory", $"{result.PeakHostBytes >> 20} MiB{(result.PeakDeviceBytes is long device ? FormattableString.Invariant($", on the device {device >> 20} MiB") : string.Empty)}");
        if (result.Hours is double hours)
        {
            Line("whole run", $"{hours:0.##} h on this device{(result.EvaluationImagesPerSecond is null ? ", without evaluations" : string.Empty)}");
        }

        void Line(string name, FormattableString text) => shell.Output.WriteLine($"  {name,-11} {text.ToString(CultureInfo.InvariantCulture)}");
    }
}
