using System.Numerics;
using RobMask.Engines.Managed;
using RobMask.Tensors;
using RobMask.Training;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Audits.Replays;

/// <summary>Does a recorded step again on the managed engine.</summary>
internal static class StepReplay
{
    /// <summary>The loss among the values of a replay.</summary>
    public const string Loss = "loss";

    /// <summary>The attacked images among the values of a replay.</summary>
    public const string Attacked = "attacked images";

    /// <summary>Runs the attack from the state before; then, on the attacked images of the record, the rest of the step.</summary>
    /// <param name="engine">Where.</param>
    /// <param name="recorded">The step.</param>
    /// <param name="pixels">The batch.</param>
    /// <param name="attacks">Whether the attack is run, too.</param>
    /// <returns>The loss, the attacked images (where asked for), and by their names the gradients and the running statistics after the step.</returns>
    public static IReadOnlyDictionary<string, double[]> Run<T>(ManagedEngine<T> engine, RecordedStep recorded, ReadOnlySpan<float> pixels, bool attacks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, double[]> values = [];
        using TrainedNetwork network = TrainedNetwork.Create(engine, recorded.Step.Settings);
        using TrainingStep step = new(network, recorded.Indices.Length);
        foreach ((string name, ITensor tensor) in Checkpoint.Weights(network).Concat(step.Optimiser.Buffers))
        {
            engine.Upload(recorded.Before[name], tensor);
        }

        TensorShape shape = network.Model.Graph.InputShape.Prepend(recorded.Indices.Length);
        using ITensor images = engine.Allocate(shape);
        using ITensor labels = engine.AllocateLabels(recorded.Labels.Length);
        engine.Upload(pixels, images);
        engine.UploadLabels(recorded.Labels, labels);
        if (recorded.Attacked is not null)
        {
            if (attacks && step.Perturb(images, labels, recorded.Step.Iteration) is { } attacked)
            {
                values.Add(Attacked, Values<T>(attacked));
            }

            ITensor given = engine.Allocate(shape);
            engine.Upload(recorded.Attacked, given);
            step.Given = given;
        }

        step.Run(images, labels, recorded.Step.Iteration, recorded.Step.LearningRate);
        EpochSums sums = step.Read()[0];
        values.Add(Loss, [sums.Loss / recorded.Labels.Length]);
        foreach ((string name, ITensor gradient) in step.Optimiser.Gradients)
        {
            values.Add(name, Values<T>(gradient));
        }

        if (recorded.Step.Settings.Trained.HasFlag(TrainedParts.Statistics))
        {
            foreach (Engines.ModelBuffer buffer in network.Model.Buffers)
            {
                values.Add(buffer.Info.Name, Values<T>(buffer.Value));
            }
        }

        return values;
    }

    private static double[] Values<T>(ITensor tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] values = new double[tensor.Shape.Length];
        ReadOnlySpan<T> source = ManagedEngine<T>.Values(tensor).Span;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = double.CreateTruncating(source[i]);
        }

        return values;
    }
}
