using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>The same network, start, images, labels and random numbers of the first step for both contestants.</summary>
internal sealed class StartingPoint
{
    public StartingPoint(StepCase step)
    {
        Case = step;
        TrainingSettings settings = step.Settings;
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = TrainedNetwork.Create(engine, settings);
        Graph = network.Model.Graph;
        Parameters = Download(engine, network.Model);
        GateGraph = network.Gate?.Model.Graph;
        GateParameters = network.Gate is { } gate ? Download(engine, gate.Model) : [];

        int pixels = step.Batch * Graph.InputShape.Length;
        Images = Uniform(new PhiloxKey(settings.Seed, PhiloxStreams.Data, 0), pixels, 0, 1);
        Labels = [.. Enumerable.Range(0, step.Batch).Select(n => n % Graph.OutputShape.Length)];

        // What the training methods draw in their iteration 0.
        AttackNoise = step.Method == TrainingMethod.Standard ? [] : Uniform(new PhiloxKey(settings.Seed, PhiloxStreams.TrainingAttack, 0), pixels, 0, 1);
        Epsilon = step.Method == TrainingMethod.RobMask ? Uniform(new PhiloxKey(settings.Seed, PhiloxStreams.Epsilon, 0), step.Batch, settings.Attack.Epsilon, 0) : [];
    }

    public StepCase Case { get; }

    public NetworkGraph Graph { get; }

    public IReadOnlyDictionary<string, float[]> Parameters { get; }

    /// <summary>The gate of RobMask, or null.</summary>
    public NetworkGraph? GateGraph { get; }

    public IReadOnlyDictionary<string, float[]> GateParameters { get; }

    /// <summary>[N, C, H, W].</summary>
    public float[] Images { get; }

    public int[] Labels { get; }

    /// <summary>Uniform in [0, 1): where the first attack begins.</summary>
    public float[] AttackNoise { get; }

    /// <summary>The radius of each image in RobMask's first step.</summary>
    public float[] Epsilon { get; }

    private static Dictionary<string, float[]> Download(ManagedEngine<float> engine, IModel model)
    {
        Dictionary<string, float[]> values = [];
        foreach (ModelParameter parameter in model.Parameters)
        {
            float[] value = new float[parameter.Info.Shape.Length];
            engine.Download(parameter.Value, value);
            values.Add(parameter.Info.Name, value);
        }

        return values;
    }

    private static float[] Uniform(PhiloxKey key, int count, float low, float high)
    {
        float[] values = new float[count];
        new PhiloxStream(key).FillUniform(values.AsSpan(), low, high);
        return values;
    }
}
