using RobMask.Engines;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Tests.Attacks;

/// <summary>Small networks with known parameters, and host access to tensors.</summary>
internal static class Models
{
    /// <summary>logits = W x + b on [D, 1, 1].</summary>
    public static IModel Linear(IEngine engine, float[][] weight, float[]? bias = null)
    {
        int classes = weight.Length;
        NetworkGraph graph = NetworkCatalog.Create(new NetworkSettings { Name = "linear", Channels = weight[0].Length, Height = 1, Width = 1, Classes = classes });
        IModel model = engine.CreateModel(graph);
        engine.Upload([.. weight.SelectMany(row => row)], model.Parameters[0].Value);
        engine.Upload(bias ?? new float[classes], model.Parameters[1].Value);
        return model;
    }

    /// <summary>A drawn small convolutional network with running statistics that are not those of a fresh one.</summary>
    public static IModel Cnn(IEngine engine, int masks = 1, int statistics = 1, ulong seed = 7, int classes = 4)
    {
        IModel model = engine.CreateModel(NetworkCatalog.Create(new NetworkSettings
        {
            Name = "cnn",
            Channels = 2,
            Height = 8,
            Width = 8,
            Classes = classes,
            Depth = 2,
            WidthFactor = 4,
            MaskCount = masks,
            StatisticsSets = statistics,
        }));
        InitialWeights.Draw(engine, model, seed, maskNoise: 0.3f);
        for (uint i = 0; i < model.Buffers.Count; i++)
        {
            ModelBuffer buffer = model.Buffers[(int)i];
            bool mean = buffer.Info.Role == ParameterRole.RunningMean;
            engine.FillUniform(buffer.Value, new RobMask.Numerics.PhiloxKey(seed, 77, i), mean ? -0.2f : 0.05f, mean ? 0.2f : 0.3f);
        }

        foreach (ModelParameter beta in model.Parameters.Where(p => p.Info.Role == ParameterRole.Beta))
        {
            engine.FillUniform(beta.Value, new RobMask.Numerics.PhiloxKey(seed, 78, 0), -0.3f, 0.3f);
        }

        return model;
    }

    public static ITensor Tensor(IEngine engine, float[] values, params ReadOnlySpan<int> extents)
    {
        ITensor tensor = engine.Allocate(new TensorShape(extents));
        engine.Upload(values, tensor);
        return tensor;
    }

    public static ITensor Labels(IEngine engine, params int[] labels)
    {
        ITensor tensor = engine.AllocateLabels(labels.Length);
        engine.UploadLabels(labels, tensor);
        return tensor;
    }

    public static float[] Read(IEngine engine, ITensor tensor)
    {
        float[] values = new float[tensor.Shape.Length];
        engine.Download(tensor, values);
        return values;
    }

    public static float[] Uniform(Random random, int length, float low = 0, float high = 1) =>
        [.. Enumerable.Range(0, length).Select(_ => low + ((high - low) * random.NextSingle()))];

    /// <summary>Every bit of parameters, gradients and running statistics.</summary>
    public static int[] Bits(IEngine engine, IModel model) =>
        [.. model.Parameters.SelectMany(p => Read(engine, p.Value).Concat(Read(engine, p.Gradient)))
            .Concat(model.Buffers.SelectMany(b => Read(engine, b.Value)))
            .Select(BitConverter.SingleToInt32Bits)];
}
