using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Checks;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using RobMask.Verification.Orders;
using Xunit;

namespace RobMask.Tests.Verification.Orders;

/// <summary>The orders that docs/evaluation-order.md promises, found in the library by asking it alone.</summary>
public class OrderOfBackendTests
{
    [Theory]
    [InlineData("linear", 100)]
    [InlineData("linear", 577)]
    [InlineData("conv2d", 144)]
    public void Convolutions_and_linear_layers_are_chains_of_fused_products(string operation, int terms)
    {
        OrderFinding finding = Find(new OrderShape(operation) { Length = terms });

        Assert.Equal(terms, finding.Tree.Terms);
        Assert.Contains(finding.Names, name => name.StartsWith("sequential, first to last", StringComparison.Ordinal));
        Assert.Equal(new ReplayForm(ProductForm.FusedLater, IsWide: false, AlignedBits: 0, MeanForm.None), finding.Form);
    }

    [Theory]
    [InlineData("sum", MeanForm.None)]
    [InlineData("mean", MeanForm.Divided)]
    public void Sums_and_means_have_thirty_two_lanes_in_double(string operation, MeanForm mean)
    {
        OrderFinding finding = Find(new OrderShape(operation) { Length = 333 });

        Assert.Contains(finding.Names, name => name.Contains("LaneSum", StringComparison.Ordinal));
        Assert.Equal(new ReplayForm(ProductForm.Rounded, IsWide: true, AlignedBits: 0, mean), finding.Form);
        Assert.StartsWith("(((((0..320:32) + (16..304:32)) + ((8..328:32) + (24..312:32))) + ", OrderText.Of(finding.Tree), StringComparison.Ordinal);
    }

    [Fact]
    public void A_backend_without_the_operation_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new BackendAccumulation(new Without(), new OrderShape("sum")));

        Assert.Contains("has no operation sum; it has linear", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_of_another_shape_breaks_the_backend()
    {
        BackendAccumulation box = new(new Without(), new OrderShape("linear"));

        Assert.Contains("expected F32 [32, 16]", Assert.Throws<BackendException>(() => new OrderProbe(box).Reveal()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(3, 2)]
    public void Extents_out_of_range_are_refused(int kernel, int size) =>
        Assert.Throws<ArgumentException>(() => new OrderShape("conv2d") { Kernel = kernel, Size = size }.Check());

    private static OrderFinding Find(OrderShape shape) =>
        OrderFinding.Of(new BackendAccumulation(new ManagedBackend(), shape), shape.HasProducts, shape.Operation == OrderShape.Mean, seed: 12);

    private sealed class Without : IMaskingBackend
    {
        public string Name => "linear alone";

        public ArithmeticModel Precision => ArithmeticModel.Fp32;

        public IReadOnlyCollection<string> Operations => ["linear"];

        public IReadOnlyList<NamedTensor> Run(OperationRequest request) => [new NamedTensor("output", new DenseTensor<float>(new TensorShape(3)))];
    }
}
