using RobMask.Verification.Checks;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Checks.Faults;

/// <summary>Something that goes wrong in implementations, planted into the reference's own answers.</summary>
/// <param name="Name">What it is, as the table in docs/verification-faults.md calls it.</param>
/// <param name="Operation">The operation that is done wrongly.</param>
/// <param name="Run">The wrong answer to a request.</param>
internal sealed record Fault(string Name, string Operation, Func<OperationRequest, IReadOnlyList<NamedTensor>> Run)
{
    /// <summary>The model that explains it; null where it is wrong in every precision.</summary>
    public string? Explanation { get; init; }
}

/// <summary>The reference with one fault.</summary>
internal sealed class FaultyBackend(Fault fault) : IMaskingBackend
{
    private readonly ManagedBackend _right = new();

    public string Name => fault.Name;

    public RobMask.Verification.Bounds.ArithmeticModel Precision => _right.Precision;

    public IReadOnlyCollection<string> Operations => _right.Operations;

    public IReadOnlyList<NamedTensor> Run(OperationRequest request) => request.Name == fault.Operation ? fault.Run(request) : _right.Run(request);
}
