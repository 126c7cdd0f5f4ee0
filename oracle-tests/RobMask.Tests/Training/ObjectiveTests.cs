using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Masking;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Tests.Attacks;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Training;

/// <summary>What each method minimises, and what it must leave alone.</summary>
public sealed class ObjectiveTests
{
    private const int Images = 6;

    public static TheoryData<TrainingMethod, GateKind, bool, bool> Objectives => new()
    {
        { TrainingMethod.Standard, GateKind.Linear, false, false },
        { TrainingMethod.Adversarial, GateKind.Linear, false, false },
        { TrainingMethod.Trades, GateKind.Linear, false, false },
        { TrainingMethod.AdvProp, GateKind.Linear, false, false },
        { TrainingMethod.Split, GateKind.Linear, false, false },
        { TrainingMethod.RobMask, GateKind.Linear, false, false },
        { TrainingMethod.RobMask, GateKind.Strength, true, true },
        { TrainingMethod.RobMask, GateKind.Epsilon, true, false },
    };

    /// <summary>
    /// The gradient that a step uses, of every parameter and of the gate, against central differences of the reported
    /// loss. FGSM and PGD by signs do not move with a small change of a parameter, so δ* is a constant here. Losses come to
    /// the host as float: 2⁻²⁴·3 / 2h = 9e-5 with h = 1e-3, truncation is below that; a ReLU or a sign may flip, in at most
    /// one of ten places. The KL term of a fresh network is small: a large factor makes both its gradients count.
    /// </summary>
    [Theory]
    [MemberData(nameof(Objectives))]
    public void The_gradient_of_a_step_is_that_of_its_objective(TrainingMethod method, GateKind kind, bool perLayer, bool separate)
    {
        using ManagedEngine<double> engine = new();
        TrainingSettings settings = TrainingFixture.Settings(method) with
        {
            LabelSmoothing = 0.1f,
            TradesBeta = 300,
            Attack = new AttackSettings { Kind = method == TrainingMethod.Trades ? AttackKind.Pgd : AttackKind.Fgsm, Epsilon = method == TrainingMethod.Trades ? 0.2f : 0.05f, Steps = 3 },
            RobMask = new RobMaskSettings
            {
                MaskCount = 3,
                Lambda = 0.7f,
                MaskNoise = 0.3f,
                SeparateStatistics = separate,
                AttackThroughGate = separate,
                Gate = new GateSettings { Kind = kind, PerLayer = perLayer, FreeCoefficients = perLayer, WeightScale = 2 },
            },
        };
        using TrainedNetwork network = TrainedNetwork.Create(engine, settings);
        using Objective objective = Objective.Create(network, Images);
        (ITensor images, ITensor labels) = Batch(engine);
        double Value()
        {
            foreach (ModelBuffer buffer in network.Model.Buffers)
            {
                engine.Fill(buffer.Value, buffer.Info.Role == ParameterRole.RunningMean ? 0.3f : 0.4f);
            }

            objective.Compute(images, labels, 7);
            return objective.Read()[0].Loss / Images;
        }

        network.Model.ZeroGradients();
        network.Gate?.Model.ZeroGradients();
        Value();
        ModelParameter[] parameters = [.. network.Model.Parameters, .. network.Gate?.Model.Parameters ?? []];
        double[][] gradients = [.. parameters.Select(p => ((DenseTensor<double>)p.Gradient).Span.ToArray())];
        Random random = new(17);
        int wrong = 0;
        int all = 0;
        List<string> report = [];
        foreach ((ModelParameter parameter, double[] gradient) in parameters.Zip(gradients))
        {
            DenseTensor<double> values = (DenseTensor<double>)parameter.Value;
            int largest = Array.IndexOf(gradient.Select(Math.Abs).ToArray(), gradient.Max(Math.Abs));
            foreach (int i in new[] { largest, random.Next(gradient.Length), random.Next(gradient.Length) })
            {
                const double H = 1e-3;
                double keep = values.Span[i];
                values.Span[i] = keep + H;
                double up = Value();
                values.Span[i] = keep - H;
                double down = Value();
                values.Span[i] = keep;
                double difference = (up - down) / (2 * H);
                all++;
                if (Math.Abs(difference - gradient[i]) > 3e-4 + (0.01 * Math.Abs(gradient[i])))
                {
                    wrong++;
                    report.Add($"{parameter.Info.Name}[{i}]: gradient {gradient[i]:G5}, difference {difference:G5}");
                }
            }
        }

        Assert.True(wrong * 10 <= all, string.Join("; ", report));
    }

    /// <summary>With ε = 0 the attacked images are the clean ones, and both methods take the same steps.</summary>
    [Fact]
    public void Adversarial_training_with_radius_zero_is_standard_training_bit_for_bit() => Assert.Equal(
        TrainingFixture.Train(TrainingFixture.Settings(TrainingMethod.Standard)),
        TrainingFixture.Train(TrainingFixture.Settings(TrainingMethod.Adversarial) with { Attack = new AttackSettings { Epsilon = 0 } }));

    [Fact]
    public void Split_with_both_halves_separate_is_advprop_bit_for_bit() => Assert.Equal(
        TrainingFixture.Train(TrainingFixture.Settings(TrainingMethod.AdvProp)),
        TrainingFixture.Train(TrainingFixture.Settings(TrainingMethod.Split) with { Split = new SplitSettings { SeparateNormalisation = true, SeparateRescaling = true } }));

