namespace RobMask.Attacks;

/// <summary>Signs that an attack could not do its work, so that its accuracy flatters the network.</summary>
/// <remarks>
/// A gradient of exact zeros gives an attack no direction. It comes from a saturated softmax (a cross-entropy of exactly 0
/// in the arithmetic used), from rectifiers that are all closed, or from a network that masks its gradient.
/// </remarks>
/// <param name="Images">Images attacked.</param>
/// <param name="ZeroGradientImages">Images whose gradient was 0 everywhere at the first step of the first run.</param>
/// <param name="ZeroGradientSteps">Steps of all images and runs whose gradient was 0 everywhere.</param>
/// <param name="Steps">Steps of all images and runs.</param>
/// <param name="SaturatedImages">Images with a cross-entropy of exactly 0 at the first step of the first run.</param>
/// <param name="NonFiniteImages">Images for which a gradient was NaN or infinite at some first step.</param>
public sealed record AttackDiagnostics(int Images, int ZeroGradientImages, long ZeroGradientSteps, long Steps, int SaturatedImages, int NonFiniteImages)
{
    /// <summary>Nothing attacked.</summary>
    public static AttackDiagnostics None { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>The counts of two sets of images together.</summary>
    public AttackDiagnostics Add(AttackDiagnostics other) => new(
        Images + other.Images,
        ZeroGradientImages + other.ZeroGradientImages,
        ZeroGradientSteps + other.ZeroGradientSteps,
        Steps + other.Steps,
        SaturatedImages + other.SaturatedImages,
        NonFiniteImages + other.NonFiniteImages);

    /// <summary>What a reader of the result must know, one sentence each; empty where nothing is wrong.</summary>
    public IReadOnlyList<string> Warnings()
    {
        List<string> warnings = [];
        if (ZeroGradientImages > 0)
        {
            warnings.Add($"{ZeroGradientImages} of {Images} images have a gradient of exactly 0 at the start of the attack: it has no direction there, and robust accuracy may be too high. Try the margin or DLR loss.");
        }

        if (SaturatedImages > 0)
        {
            warnings.Add($"{SaturatedImages} of {Images} images have a saturated softmax (cross-entropy exactly 0). Use the margin or DLR loss.");
        }

        if (NonFiniteImages > 0)
        {
            warnings.Add($"{NonFiniteImages} of {Images} images have a gradient that is NaN or infinite.");
        }

        return warnings;
    }
}
