using RobMask.Attacks;
using RobMask.Data;
using RobMask.Masking;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Verification.Golden.Cases;

/// <summary>Whole networks: forward and backward, attacks, short trainings.</summary>
internal static class NetworkCases
{
    private static readonly NetworkSettings Small = new() { Name = "cnn", Channels = 2, Height = 8, Width = 8, Classes = 3, Depth = 2, WidthFactor = 3, MaskCount = 2, Mean = [0.4f, 0.5f], StandardDeviation = [0.25f, 0.2f] };

    public static IEnumerable<GoldenCase> All()
    {
        NetworkSettings residual = Small with { Name = "wide_resnet", Depth = 10, WidthFactor = 1 };
        NetworkSettings grouped = Small with
        {
            Name = "sequential",
            Depth = null,
            WidthFactor = null,
            MaskCount = 1,
            Layers = "conv2d(2,4,3x2,stride 1x2,padding 1,dilation 2x1,groups 2) relu maxpool2d(3,stride 1,padding 1) batchnorm2d(4) avgpool2d(2) flatten linear(24,3)",
        };
        yield return Step("cnn-training", "convolution, batch normalisation, mixture of masks for each image, ReLU, pooling, in training mode", Small, true, 5, 2);
        yield return Step("cnn-evaluation", "the same by running statistics", Small, false, 5, 2);
        yield return Step("wide_resnet-training", "pre-activation, residual sums, strided shortcuts", residual, true, 3, 2);
        yield return Step("sequential-training", "a grouped, dilated, oblong convolution, pooling of both kinds, a layer without ReLU", grouped, true, 4, 0);
        foreach ((string name, string why, AttackSettings attack) in new (string, string, AttackSettings)[]
        {
            ("fgsm", "one step along the sign", new AttackSettings { Kind = AttackKind.Fgsm, Epsilon = 0.03f }),
            ("linf", "random start, five steps, two restarts, the worst point", new AttackSettings { Epsilon = 0.03f, Steps = 5, Restarts = 2, Keep = AttackKeep.Best }),
            ("l2", "L2 with its random start", new AttackSettings { Norm = AttackNorm.L2, Epsilon = 0.5f, Steps = 4 }),
            ("margin", "the margin loss", new AttackSettings { Loss = AttackLoss.Margin, Epsilon = 0.03f, Steps = 3, Start = AttackStart.Clean }),
        })
        {
            GoldenCase one = new GoldenCase(name, "pgd_attack", why)
                .With("network", SettingsJson.Write(Small)).With("attack", SettingsJson.Write(attack)).With("seed", "7")
                .Uniform("input", 4, 2, 8, 8).Labels("target", 4, 3);
            yield return Parameters(one, Small);
        }

        TrainingSettings training = new()
        {
            Network = Small with { Channels = 3, Height = 16, Width = 16, Mean = null, StandardDeviation = null, MaskCount = 1 },
            Data = "shapes",
            Epochs = 2,
            BatchSize = 24,
            Seed = 5,
            Augmentation = new Augmentation(2, true),
            Attack = new AttackSettings { Epsilon = 0.03f, Steps = 2 },
            Schedule = new ScheduleSettings { Kind = ScheduleKind.Cyclic, LearningRate = 0.1 },
            RobMask = new RobMaskSettings { MaskCount = 3, Gate = new GateSettings { WeightScale = 1 } },
        };
        foreach (TrainingMethod method in Enum.GetValues<TrainingMethod>())
        {
            string word = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(method.ToString());
            yield return new GoldenCase(word, "training_run", $"two epochs of {word} on 60 embedded images, three batches an epoch, the last one smaller")
                .With("settings", SettingsJson.Write(training with { Method = method }))
                .With("data", SettingsJson.Write(new ShapesOptions { TrainCount = 60, TestCount = 1, Size = 16, Classes = 3 }));
        }
    }

    private static GoldenCase Step(string name, string why, NetworkSettings network, bool training, int images, int masks)
    {
        GoldenCase one = new GoldenCase(name, "network_step", why).With("network", SettingsJson.Write(network)).With("training", training ? "true" : "false");
        one.Uniform("input", images, network.Channels, network.Height, network.Width).Labels("target", images, network.Classes);
        return Parameters(masks == 0 ? one : one.Normal("coefficients", images, masks), network);
    }

    /// <summary>Weights of deviation 1/√fan-in, masks and running statistics that are not the usual start.</summary>
    private static GoldenCase Parameters(GoldenCase one, NetworkSettings network)
    {
        NetworkGraph graph = NetworkCatalog.Create(network);
        foreach (ParameterInfo info in graph.Parameters)
        {
            one.Scaled("param." + info.Name, info.Role == ParameterRole.Weight ? 1 / MathF.Sqrt(info.FanIn) : 1, info.Shape.Extents.ToArray());
        }

        foreach (ParameterInfo info in graph.Buffers)
        {
            if (info.Role == ParameterRole.RunningVariance)
            {
                one.Uniform("buffer." + info.Name, info.Shape.Extents.ToArray());
            }
            else
            {
                one.Scaled("buffer." + info.Name, 0.1f, info.Shape.Extents.ToArray());
            }
        }

        return one;
    }
}
