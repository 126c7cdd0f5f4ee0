using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks;

/// <summary>The reference itself as a backend: profile fma1 in float.</summary>
public sealed class ManagedBackend : IMaskingBackend
{
    /// <inheritdoc/>
    public string Name => "robmask, profile fma1";

    /// <inheritdoc/>
    public ArithmeticModel Precision => ArithmeticModel.Fp32;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Operations { get; } = [.. OperationCatalog.All.Select(operation => operation.Name)];

    /// <inheritdoc/>
    public IReadOnlyList<NamedTensor> Run(OperationRequest request) => OperationCatalog.Run(request);
}
