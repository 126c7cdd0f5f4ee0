using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Tests.Attacks;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Training;

public sealed class ScheduleTests
{
    /// <summary>The cosine by the C runtime: both are within a few ulp of double.</summary>
    [Fact]
    public void The_cosine_schedule_is_half_a_cosine()
    {
        ScheduleSettings schedule = new() { Kind = ScheduleKind.Cosine, LearningRate = 0.3 };
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(0.15 * (1 + Math.Cos(Math.PI * i / 1000)), LearningRate.At(schedule, 10, 100, i), 1e-15);
        }
    }

    [Fact]
    public void The_step_schedule_multiplies_at_its_milestones()
    {
        ScheduleSettings schedule = new() { Kind = ScheduleKind.Step, LearningRate = 1, StepFactor = 0.5, Milestones = [2, 3] };
        Assert.Equal([1, 1, 0.5, 0.25, 0.25], Enumerable.Range(0, 5).Select(epoch => LearningRate.At(schedule, 5, 10, (epoch * 10) + 9)));
        ScheduleSettings standard = schedule with { Milestones = null };
        Assert.Equal([1, 1, 0.5, 0.25], Enumerable.Range(0, 4).Select(epoch => LearningRate.At(standard, 4, 10, epoch * 10)));
    }

    [Fact]
    public void The_cyclic_schedule_is_numpy_interp_and_warm_up_is_a_straight_line()
    {
        ScheduleSettings cyclic = new() { Kind = ScheduleKind.Cyclic, LearningRate = 0.2, PeakFraction = 0.4 };
        Assert.Equal(0, LearningRate.At(cyclic, 10, 10, 0));
        Assert.Equal(0.1, LearningRate.At(cyclic, 10, 10, 20), 1e-15);
        Assert.Equal(0.2, LearningRate.At(cyclic, 10, 10, 40), 1e-15);
        Assert.Equal(0.1, LearningRate.At(cyclic, 10, 10, 70), 1e-15);
        ScheduleSettings warm = new() { Kind = ScheduleKind.Constant, LearningRate = 1, WarmUpEpochs = 0.5 };
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1, 1], Enumerable.Range(0, 6).Select(i => LearningRate.At(warm, 3, 10, i)));
    }

    /// <summary>Mean 0 and variance bound²/3 of a uniform draw, within five standard errors of 1152 numbers.</summary>
    [Fact]
    public void Initial_weights_are_pytorch_s_and_the_same_in_float_and_double()
    {
        using ManagedEngine<float> single = new();
        using ManagedEngine<double> wide = new();
        NetworkGraph graph = NetworkCatalog.Create(new NetworkSettings { Name = "cnn", Channels = 4, Height = 8, Width = 8, Classes = 3, Depth = 2, WidthFactor = 32, MaskCount = 2 });
        using IModel model = single.CreateModel(graph);
        using IModel twin = wide.CreateModel(graph);
        InitialWeights.Draw(single, model, 3, 0.1f);
        InitialWeights.Draw(wide, twin, 3, 0.1f);
        foreach ((ModelParameter left, ModelParameter right) in model.Parameters.Zip(twin.Parameters))
        {
            float[] values = Models.Read(single, left.Value);
            float[] wideValues = Models.Read(wide, right.Value);
            double bound = 1 / Math.Sqrt(left.Info.FanIn);

            // low + (high − low)·u rounds twice in float: at most an ulp of the bound apart.
            Assert.All(values.Zip(wideValues), pair => Assert.Equal(pair.First, pair.Second, 1.2e-7f));
            if (left.Info.Role is ParameterRole.Weight or ParameterRole.Bias)
            {
                Assert.All(values, value => Assert.InRange(value, -bound, bound));
                double error = bound / Math.Sqrt(3.0 * values.Length);
                Assert.InRange(values.Average(), -5 * error, 5 * error);
            }
            else if (left.Info.Role == ParameterRole.Gamma)
            {
                Assert.All(values, value => Assert.InRange(value, 0.9f, 1.1f));
                Assert.NotEqual(values[..(values.Length / 2)], values[(values.Length / 2)..]);
            }
            else
            {
                Assert.All(values, value => Assert.Equal(0, value));
            }
        }

        float[] weight = Models.Read(single, model.Parameters[0].Value);
        double variance = weight.Average(value => (double)value * value);
        Assert.InRange(variance * 3 * model.Parameters[0].Info.FanIn, 0.85, 1.15);
    }
}
