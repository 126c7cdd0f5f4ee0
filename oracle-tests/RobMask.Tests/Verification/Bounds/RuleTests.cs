using RobMask.Tensors;
using RobMask.Tests.Spec;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Every operation has a rule and a theorem, and docs/bounds.md has the theorem; what is exact has bound 0.</summary>
public sealed class RuleTests
{
    [Fact]
    public void Every_operation_of_the_catalogue_has_a_rule_and_its_theorems_are_written_down()
    {
        string document = File.ReadAllText(Path.Combine(SharedRoot(), "docs", "bounds.md"));
        foreach (Operation operation in OperationCatalog.All)
        {
            Assert.True(OperationBounds.HasRule(operation.Name), $"{operation.Name} has no bounds");
            for (int i = 0; i < 5; i++)
            {
                foreach (BoundedOutput output in OperationBounds.Compute(BoundCase.Random(operation.Name, new Draw(i), Manner.Ordinary).Request, ArithmeticModel.Fp32))
                {
                    Assert.NotNull(output.Theorem);
                    foreach (string mark in output.Theorem.Split(',')[0].Split(['–', ' '], StringSplitOptions.RemoveEmptyEntries).Where(mark => mark != "and"))
                    {
                        Assert.Contains($"**{mark}", document, StringComparison.Ordinal);
                    }
                }
            }

            Assert.Contains($"`{operation.Name.Replace("_backward", string.Empty, StringComparison.Ordinal)}`", document, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("conv2d")]
    [InlineData("conv2d_backward")]
    [InlineData("linear")]
    [InlineData("linear_backward")]
    [InlineData("add")]
    [InlineData("relu")]
    [InlineData("relu_backward")]
    [InlineData("feature_mask")]
    [InlineData("max_pool2d")]
    [InlineData("rescale")]
    [InlineData("rescale_backward")]
    [InlineData("sum")]
    [InlineData("philox")]
    public void Integer_data_is_exact_in_every_order_and_model(string operation)
    {
        for (int i = 0; i < 50; i++)
        {
            BoundCase one = BoundCase.Random(operation, new Draw(i), Manner.Integers);
            foreach (ArithmeticModel model in ArithmeticModel.All)
            {
                Assert.All(OperationBounds.Compute(one.Request, model), output => Assert.True(output.Tensor.Bound is null || output.Tensor.Bound.Span.IndexOfAnyExcept(0) < 0, $"{one}: {output.Name} has a bound in {model}"));
            }
        }
    }

    [Fact]
    public void A_less_precise_model_has_no_smaller_bounds()
    {
        for (int i = 0; i < 100; i++)
        {
            BoundCase one = BoundCase.Random("conv2d", new Draw(i), Manner.Ordinary);
            DenseTensor<double>[] bounds = [.. ArithmeticModel.All.Select(model => OperationBounds.Compute(one.Request, model)[0].Tensor.Bound!)];
            for (int j = 0; j < bounds[0].Length; j++)
            {
                Assert.True(bounds[0].Span[j] <= bounds[1].Span[j] && bounds[1].Span[j] <= bounds[3].Span[j]);
            }
        }
    }

    private static string SharedRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reference.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }
}
