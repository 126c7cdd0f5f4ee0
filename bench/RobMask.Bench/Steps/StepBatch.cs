using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Ops;

namespace RobMask.Bench.Steps;

/// <summary>The same network, start, images and labels for both contestants.</summary>
internal sealed class StepBatch
{
    public StepBatch(int batch)
    {
        Images = new float[batch * Graph.InputShape.Length];
        Labels = new int[batch];
        new PhiloxStream(new PhiloxKey(1, PhiloxStreams.Data, 0)).FillUniform(Images.AsSpan(), 0f, 1f);
        for (int n = 0; n < batch; n++)
        {
            Labels[n] = n % 10;
        }

        for (int i = 0; i < Graph.Parameters.Count; i++)
        {
            ParameterInfo info = Graph.Parameters[i];
            float[] values = new float[info.Shape.Length];
            if (info.Role == ParameterRole.Weight)
            {
                new PhiloxStream(new PhiloxKey(1, PhiloxStreams.Weights, (uint)i)).FillNormal(values.AsSpan(), MathF.Sqrt(2f / info.FanIn));
            }
            else if (info.Role == ParameterRole.Gamma)
            {
                values.AsSpan().Fill(1);
            }

            Start.Add(info.Name, values);
        }
    }

    public static NetworkGraph Graph { get; } = NetworkCatalog.Create(new NetworkSettings { Name = "preact_resnet18", Channels = 3, Height = 32, Width = 32, Classes = 10 });

    public static SgdOptions Rates { get; } = new(0.01f, Momentum: 0.9f, WeightDecay: 5e-4f);

    public float[] Images { get; }

    public int[] Labels { get; }

    public Dictionary<string, float[]> Start { get; } = [];
}
