using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace RobMask.Torch.Tests.Networks;

/// <summary>Whole networks in double: the managed engine against libtorch's interpretation of the same graph.</summary>
/// <remarks>
/// There is no closed bound for a whole network here. Double's u is 1.1e-16; some thousand roundings a layer, in some tens of
/// layers, each amplified by normalisation, stay under 1e-9 of a tensor's largest element, while any wrong tap, sign,
/// statistic or missing path shows at 1e-3 and above.
/// </remarks>
public sealed class GraphCrossTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string, int, int, bool> Networks => new()
    {
        { "cnn", 1, 8, true }, { "cnn", 3, 16, false }, { "cnn", 1, 28, true },
        { "preact_resnet18", 3, 16, true }, { "preact_resnet18", 3, 16, false },
        { "wide_resnet", 3, 16, true }, { "resnext29", 3, 16, true }, { "masked_linear", 1, 8, true }, { "linear", 1, 8, false },
        { "resnet50", 3, 64, true },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void One_mask_gives_libtorchs_logits_loss_gradients_and_running_statistics(string name, int channels, int extent, bool batchStatistics)
    {
        using DisposeScope scope = Bridge.Scope();
        NetworkGraph graph = Create(name, channels, extent, masks: 1);
        Compare(graph, batchStatistics, perImage: false);
    }

    [Theory]
    [InlineData("cnn", 1, 8, true)]
    [InlineData("cnn", 3, 16, false)]
    [InlineData("preact_resnet18", 3, 16, true)]
    public void A_mixture_of_masks_for_each_image_gives_libtorchs_gradients_of_masks_and_coefficients_too(string name, int channels, int extent, bool batchStatistics)
    {
        using DisposeScope scope = Bridge.Scope();
        Compare(Create(name, channels, extent, masks: 3), batchStatistics, perImage: true);
    }

    private static NetworkGraph Create(string name, int channels, int extent, int masks) => NetworkCatalog.Create(new NetworkSettings
    {
        Name = name,
        Channels = channels,
        Height = extent,
        Width = extent,
        Classes = 10,
        MaskCount = masks,
        Depth = name switch { "wide_resnet" => 10, "cnn" => 2, _ => null },
        WidthFactor = name switch { "wide_resnet" => 2, "cnn" => 6, "resnext29" => 4, _ => null },
        Cardinality = name == "resnext29" ? 3 : null,
        Mean = [.. Enumerable.Repeat(0.45f, channels)],
        StandardDeviation = [.. Enumerable.Repeat(0.25f, channels)],
    });

    private void Compare(NetworkGraph graph, bool batchStatistics, bool perImage)
    {
        const int Images = 3;
        using ManagedEngine<double> engine = new();
        using IModel model = engine.CreateModel(graph);
        Draw draw = new(graph.Parameters.Count);
        Dictionary<string, Tensor> state = Start(model, draw);
        DenseTensor<double> images = draw.Uniform<double>(0, 1, graph.InputShape.Prepend(Images).Extents);
        DenseTensor<int> labels = draw.Labels(Images, 10);
        DenseTensor<double> coefficients = draw.Uniform<double>(-0.5, 1, Images, graph.MaskCount);

        using ITape tape = model.CreateTape(Images);
        model.ZeroGradients();
        MaskChoice mask = perImage ? MaskChoice.PerImage(coefficients) : MaskChoice.Primary(0);
        ITensor logits = tape.Forward(images, new ForwardOptions(mask) { BatchStatistics = batchStatistics, UpdateRunningStatistics = batchStatistics, KeepForBackward = true });
        DenseTensor<double> loss = new(Images);
        DenseTensor<double> gradient = new(Images, 10);
        engine.CrossEntropy(logits, labels, 0.1f, 1f / 4, loss, gradient);
        tape.Backward(gradient, BackwardTargets.Input | BackwardTargets.Parameters | (perImage ? BackwardTargets.Coefficients : BackwardTargets.None));

        Tensor x = images.ToTorch(ScalarType.Float64).requires_grad_(true);
        Tensor u = coefficients.ToTorch(ScalarType.Float64).requires_grad_(true);
        TorchForward options = new() { BatchStatistics = batchStatistics, UpdateRunningStatistics = batchStatistics, Coefficients = perImage ? u : null };
        Tensor reference = TorchGraph.Forward(graph, state, x, options);
        Tensor losses = nn.functional.cross_entropy(reference, labels.ToTorch(), reduction: nn.Reduction.None, label_smoothing: 0.1f);
        (losses.sum() / 4).backward();

        string name = $"{graph.Name}{(batchStatistics ? " training" : " evaluation")}{(perImage ? " mixture" : string.Empty)}";
        double worst = Math.Max(Distance("logits", logits, reference), Distance("loss", loss, losses));
        worst = Math.Max(worst, Distance("gradient of images", tape.InputGradient, x.grad!));
        foreach (ModelParameter parameter in model.Parameters)
        {
            worst = Math.Max(worst, Distance("gradient of " + parameter.Info.Name, parameter.Gradient, state[parameter.Info.Name].grad!));
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            worst = Math.Max(worst, Distance(buffer.Info.Name, buffer.Value, state[buffer.Info.Name]));
        }

        if (perImage)
        {
            worst = Math.Max(worst, Distance("gradient of coefficients", tape.CoefficientGradient, u.grad!));
        }

        output.WriteLine(FormattableString.Invariant($"{name}: worst difference {worst:E2} of a tensor's largest element"));

        double Distance(string what, ITensor ours, Tensor theirs)
        {
            double[] mine = ((DenseTensor<double>)ours).ToDoubles();
            double[] values = theirs.ToDoubles();
            Assert.Equal(values.Length, mine.Length);
            double largest = values.Max(Math.Abs);
            double distance = mine.Zip(values, (a, b) => Math.Abs(a - b)).Max() / Math.Max(largest, double.Epsilon);
            Assert.True(distance <= Tolerance, FormattableString.Invariant($"{name}: {what} differs by {distance:E2} of its largest element {largest:E2}"));
            return distance;
        }
    }

    /// <summary>Fills the model and copies it by name: weights of He's size, masks of both signs, variances above 0.</summary>
    private static Dictionary<string, Tensor> Start(IModel model, Draw draw)
    {
        Dictionary<string, Tensor> state = [];
        foreach (ModelParameter parameter in model.Parameters)
        {
            double scale = parameter.Info.Role == ParameterRole.Weight ? Math.Sqrt(6.0 / parameter.Info.FanIn) : 1;
            double low = parameter.Info.Role == ParameterRole.Gamma ? -0.2 : -scale;
            Fill(parameter.Info, parameter.Value, low, scale);
            state[parameter.Info.Name].requires_grad_(true);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            Fill(buffer.Info, buffer.Value, buffer.Info.Role == ParameterRole.RunningVariance ? 0.5 : -0.5, 1.5);
        }

        return state;

        void Fill(ParameterInfo info, ITensor tensor, double low, double high)
        {
            DenseTensor<double> values = (DenseTensor<double>)tensor;
            draw.Uniform<double>(low, high, info.Shape.Extents).Span.CopyTo(values.Span);
            state.Add(info.Name, values.ToTorch(ScalarType.Float64));
        }
    }
}
