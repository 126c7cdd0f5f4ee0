using RobMask.Data;
using RobMask.Experiments.Runs;
using RobMask.Training.Auditing;
using RobMask.Verification.Audits.Replays;

namespace RobMask.Verification.Audits;

/// <summary>Does the recorded steps of a run again on the managed engine and judges each.</summary>
/// <remarks>
/// Certain is what has one right value: where the step stands, its batch, its rates, its random numbers, what it joins. Bounded is the
/// optimiser's part. Measured is the rest: the distance to the same step in double, in units of the distance of our own replays in
/// float, whose sums run in several orders. Nothing but the report is written, and that by whoever called.
/// </remarks>
public static class RunAudit
{
    /// <summary>Audits a run.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="train">The training images.</param>
    /// <param name="steps">The steps to audit, from 1; null for all that are recorded.</param>
    /// <param name="progress">Is told of every step.</param>
    /// <param name="cancellation">Ends it, within a second or so.</param>
    /// <exception cref="IOException">There are no records, or not of these steps.</exception>
    /// <exception cref="InvalidDataException">A record is damaged, of another version, or the images are not the run's.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static AuditReport Run(RunFolder folder, Dataset train, IReadOnlyCollection<long>? steps = null, IProgress<AuditedStep>? progress = null, CancellationToken cancellation = default)
    {
        AuditedRun run = new(folder);
        IReadOnlyList<(string Training, long Iteration, string Path)> all = Records(folder);
        (string Training, long Iteration, string Path)[] wanted = [.. all.Where(record => steps is null || steps.Contains(record.Iteration + 1))];
        if (steps?.FirstOrDefault(step => wanted.All(record => record.Iteration + 1 != step)) is long missing && missing != 0)
        {
            throw new FileNotFoundException($"run folder {folder.Path}: step {missing} is not recorded; recorded are {string.Join(", ", all.Select(record => record.Iteration + 1).Distinct().Take(20))}");
        }

        List<AuditedStep> audited = [];
        foreach ((string training, long iteration, string path) in wanted)
        {
            cancellation.ThrowIfCancellationRequested();
            RecordedStep recorded = RecordedStep.Read(path);
            if (recorded.Step.Iteration != iteration || recorded.Step.Training != training)
            {
                throw new InvalidDataException($"{path}: holds step {recorded.Step.Iteration + 1} of «{recorded.Step.Training}»; its name says another");
            }

            string? before = all.Where(record => record.Training == training && record.Iteration == iteration - 1).Select(record => record.Path).FirstOrDefault();
            audited.Add(Audit(recorded, run, train, before is null ? null : RecordedStep.Read(before), cancellation));
            progress?.Report(audited[^1]);
        }

        if (steps is not null)
        {
            return new AuditReport(folder.Path, audited, []);
        }

        RecordedTraining[] trainings = [.. all.GroupBy(record => record.Training).Select(RecordedTraining.Of)];
        return new AuditReport(folder.Path, audited, Missing(run, trainings)) { Remarks = Changed(trainings) };
    }

    /// <summary>The records of a run.</summary>
    /// <exception cref="IOException">There are none.</exception>
    public static void RequireRecords(RunFolder folder) => Records(folder);

    private static IReadOnlyList<(string Training, long Iteration, string Path)> Records(RunFolder folder) => AuditFiles.In(folder.Audit) is { Count: > 0 } records
        ? records
        : throw new FileNotFoundException($"run folder {folder.Path}: holds no recorded steps; «robmask train --audit-every N» records them");

    private static AuditedStep Audit(RecordedStep recorded, AuditedRun run, Dataset train, RecordedStep? previous, CancellationToken cancellation)
    {
        AuditStep step = recorded.Step;
        (IReadOnlyList<AuditCheck> certain, float[] pixels) = new CertainChecks(recorded, run, train).Run(previous);
        UpdateOutcome update = UpdateCheck.Run(recorded);
        AuditCheck bounded = new(
            "optimiser",
            AuditCheck.Bounded,
            update.Holds ? AuditVerdict.Kept : AuditVerdict.Wrong,
            update.Holds ? FormattableString.Invariant($"at most {update.Gauge:G3} of a bound") : $"{update.Outside} elements of {update.Violations.Count} tensors are outside their bounds; {update.Violations[0].First}");
        StepMeasurement measurement = new(recorded, pixels, cancellation);
        (IReadOnlyList<AuditCheck> measured, IReadOnlyList<AuditTensor> tensors) = new MeasuredChecks(measurement, recorded).Run();
        return new AuditedStep(
            step.Training,
            step.Iteration + 1,
            step.Epoch + 1,
            step.Batch + 1,
            step.Engine,
            step.Arithmetic,
            MeasuredChecks.Factor(step.Arithmetic),
            [.. certain, bounded, .. measured],
            tensors,
            [.. AuditCauses.OfUpdate(recorded, update), .. AuditCauses.OfMeasured(recorded, measurement, measured, tensors)]);
    }

    /// <summary>Records that a training must have left by the position of its checkpoint: the first step, every n-th, and the last where it is over.</summary>
    private static List<string> Missing(AuditedRun run, IReadOnlyList<RecordedTraining> trainings)
    {
        List<string> missing = [];
        foreach ((string name, HashSet<long> there, int[] every, long steps) in trainings)
        {
            long last = run.CheckpointOf(name)?.Iteration ?? there.Max();
            if (last > 1 && !there.Contains(last) && (every.Length > 1 || last % every[0] != 0) && last == steps)
            {
                missing.Add($"{name}, step {last}, the last");
            }

            // A run that went on with another interval has no one rule.
            if (every.Length == 1)
            {
                missing.AddRange(Enumerable.Range(1, (int)(last / every[0])).Select(number => (long)number * every[0]).Prepend(1).Where(step => step <= last && !there.Contains(step)).Select(step => $"{name}, step {step}"));
            }
        }

        return missing;
    }

    /// <summary>Trainings whose records are of several intervals.</summary>
    private static List<string> Changed(IReadOnlyList<RecordedTraining> trainings) =>
    [
        .. trainings.Where(training => training.Every.Length > 1)
            .Select(training => $"{training.Name} says that every {string.Join(" and every ", training.Every)} steps were recorded: whether one in between is missing was not checked"),
    ];

    /// <summary>What the records of a training say of it, each read once: which steps there are, the intervals, and the steps of the whole training.</summary>
    private sealed record RecordedTraining(string Name, HashSet<long> There, int[] Every, long Steps)
    {
        public static RecordedTraining Of(IGrouping<string, (string Training, long Iteration, string Path)> records)
        {
            AuditStep[] steps = [.. records.Select(record => Read(record.Path))];
            return new RecordedTraining(
                records.Key,
                [.. records.Select(record => record.Iteration + 1)],
                [.. steps.Select(step => step.Every).Distinct()],
                (long)steps[0].Settings.Epochs * steps[0].BatchesPerEpoch);
        }

        private static AuditStep Read(string path)
        {
            using AuditRecord record = new(path);
            return record.Step;
        }
    }
}
