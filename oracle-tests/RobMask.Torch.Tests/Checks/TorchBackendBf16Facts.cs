using RobMask.Torch.Checks;
using RobMask.Torch.Engine;
using RobMask.Verification.Checks;
using RobMask.Verification.Xunit;

namespace RobMask.Torch.Tests.Checks;

/// <summary>The torch engine with products in bfloat16, judged by that precision's bounds.</summary>
public sealed class TorchBackendBf16Facts : MaskingBackendFacts
{
    protected override IMaskingBackend Backend { get; } = new TorchBackend("cpu", TorchPrecision.Bf16);

    protected override int Cases => 20;
}
