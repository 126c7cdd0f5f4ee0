using RobMask.Verification.Golden.Cases;

namespace RobMask.Verification.Golden;

/// <summary>Every case of the corpus. A name, once published, keeps its meaning; new cases get new names.</summary>
internal static class GoldenCases
{
    public static IReadOnlyList<GoldenCase> All =>
    [
        .. ConvolutionCases.All(),
        .. LinearCases.All(),
        .. NormalizationCases.All(),
        .. ActivationCases.All(),
        .. SumCases.All(),
        .. PoolingCases.All(),
        .. LossCases.All(),
        .. StepCases.All(),
        .. PhiloxCases.All(),
        .. NetworkCases.All(),
    ];
}
