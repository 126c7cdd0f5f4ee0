using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Training.Auditing;
using RobMask.Verification.Audits.Replays;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Audits;

/// <summary>What must be so to the bit: where the step stands, its batch, its rates, and what it was begun with.</summary>
/// <param name="recorded">The step.</param>
/// <param name="run">The run that it belongs to.</param>
/// <param name="train">The training images.</param>
internal sealed class CertainChecks(RecordedStep recorded, AuditedRun run, Dataset train)
{
    private readonly List<AuditCheck> _checks = [];

    /// <summary>Checks everything.</summary>
    /// <param name="previous">The record of the step before, where there is one.</param>
    /// <returns>The checks, and the pixels of the batch as the settings give them.</returns>
    public (IReadOnlyList<AuditCheck> Checks, float[] Pixels) Run(RecordedStep? previous)
    {
        AuditStep step = recorded.Step;
        RequireFit(step);
        Add("settings", run.DifferenceOfSettings(step));
        Add("arithmetic", run.DifferenceOfArithmetic(step));
        Add("random numbers", step.Draws.SequenceEqual(AuditDraw.Of(step.Settings, step.Epoch, step.Iteration)) ? null : "streams and counters are not those of the settings at this step");
        float[] pixels = Batch(step);
        Add("ball and box", Outside(pixels));
        Add("finite", NotFinite());
        Add("frozen parts", Moved());
        Ends(step);
        if (previous is not null)
        {
            Add("joins the step before", StateComparison.Difference(recorded.Before, name => previous.After.GetValueOrDefault(name)));
        }

        return (_checks, pixels);
    }

    private void Add(string name, string? problem) => _checks.Add(new AuditCheck(name, AuditCheck.Certain, problem is null ? AuditVerdict.Kept : AuditVerdict.Wrong, problem ?? string.Empty));

    private void Skip(string name, string reason) => _checks.Add(new AuditCheck(name, AuditCheck.Certain, AuditVerdict.NotChecked, reason));

    private void RequireFit(AuditStep step)
    {
        NetworkSettings network = step.Settings.Network;
        TensorShape wanted = new(network.Channels, network.Height, network.Width);
        if (!train.ImageShape.Equals(wanted) || train.ClassNames.Count != network.Classes || train.Count != step.DataCount)
        {
            throw new InvalidDataException($"{recorded.Path}: the step was taken on {step.DataCount} images {wanted} of {network.Classes} classes; {train.Name} has {train.Count} images {train.ImageShape} of {train.ClassNames.Count}; is --data that of the run?");
        }
    }

    private float[] Batch(AuditStep step)
    {
        TrainingSettings settings = step.Settings;
        BatchLoader loader = new(train, Math.Min(settings.BatchSize, train.Count), settings.Seed, shuffle: true, settings.Augmentation);
        bool stands = step.BatchesPerEpoch == loader.BatchCount && step.Batch < loader.BatchCount && step.Epoch < settings.Epochs
            && step.Iteration == ((long)step.Epoch * loader.BatchCount) + step.Batch;
        Add("position", stands ? null : $"epoch {step.Epoch + 1}, batch {step.Batch + 1} of {step.BatchesPerEpoch}, step {step.Iteration + 1}: the run has {settings.Epochs} epochs of {loader.BatchCount} batches");
        double rate = LearningRate.At(settings.Schedule, settings.Epochs, loader.BatchCount, step.Iteration);
        Add("learning rate", rate.Equals(step.LearningRate) ? null : FormattableString.Invariant($"{step.LearningRate:R} was declared, the schedule gives {rate:R}"));
        if (!stands)
        {
            throw new InvalidDataException($"{recorded.Path}: {_checks.Last(check => check.Name == "position").Detail}; is --data that of the run?");
        }

        loader.StartEpoch(step.Epoch);
        int count = loader.ImagesIn(step.Batch);
        float[] pixels = new float[count * train.ImageShape.Length];
        int[] labels = new int[count];
        loader.Load(step.Batch, pixels, labels);
        int[] order = loader.Order.Slice(step.Batch * loader.BatchSize, count).ToArray();
        if (count != recorded.Indices.Length)
        {
            throw new InvalidDataException($"{recorded.Path}: {recorded.Indices.Length} images; the batch has {count}");
        }

        int[] swapped = [.. Enumerable.Range(0, count).Where(n => order[n] != recorded.Indices[n])];
        Add("order of the images", swapped.Length == 0 ? null : $"{swapped.Length} of {count} indices are not those of seed, epoch and batch; the first at {swapped[0]}: {recorded.Indices[swapped[0]]} for {order[swapped[0]]}");
        Add("labels", labels.SequenceEqual(recorded.Labels) ? null : $"{labels.Zip(recorded.Labels).Count(pair => pair.First != pair.Second)} of {count} are not the data set's");
        Add("pixels", AuditRecorder.Digest(pixels) == step.PixelsSha256 ? null : "the pixels on the engine were others than the data set's");
        return pixels;
    }

