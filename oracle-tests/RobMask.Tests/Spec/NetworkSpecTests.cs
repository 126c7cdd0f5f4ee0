using System.Numerics;
using EvaluationOrder;
using RobMask.Tensors;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>A second implementation passes by comparing files alone: the document's operations, joined to a network, give the frozen bits of the corpus.</summary>
public sealed class NetworkSpecTests
{
    [Fact]
    public void A_training_step_of_a_network_has_the_frozen_bits_in_float() => Step<float>("f32.");

    [Fact]
    public void A_training_step_of_a_network_has_the_frozen_bits_in_double() => Step<double>("f64.");

    private static void Step<T>(string precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, ITensor> file = TensorFile.ReadAll(Path.Combine(AppContext.BaseDirectory, "golden", "cases", "network_step.cnn-training.safetensors")).ToDictionary(t => t.Name, t => t.Tensor);
        int[] labels = [.. ((DenseTensor<long>)file["in.target"]).Span.ToArray().Select(label => (int)label)];
        Dictionary<string, (int[] Shape, T[] Values)> given = file
            .Where(t => t.Key.StartsWith("in.", StringComparison.Ordinal) && t.Value is DenseTensor<float>)
            .ToDictionary(t => t.Key["in.".Length..], t => (t.Value.Shape.Extents.ToArray(), Widened<T>((DenseTensor<float>)t.Value)));

        // The case's settings: two blocks, images standardised by these numbers.
        Dictionary<string, T[]> outputs = SmallNetwork.Step(given, labels, [0.4f, 0.5f], [0.25f, 0.2f], blocks: 2);
        Trial<T> trial = new("network_step", new Draw(0));
        string[] frozen = [.. file.Keys.Where(name => name.StartsWith(precision, StringComparison.Ordinal)).Select(name => name[precision.Length..])];
        Assert.Equal(frozen.Order(StringComparer.Ordinal), outputs.Keys.Order(StringComparer.Ordinal));
        Assert.All(frozen, name => trial.Same(name, outputs[name], ((DenseTensor<T>)file[precision + name]).Span));
    }

    private static T[] Widened<T>(DenseTensor<float> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. tensor.Span.ToArray().Select(T.CreateTruncating)];
}
