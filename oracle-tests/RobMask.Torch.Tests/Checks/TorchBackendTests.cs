using RobMask.Torch.Checks;
using RobMask.Torch.Engine;
using RobMask.Verification.Bounds;
using RobMask.Verification.Checks;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Torch.Tests.Checks;

public sealed class TorchBackendTests
{
    [Fact]
    public void It_has_every_operation() => Assert.Equal(OperationCatalog.All.Select(operation => operation.Name).Order(), new TorchBackend().Operations.Order());

    [Theory]
    [InlineData("conv2d")]
    [InlineData("linear")]
    [InlineData("conv2d_backward")]
    [InlineData("linear_backward")]
    public void Bfloat16_that_is_declared_as_float_is_found(string operation)
    {
        CheckReport report = new BackendCheck(new Pretender(new TorchBackend("cpu", TorchPrecision.Bf16)), new CheckOptions { Operations = [operation], Seed = 5, Cases = 30, Laws = [] }).Run();
        Assert.False(report.Passed);
        Assert.True(report.Operations[0].Explained + report.Operations[0].Wrong > 10, report.Failures[0].What);
    }

    [Theory]
    [InlineData(TorchPrecision.Fp32, "fp32")]
    [InlineData(TorchPrecision.Tf32, "tf32")]
    [InlineData(TorchPrecision.Bf16, "bf16")]
    public void It_is_judged_by_what_it_computes_in(TorchPrecision precision, string model) => Assert.Equal(model, new TorchBackend("cpu", precision).Precision.Name);

    private sealed class Pretender(TorchBackend backend) : IMaskingBackend
    {
        public string Name => backend.Name;

        public ArithmeticModel Precision => ArithmeticModel.Fp32;

        public IReadOnlyCollection<string> Operations => backend.Operations;

        public IReadOnlyList<NamedTensor> Run(OperationRequest request) => [.. backend.Run(request).Select(output => output with { Stored = null })];
    }
}
