using System.Diagnostics;
using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Counts right answers of a deployed network on clean and on attacked images.</summary>
/// <remarks>
/// The deployed network normalises with running statistics and uses one mask for every image; that is what the attack
/// faces and what scores. Every attacked point is checked on the host to lie in its ball and box, and is scored by a
/// forward pass of its own. With restarts the point kept for an image fools the network where any run's did, so an image
/// counts as robust only if all runs' points are classified right. Clean figures do not depend on the batch size; random
/// starts are drawn batch by batch.
/// </remarks>
public static class Evaluator
{
    /// <summary>Evaluates the first images of a data set.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or the data do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EvaluationResult Evaluate(
        DeployedNetwork network,
        Dataset data,
        EvaluationSettings settings,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        settings.Validate(network.Model.Graph.OutputShape.Length);
        int images = Math.Min(settings.Images ?? data.Count, data.Count);
        if (images < 1)
        {
            throw new ArgumentException($"evaluation: data {data.Name} have no images", nameof(data));
        }

        using EvaluationRun run = new(network, data, Math.Min(settings.BatchSize, images), settings.Attack, settings.TrueCoefficients, settings.Seed);
        Stopwatch watch = Stopwatch.StartNew();
        for (int start = 0; start < images; start += settings.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            run.Evaluate(start, Math.Min(settings.BatchSize, images - start));
            int done = Math.Min(start + settings.BatchSize, images);
            double perSecond = done / Math.Max(watch.Elapsed.TotalSeconds, 1e-9);
            progress?.Report(new EvaluationProgress(done, images, perSecond, TimeSpan.FromSeconds((images - done) / perSecond)));
        }

        return run.Result();
    }

    /// <summary>Attacks single images and returns their pixels.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The data.</param>
    /// <param name="indices">Which images.</param>
    /// <param name="attack">The attack.</param>
    /// <param name="seed">The key of its random numbers.</param>
    /// <param name="targets">The wanted class of each image, for <see cref="AttackTargetClass.Given"/>.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or the data do not fit the network.</exception>
    public static IReadOnlyList<AttackedImage> Attack(
        DeployedNetwork network,
        Dataset data,
        IReadOnlyList<int> indices,
        AttackSettings attack,
        ulong seed = 0,
        IReadOnlyList<int>? targets = null)
    {
        if (indices.Count == 0)
        {
            return [];
        }

        if (targets is not null && targets.Count != indices.Count)
        {
            throw new ArgumentException($"attack: {targets.Count} wanted classes for {indices.Count} images", nameof(targets));
        }

        IEngine engine = network.Engine;
        HostBatch batch = new(data, network.Model.Graph, indices.Count, attack.ClipToBox);
        batch.Read([.. indices]);
        using ITensor clean = engine.Allocate(batch.Shape);
        using ITensor labels = engine.AllocateLabels(indices.Count);
        using ITensor predictions = engine.AllocateLabels(indices.Count);
        using ITensor? wanted = targets is null ? null : engine.AllocateLabels(indices.Count);
        engine.Upload(batch.Pixels, clean);
        engine.UploadLabels(batch.Labels, labels);
        if (wanted is not null)
        {
            engine.UploadLabels([.. targets!], wanted);
        }

        using ITape tape = network.Model.CreateTape(indices.Count);
        using Attacks.Attack run = new(engine, attack);
        ForwardOptions scoring = new(network.Mask) { StatisticsSet = network.StatisticsSet };
        NetworkTarget target = new(engine, tape, network.Model.Graph.OutputShape.Length, scoring with { BatchStatistics = attack.BatchStatistics });
        int[] before = Predict(clean);
        ITensor attacked = run.Run(target, clean, labels, new PhiloxKey(seed, PhiloxStreams.EvaluationAttack, 0), targets: wanted).Images;
        int[] after = Predict(attacked);
        float[] points = new float[batch.Pixels.Length];
        engine.Download(attacked, points);
        PointCheck.Require(batch.Pixels, points, batch.Count, attack.Epsilon, attack.Norm, attack.ClipToBox);
        int length = data.ImageShape.Length;
        AttackedImage[] results = new AttackedImage[indices.Count];
        for (int n = 0; n < results.Length; n++)
        {
            results[n] = new AttackedImage(indices[n], batch.Labels[n], before[n], after[n], batch.Pixels.Slice(n * length, length).ToArray(), points[(n * length)..((n + 1) * length)]);
        }

        return results;

        int[] Predict(ITensor images)
        {
            int[] classes = new int[indices.Count];
            engine.Predict(tape.Forward(images, scoring), predictions);
            engine.DownloadLabels(predictions, classes);
            return classes;
        }
    }
}
