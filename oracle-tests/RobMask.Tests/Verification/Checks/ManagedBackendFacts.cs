using RobMask.Verification.Checks;
using RobMask.Verification.Xunit;

namespace RobMask.Tests.Verification.Checks;

/// <summary>The reference under its own check, as a user's implementation would be.</summary>
public sealed class ManagedBackendFacts : MaskingBackendFacts
{
    protected override IMaskingBackend Backend { get; } = new ManagedBackend();
}
