using RobMask.Attacks;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>Attacks images of a data set and writes them as safetensors, for other programs.</summary>
/// <remarks>
/// Tensors: <c>images</c> and <c>adversarial</c> [N, C, H, W] in float; <c>labels</c>, <c>clean_predictions</c>,
/// <c>adversarial_predictions</c> and <c>indices</c> [N] in int32. Metadata: the network, the data and the attack.
/// </remarks>
public static class AdversarialFile
{
    private const int Chunk = 100;

    /// <summary>Attacks and writes.</summary>
    /// <returns>What was attacked, image by image.</returns>
    public static IReadOnlyList<AttackedImage> Write(string path, DeployedNetwork network, Dataset data, int count, AttackSettings attack, ulong seed, IProgress<int>? progress, CancellationToken cancellation)
    {
        List<AttackedImage> images = [];
        foreach (int[] indices in Enumerable.Range(0, Math.Min(count, data.Count)).Chunk(Chunk))
        {
            cancellation.ThrowIfCancellationRequested();
            images.AddRange(Evaluator.Attack(network, data, indices, attack, seed));
            progress?.Report(images.Count);
        }

        TensorShape shape = data.ImageShape.Prepend(images.Count);
        TensorShape line = new(images.Count);
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "robmask-adversarial");
        writer.AddMetadata("network", network.Description);
        writer.AddMetadata("data", data.Name);
        writer.AddMetadata("attack", SettingsJson.Write(attack));
        writer.Add<float>("images", shape, images.SelectMany(image => image.Clean).ToArray());
        writer.Add<float>("adversarial", shape, images.SelectMany(image => image.Attacked).ToArray());
        writer.Add<int>("labels", line, images.Select(image => image.Label).ToArray());
        writer.Add<int>("clean_predictions", line, images.Select(image => image.CleanPrediction).ToArray());
        writer.Add<int>("adversarial_predictions", line, images.Select(image => image.AttackedPrediction).ToArray());
        writer.Add<int>("indices", line, images.Select(image => image.Index).ToArray());
        writer.Save(path);
        return images;
    }
}
