using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Torch.Engine;
using RobMask.Training;
using Xunit;

namespace RobMask.Torch.Tests.Engine;

/// <summary>Both engines side by side.</summary>
public sealed class LockstepTests
{
    public static TheoryData<TrainingMethod> Methods => [.. Enum.GetValues<TrainingMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void After_a_step_everything_is_compared_and_nothing_is_far_apart(TrainingMethod method)
    {
        using ManagedEngine<double> managed = new();
        using TorchEngine torch = new(doublePrecision: true);
        using Lockstep lockstep = new(managed, torch, Settings(method), Images(), steps: 2);

        LockstepStep step = lockstep.Step();

        Assert.Equal(method != TrainingMethod.Standard, step.Tensors[0].Name == "perturbation");
        Assert.Contains(step.Tensors, tensor => tensor.Name.EndsWith("running_mean", StringComparison.Ordinal));
        Assert.Contains(step.Tensors, tensor => tensor.Name.Contains("momentum", StringComparison.Ordinal));

        // In double what is left is the rounding of what is read back; in float a sign of a gradient near 0 may turn and a pixel with it.
        Assert.All(step.Tensors, tensor => Assert.True(tensor.Relative < 4e-7f, $"{tensor.Name}: {tensor.Relative:R} of {tensor.Magnitude:R}"));
    }

    [Fact]
    public void The_same_engine_twice_has_the_same_bits()
    {
        using ManagedEngine<float> left = new();
        using ManagedEngine<float> right = new();
        using Lockstep lockstep = new(left, right, Settings(TrainingMethod.RobMask), Images(), steps: 3);

        for (int s = 0; s < 3; s++)
        {
            LockstepStep step = lockstep.Step();
            Assert.Null(step.First);
            Assert.Null(step.Largest);
        }
    }

    [Fact]
    public void A_difference_is_counted_placed_and_measured()
    {
        TensorDifference difference = TensorDifference.Between("x", [1, 2, float.NaN, -4], [1, 2.5f, float.NaN, -4]);

        Assert.Equal(new TensorDifference("x", 4, 1, 1, 0.5f, difference.Magnitude), difference);
        Assert.Equal(float.PositiveInfinity, TensorDifference.Between("x", [1], [float.NaN]).Largest);
    }

    private static Dataset Images() => ShapesGenerator.Create(new ShapesOptions { TrainCount = 48, TestCount = 1, Size = 16, Classes = 3 }).Train;

    private static TrainingSettings Settings(TrainingMethod method) => new()
    {
        Network = new NetworkSettings { Name = "cnn", Channels = 3, Height = 16, Width = 16, Classes = 3, Depth = 2, WidthFactor = 6 },
        Method = method,
        BatchSize = 16,
        Seed = 3,
        Attack = new AttackSettings { Steps = 3, Epsilon = 8f / 255f },
    };
}
