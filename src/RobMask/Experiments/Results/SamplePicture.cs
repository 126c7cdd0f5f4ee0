namespace RobMask.Experiments.Results;

/// <summary>One test image and what an attack made of it. The pictures are PNG files in the run folder.</summary>
/// <param name="Network">The network that was attacked.</param>
/// <param name="Attack">The name of the attack.</param>
/// <param name="Index">The image's place in the test set.</param>
/// <param name="TrueClass">The label.</param>
/// <param name="CleanClass">What the network says of the original.</param>
/// <param name="AttackedClass">What it says of the perturbed image.</param>
/// <param name="NormLinf">‖δ‖∞.</param>
/// <param name="NormL2">‖δ‖₂.</param>
/// <param name="Original">File name of the original.</param>
/// <param name="Perturbed">File name of the perturbed image.</param>
/// <param name="Perturbation">File name of δ, amplified so that ±ε fills the range about mid-grey.</param>
public sealed record SamplePicture(
    string Network,
    string Attack,
    int Index,
    string TrueClass,
    string CleanClass,
    string AttackedClass,
    double NormLinf,
    double NormL2,
    string Original,
    string Perturbed,
    string Perturbation);
