using System.Globalization;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Cli.Options;

/// <summary>Which network from which file, under which mask.</summary>
internal sealed record ModelChoice
{
    public string? Path { get; init; }

    public string Mask { get; init; } = "deployed";

    /// <summary>On how many training images the running statistics are measured anew; 0 for those of the file.</summary>
    public int ReestimationImages { get; init; }

    public bool DoublePrecision { get; init; }

    public ulong Seed { get; init; }

    public int BatchSize { get; init; } = 100;

    public static OptionSet<ModelChoice> Create(bool mask = true, bool statistics = true)
    {
        OptionSet<ModelChoice> options = new OptionSet<ModelChoice>("Model")
            .Add("--model -m", "FILE", "a checkpoint, or tensors under PyTorch's names (.safetensors)", Values.Text, (s, v) => s with { Path = v });
        if (mask)
        {
            options.Add("--mask", "MASK", "deployed, clean, adversarial, average, a primary mask's number, or coefficients such as 0.3,0.7 (default deployed)", Values.Text, (s, v) => s with { Mask = v });
        }

        if (statistics)
        {
            options.Add("--reestimation-images", "N", "measure the running statistics anew for the mask, on N clean training images (default 0: those of the file)", Values.Whole(0), (s, v) => s with { ReestimationImages = v });
        }

        return options;
    }

    public static OptionSet<ModelChoice> CreateNumbers() => new OptionSet<ModelChoice>("Numbers")
        .Add("--seed", "N", "the key of the attack's random numbers (default: that of the checkpoint's run, else 0)", Values.Seed, (s, v) => s with { Seed = v })
        .Add("--dtype", "NAME", "f32 or f64 (default f32)", Values.OneOf(("f32", false), ("f64", true)), (s, v) => s with { DoublePrecision = v })
        .Add("--batch-size", "N", "images of a step (default: that of the checkpoint's run, else 100)", Values.Whole(1), (s, v) => s with { BatchSize = v });

    /// <summary>Opens the file.</summary>
    /// <exception cref="ArgumentException">No file is named.</exception>
    public NetworkFile Open(IEngine engine, NetworkSettings network, DatasetPair data) =>
        NetworkFile.Load(engine, Path ?? throw new ArgumentException("--model FILE is needed: a checkpoint or a safetensors file"), RunPresets.Fit(network, data));

    /// <summary>The network under the mask that <see cref="Mask"/> names.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    public DeployedNetwork Deploy(NetworkFile file) => Deploy(file, Mask);

    /// <inheritdoc cref="Deploy(NetworkFile)"/>
    public static DeployedNetwork Deploy(NetworkFile file, string mask)
    {
        int count = file.Model.Graph.MaskCount;
        switch (mask)
        {
            case "deployed":
                return file.Deploy();
            case "clean" or "adversarial" when file.Trained is { Gate: null } trained && (count > 1 || file.Model.Graph.StatisticsSets > 1):
                return trained.Deploy(mask == "clean" ? Branch.Clean : Branch.Adversarial);
            case "clean" or "adversarial":
                throw new ArgumentException($"--mask {mask}: the network has no two branches; only split and advprop make them");
            case "average":
                return file.Deploy(MaskChoice.Uniform([.. Enumerable.Repeat(1f / count, count)]), "average of the primary masks");
        }

        string[] parts = mask.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length == 1 && int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return index < count
                ? file.Deploy(MaskChoice.Primary(index), $"primary mask {index}")
                : throw new ArgumentException($"--mask {index}: the network has k = {count} primary masks, 0 to {count - 1}");
        }

        float[] coefficients = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out coefficients[i]) || !float.IsFinite(coefficients[i]))
            {
                throw new ArgumentException($"--mask: «{mask}» is not deployed, clean, adversarial, average, a primary mask's number or a list of coefficients");
            }
        }

        return coefficients.Length == count
            ? file.Deploy(MaskChoice.Uniform(coefficients), $"mask ({mask})")
            : throw new ArgumentException($"--mask {mask}: {coefficients.Length} coefficients for k = {count} primary masks");
    }
}
