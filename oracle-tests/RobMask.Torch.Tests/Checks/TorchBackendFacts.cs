using RobMask.Torch.Checks;
using RobMask.Verification.Checks;
using RobMask.Verification.Xunit;

namespace RobMask.Torch.Tests.Checks;

/// <summary>libtorch under the check, as a user's implementation would be.</summary>
public sealed class TorchBackendFacts : MaskingBackendFacts
{
    protected override IMaskingBackend Backend { get; } = new TorchBackend();
}
