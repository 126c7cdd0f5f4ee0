using RobMask.Attacks;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Networks;

public sealed class NetworkWorkTests
{
    // 3×8×8 → conv 3×3 of 4 (stride 1): 2·4·64·27; conv 3×3 / 2 of 6 in 2 groups: 2·6·16·18; linear 6 → 5.
    private const string Layers = "conv2d(3,4,3,padding 1) relu conv2d(4,6,3,padding 1,stride 2) relu flatten linear(96,5)";
    private const long First = 2 * 4 * 64 * 27;
    private const long Forward = First + (2 * 6 * 16 * 36) + (2 * 96 * 5);

    private static readonly NetworkSettings Network = new() { Name = "sequential", Channels = 3, Height = 8, Width = 8, Classes = 5, Layers = Layers };

    [Fact]
    public void Multiplications_and_additions_of_convolutions_and_linear_layers_are_counted()
    {
        NetworkWork work = NetworkWork.Of(NetworkCatalog.Create(Network));
        Assert.Equal(new NetworkWork(Forward, First), work);
        Assert.Equal((2 * Forward) - First, work.ParameterGradients);
    }

    [Fact]
    public void Standardising_the_images_makes_no_layer_the_second() =>
        Assert.Equal(First, NetworkWork.Of(NetworkCatalog.Create(Network with { Mean = [0, 0, 0] })).First);

    // Published: 4.09·10⁹ for torchvision's resnet50 at 224×224, 0.56·10⁹ for PreAct-ResNet-18 at 32×32, 5.2·10⁹ for Wide-ResNet-28-10.
    [Theory]
    [InlineData("resnet50", 224, 1000, 4.09)]
    [InlineData("preact_resnet18", 32, 10, 0.556)]
    [InlineData("wide_resnet", 32, 10, 5.24)]
    public void Networks_have_their_published_work(string name, int size, int classes, double giga) =>
        Assert.Equal(giga, NetworkWork.Of(NetworkCatalog.Create(new NetworkSettings { Name = name, Channels = 3, Height = size, Width = size, Classes = classes })).Forward / 2e9, 0.005);

    [Theory]
    [InlineData(TrainingMethod.Standard, 3, 1)]
    [InlineData(TrainingMethod.Adversarial, 3 + (2 * 7), 1)]
    [InlineData(TrainingMethod.Trades, 6 + (2 * 7) + 1, 2)]
    [InlineData(TrainingMethod.AdvProp, 6 + (2 * 7), 2)]
    public void A_step_is_its_attack_and_its_passes(TrainingMethod method, int forwards, int firsts)
    {
        RunSettings settings = new()
        {
            Kind = "train",
            Training = new TrainingSettings { Network = Network, Method = method, Attack = new AttackSettings { Steps = 7 } },
            Evaluation = new EvaluationSettings { Attack = AttackSettings.Evaluation(0.1f, steps: 20, restarts: 2) },
        };
        RunWork work = RunWork.Of(settings);
        Assert.Equal(((double)forwards * Forward) - (firsts * First), work.TrainingImage);

        // Clean, two runs of 20 steps with their last point, and scoring.
        Assert.Equal((1 + (2 * 41) + 1) * (double)Forward, work.EvaluationImage);
    }
}