    /// <summary>Clean and attacked half alike, and separate: statistics of both sets end equal to those of one, masks stay equal.</summary>
    [Fact]
    public void Advprop_with_radius_zero_keeps_both_branches_equal()
    {
        using ManagedEngine<float> engine = new();
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.AdvProp) with { Attack = new AttackSettings { Epsilon = 0 } };
        using Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train);
        trainer.Run(new TrainingRunOptions());
        Assert.Equal(trainer.Network.Mask(Branch.Clean), trainer.Network.Mask(Branch.Adversarial));
        foreach (ModelBuffer buffer in trainer.Network.Model.Buffers)
        {
            float[] values = Models.Read(engine, buffer.Value);
            Assert.Equal(values[..(values.Length / 2)], values[(values.Length / 2)..]);
        }
    }

    [Theory]
    [InlineData(TrainedParts.Statistics)]
    [InlineData(TrainedParts.Rescaling)]
    [InlineData(TrainedParts.Rescaling | TrainedParts.Statistics)]
    [InlineData(TrainedParts.Weights)]
    [InlineData(TrainedParts.Gate)]
    [InlineData(TrainedParts.None)]
    public void Frozen_parts_keep_their_bits_and_trained_ones_move(TrainedParts trained)
    {
        using ManagedEngine<float> engine = new();
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.RobMask) with { Trained = trained, Epochs = 1 };
        using Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train);
        Dictionary<TrainedParts, int[]> before = Parts(engine, trainer.Network);
        trainer.Run(new TrainingRunOptions());
        foreach ((TrainedParts part, int[] bits) in Parts(engine, trainer.Network))
        {
            Assert.True(trained.HasFlag(part) != bits.SequenceEqual(before[part]), $"{part} with {trained} trained");
        }
    }

    [Fact]
    public void The_number_of_masks_and_statistics_follows_from_the_method()
    {
        (int, int) Of(TrainingSettings settings) => (settings.EffectiveNetwork().MaskCount, settings.EffectiveNetwork().StatisticsSets);
        Assert.Equal((1, 1), Of(TrainingFixture.Settings(TrainingMethod.Standard)));
        Assert.Equal((2, 2), Of(TrainingFixture.Settings(TrainingMethod.AdvProp)));
        foreach (bool normalisation in new[] { false, true })
        {
            foreach (bool rescaling in new[] { false, true })
            {
                TrainingSettings split = TrainingFixture.Settings(TrainingMethod.Split) with { Split = new SplitSettings { SeparateNormalisation = normalisation, SeparateRescaling = rescaling } };
                Assert.Equal((rescaling ? 2 : 1, normalisation ? 2 : 1), Of(split));
            }
        }

        TrainingSettings robMask = TrainingFixture.Settings(TrainingMethod.RobMask);
        Assert.Equal((3, 1), Of(robMask));
        Assert.Equal((3, 2), Of(robMask with { RobMask = robMask.RobMask with { SeparateStatistics = true } }));
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.RobMask);
        void Refused(string message, TrainingSettings bad) => Assert.Contains(message, Assert.Throws<ArgumentException>(bad.Validate).Message, StringComparison.Ordinal);
        Refused("k = 0", settings with { RobMask = settings.RobMask with { MaskCount = 0 } });
        Refused("lambda", settings with { RobMask = settings.RobMask with { Lambda = -1 } });
        Refused("epsilon", settings with { Attack = settings.Attack with { Epsilon = -1 } });
        Refused("epsilon_max", settings with { Attack = settings.Attack with { Epsilon = 0 } });
        Refused("batch of 0", settings with { BatchSize = 0 });
        Refused("-1 epochs", settings with { Epochs = -1 });
        Refused("Nesterov", settings with { Optimiser = new OptimiserSettings { Nesterov = true, Momentum = 0 } });
        Refused("label smoothing", settings with { LabelSmoothing = 1 });
    }

    private static Dictionary<TrainedParts, int[]> Parts(ManagedEngine<float> engine, TrainedNetwork network)
    {
        int[] Bits(IEnumerable<ITensor> tensors) => [.. tensors.SelectMany(t => Models.Read(engine, t)).Select(BitConverter.SingleToInt32Bits)];
        return new()
        {
            [TrainedParts.Weights] = Bits(network.Model.Parameters.Where(p => p.Info.Role is ParameterRole.Weight or ParameterRole.Bias).Select(p => p.Value)),
            [TrainedParts.Rescaling] = Bits(network.Model.Parameters.Where(p => p.Info.Role is ParameterRole.Gamma or ParameterRole.Beta).Select(p => p.Value)),
            [TrainedParts.Statistics] = Bits(network.Model.Buffers.Select(b => b.Value)),
            [TrainedParts.Gate] = Bits(network.Gate!.Model.Parameters.Select(p => p.Value)),
        };
    }

    private static (ITensor Images, ITensor Labels) Batch(ManagedEngine<double> engine)
    {
        Dataset data = TrainingFixture.Shapes.Train;
        float[] pixels = new float[Images * data.ImageShape.Length];
        int[] labels = new int[Images];
        for (int n = 0; n < Images; n++)
        {
            data.CopyImage(n, pixels.AsSpan(n * data.ImageShape.Length, data.ImageShape.Length));
            labels[n] = data.Label(n);
        }

        return (Models.Tensor(engine, pixels, Images, 3, 16, 16), Models.Labels(engine, labels));
    }
}
