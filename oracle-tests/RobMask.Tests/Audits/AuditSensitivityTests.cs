using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Training;
using RobMask.Verification.Audits;
using RobMask.Verification.Audits.Replays;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Tests.Audits;

/// <summary>The smallest faults that are caught: the table of docs/audit.md.</summary>
public sealed class AuditSensitivityTests(ITestOutputHelper output)
{
    private static readonly float[] Sizes = [1e-1f, 1e-2f, 1e-3f, 1e-4f, 3e-5f, 1e-5f, 3e-6f, 1e-6f, 3e-7f, 1e-7f];

    [Fact]
    [Trait("Category", "Slow")]
    public void Faults_are_caught_down_to_the_sizes_that_the_documentation_names()
    {
        RunSettings settings = AuditedRuns.Settings(TrainingMethod.RobMask);
        Assert.True(Smallest("learning rate", size => Run(settings, new FaultyEngine { Rates = rates => rates with { LearningRate = rates.LearningRate * (1 + size) } })) <= 1e-5f);
        Assert.True(Smallest("weight decay", size => Run(settings, new FaultyEngine { Rates = rates => rates with { WeightDecay = rates.WeightDecay * (1 + size) } })) <= 1e-1f);
        Assert.True(Smallest("momentum", size => Run(settings, new FaultyEngine { Rates = rates => rates with { Momentum = rates.Momentum * (1 + size) } })) <= 1e-5f);
        Assert.True(Smallest("all gradients", size => Run(settings, new FaultyEngine { GradientFactor = 1 + size })) <= 1e-4f);
        Assert.True(Smallest("one weight", size => Tampered(settings, "after.conv2.weight", size)) <= 1e-5f);
        Assert.True(Smallest("one running variance", size => Tampered(settings, "after.bn2.running_var", size)) <= 1e-4f);
        Assert.True(Smallest("one number of a gradient and its update", size => WithUpdate(settings, size)) <= 1e-2f);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(TrainingMethod.Standard)]
    [InlineData(TrainingMethod.RobMask)]
    public void Tf32_declared_as_fp32_is_explained_on_a_deep_network_too(TrainingMethod method)
    {
        RunSettings small = AuditedRuns.Settings(method);
        RunSettings settings = small with { Training = small.Training with { Epochs = 1, Network = small.Training.Network with { Name = "preact_resnet18", Depth = null, WidthFactor = null } } };
        foreach (OperandFormat format in (OperandFormat[])[OperandFormat.Float, OperandFormat.Tf32])
        {
            using TemporaryFolder temporary = new();
            using FaultyEngine engine = new(format);
            using RunFolder folder = AuditedRuns.Run(engine, settings, temporary["run"], every: 100);

            foreach (AuditedStep step in AuditedRuns.Audit(folder).Steps)
            {
                AuditTensor gradient = step.Tensors.Where(tensor => tensor.Name.EndsWith("weight", StringComparison.Ordinal)).MaxBy(tensor => tensor.Ratio)!;
                output.WriteLine(FormattableString.Invariant($"{format}: {AuditText.Line(step)}; of the weights {gradient.Name}, {gradient.Ratio:G3}, relative {gradient.Relative:G2}"));
                Assert.Equal(format == OperandFormat.Float ? "within rounding noise" : "explained by tf32", AuditText.Name(step));
            }
        }
    }

    /// <summary>The smallest relative size of a fault down to which all are caught.</summary>
    private float Smallest(string fault, Func<float, AuditReport> run)
    {
        float caught = float.PositiveInfinity;
        foreach (float size in Sizes)
        {
            AuditReport report = run(size);
            if (report.IsKept)
            {
                break;
            }

            caught = size;
        }

        output.WriteLine(FormattableString.Invariant($"{fault}: {caught:G2}"));
        return caught;
    }

    private static AuditReport Run(RunSettings settings, FaultyEngine engine)
    {
        using TemporaryFolder temporary = new();
        using (engine)
        {
            using RunFolder folder = AuditedRuns.Run(engine, settings, temporary["run"]);
            return AuditedRuns.Audit(folder, 6);
        }
    }

    private static AuditReport Tampered(RunSettings settings, string tensor, float size) => Tampered(settings, (name, values) =>
    {
        if (name == tensor)
        {
            values[0] *= 1 + size;
        }
    });

    /// <summary>One number of a gradient in the record, and the buffer and the weight as the optimiser would have made them of it.</summary>
    private static AuditReport WithUpdate(RunSettings settings, float size)
    {
        float change = 0;
        float rate = 0;
        return Tampered(settings, (name, values) =>
        {
            switch (name)
            {
                case "gradient.conv2.weight":
                    change = values[0] * size;
                    values[0] += change;
                    break;
                case "after.momentum.conv2.weight":
                    values[0] += change;
                    break;
                case "after.conv2.weight":
                    rate = (float)LearningRate.At(settings.Training.Schedule, 2, 4, 5);
                    values[0] -= rate * change;
                    break;
                default:
                    break;
            }
        });
    }

    private static AuditReport Tampered(RunSettings settings, Action<string, float[]> change)
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, settings, temporary["run"]);
        AuditedRuns.Tamper(AuditedRuns.Record(folder, TrainingMethod.RobMask, 6), change);
        return AuditedRuns.Audit(folder, 6);
    }
}
