using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks;

/// <summary>An implementation of operations of the catalogue that is to be checked, whatever it runs on.</summary>
/// <remarks>Operations, their tensors and attributes are those of <see cref="OperationCatalog"/>; <c>robmask op --list</c> shows them.</remarks>
public interface IMaskingBackend
{
    /// <summary>What it is called in reports, for example «pytorch 2.4.0, cuda:0».</summary>
    string Name { get; }

    /// <summary>The precision that it declares: what its results are judged by.</summary>
    ArithmeticModel Precision { get; }

    /// <summary>The names of the operations that it has; others are never asked of it.</summary>
    IReadOnlyCollection<string> Operations { get; }

    /// <summary>Computes an operation on F32 inputs.</summary>
    /// <returns>The outputs that the catalogue describes, in any order.</returns>
    /// <exception cref="NotSupportedException">It cannot compute this request, though it has the operation; the case is not counted.</exception>
    IReadOnlyList<NamedTensor> Run(OperationRequest request);
}