    private string? Outside(float[] pixels)
    {
        if (recorded.Attacked is not { } attacked)
        {
            return null;
        }

        TrainingSettings settings = recorded.Step.Settings;
        AttackSettings attack = settings.Method == TrainingMethod.Trades ? settings.TradesAttack() : settings.Attack;
        int count = recorded.Indices.Length;
        float[] radii = new float[count];
        Array.Fill(radii, attack.Epsilon);
        if (settings.Method == TrainingMethod.RobMask && settings.RobMask.Epsilon == EpsilonDraw.Uniform)
        {
            new PhiloxStream(new PhiloxKey(settings.Seed, PhiloxStreams.Epsilon, (uint)recorded.Step.Iteration)).FillUniform<float>(radii, attack.Epsilon, 0);
        }

        int length = pixels.Length / count;
        for (int n = 0; n < count; n++)
        {
            if (PointCheck.Violation(pixels.AsSpan(n * length, length), attacked.AsSpan(n * length, length), radii[n], attack.Norm, attack.ClipToBox) is { } violation)
            {
                return $"image {n} of the batch: {violation}";
            }
        }

        return null;
    }

    private string? NotFinite()
    {
        foreach ((string name, float[] values) in recorded.Before.Select(part => (Name: "before." + part.Key, part.Value)).Concat(recorded.After.Concat(recorded.Gradients).Select(part => (Name: part.Key, part.Value))).Append((Name: "the attacked images", Value: recorded.Attacked ?? [])))
        {
            int at = Array.FindIndex(values, value => !float.IsFinite(value));
            if (at >= 0)
            {
                return $"{name}, element {at}, is {values[at]}";
            }
        }

        return double.IsFinite(recorded.Step.Loss) ? null : $"the loss is {recorded.Step.Loss}";
    }

    /// <summary>What the optimiser does not move and no statistic updates has the bits of before.</summary>
    private string? Moved()
    {
        bool statistics = recorded.Step.Settings.Trained.HasFlag(TrainedParts.Statistics);
        return StateComparison.Difference(
            recorded.After.Where(part => !recorded.Gradients.ContainsKey(part.Key) && !part.Key.StartsWith("momentum.", StringComparison.Ordinal) && !(statistics && RunningStatistic(part.Key))),
            recorded.Before.GetValueOrDefault);
    }

    private static bool RunningStatistic(string name) => name.EndsWith(".running_mean", StringComparison.Ordinal) || name.EndsWith(".running_var", StringComparison.Ordinal);

    /// <summary>The first step begins with the weights of the seed, or of the named checkpoint; the last ends with the run's checkpoint.</summary>
    private void Ends(AuditStep step)
    {
        if (step.Iteration == 0)
        {
            string? start = step.InitialisedFrom is null ? null : Path.Combine(run.Checkpoints, Path.GetFileName(step.InitialisedFrom));
            if (start is not null && run.BeginsWithItsSeed)
            {
                Add("initial weights", $"the record says that the run began with «{step.InitialisedFrom}»; a training of its own begins with the weights of its seed");
            }
            else if (start is not null && !File.Exists(start))
            {
                Skip("initial weights", $"{start} is not there");
            }
            else
            {
                Add("initial weights", StateComparison.Difference(recorded.Before, Initial(step, start).GetValueOrDefault));
            }
        }

        if (run.CheckpointOf(step.Training) is { } checkpoint && (checkpoint.Iteration == step.Iteration + 1 || checkpoint.Iteration == step.Iteration))
        {
            bool after = checkpoint.Iteration == step.Iteration + 1;
            Add("checkpoint", StateComparison.Difference(after ? recorded.After : recorded.Before, checkpoint.Tensor));
        }
    }

    private static Dictionary<string, float[]> Initial(AuditStep step, string? start)
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = TrainedNetwork.Create(engine, step.Settings);
        using Optimiser optimiser = new(network);
        if (start is not null)
        {
            Checkpoint.LoadWeights(start, network);
        }

        Dictionary<string, float[]> initial = [];
        foreach ((string name, ITensor tensor) in Checkpoint.Weights(network).Concat(optimiser.Buffers))
        {
            float[] values = new float[tensor.Shape.Length];
            engine.Download(tensor, values);
            initial.Add(name, values);
        }

        return initial;
    }
}
