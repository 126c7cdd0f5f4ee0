using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobMask.Torch.Tests.Networks;

/// <summary>resnet50 on the managed engine, in double, against torchvision's forward pass written down from its source by names of its state dict, not from our graph.</summary>
/// <remarks>
/// The tolerance is that of <see cref="GraphCrossTests"/>: thousands of roundings of 1.1e-16 in 53 normalised layers against
/// 1e-3 and above for a wrong stride, order or shortcut.
/// </remarks>
public sealed class ResNet50CrossTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Logits_and_gradients_are_those_of_torchvisions_network(bool training)
    {
        using DisposeScope scope = Bridge.Scope();
        NetworkGraph graph = NetworkCatalog.Create(new NetworkSettings { Name = "resnet50", Channels = 3, Height = 64, Width = 64, Classes = 7 });
        using ManagedEngine<double> engine = new();
        using IModel model = engine.CreateModel(graph);
        Draw draw = new(50);
        Dictionary<string, Tensor> state = [];
        foreach (ModelParameter parameter in model.Parameters)
        {
            double scale = parameter.Info.Role == ParameterRole.Weight ? Math.Sqrt(6.0 / parameter.Info.FanIn) : 1;
            Fill(parameter.Info, parameter.Value, parameter.Info.Role == ParameterRole.Gamma ? 0.2 : -scale, scale);
            state[parameter.Info.Name].requires_grad_(true);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            bool variance = buffer.Info.Role == ParameterRole.RunningVariance;
            Fill(buffer.Info, buffer.Value, variance ? 0.5 : -0.5, variance ? 1.5 : 0.5);
        }

        const int Images = 2;
        DenseTensor<double> images = draw.Uniform<double>(-1, 1, Images, 3, 64, 64);
        DenseTensor<double> gradient = draw.Uniform<double>(-1, 1, Images, 7);
        using ITape tape = model.CreateTape(Images);
        model.ZeroGradients();
        DenseTensor<double> logits = (DenseTensor<double>)tape.Forward(images, new ForwardOptions(MaskChoice.Primary(0)) { BatchStatistics = training, UpdateRunningStatistics = training, KeepForBackward = true });
        double[] ours = logits.ToDoubles();
        tape.Backward(gradient, BackwardTargets.Input | BackwardTargets.Parameters);

        Tensor x = images.ToTorch(ScalarType.Float64).requires_grad_(true);
        Tensor theirs = Torchvision(state, x, training);
        (theirs * gradient.ToTorch(ScalarType.Float64)).sum().backward();
        double worst = Math.Max(Distance("logits", ours, theirs), Distance("gradient of images", ((DenseTensor<double>)tape.InputGradient).ToDoubles(), x.grad!));
        foreach (ModelParameter parameter in model.Parameters)
        {
            worst = Math.Max(worst, Distance(parameter.Info.Name, ((DenseTensor<double>)parameter.Gradient).ToDoubles(), state[parameter.Info.Name].grad!));
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            worst = Math.Max(worst, Distance(buffer.Info.Name, ((DenseTensor<double>)buffer.Value).ToDoubles(), state[buffer.Info.Name]));
        }

        output.WriteLine(FormattableString.Invariant($"worst difference {worst:E2} of a tensor's largest element"));

        void Fill(ParameterInfo info, ITensor tensor, double low, double high)
        {
            DenseTensor<double> values = (DenseTensor<double>)tensor;
            draw.Uniform<double>(low, high, info.Shape.Extents).Span.CopyTo(values.Span);
            state.Add(info.Name, values.ToTorch(ScalarType.Float64));
        }
    }

    private static double Distance(string what, double[] mine, Tensor tensor)
    {
        double[] values = tensor.ToDoubles();
        Assert.Equal(values.Length, mine.Length);
        double largest = values.Max(Math.Abs);
        double distance = mine.Zip(values, (a, b) => Math.Abs(a - b)).Max() / Math.Max(largest, double.Epsilon);
        Assert.True(distance <= Tolerance, FormattableString.Invariant($"{what} differs by {distance:E2} of its largest element {largest:E2}"));
        return distance;
    }

    // torchvision/models/resnet.py: ResNet._forward_impl with Bottleneck blocks [3, 4, 6, 3].
    private static Tensor Torchvision(Dictionary<string, Tensor> state, Tensor x, bool training)
    {
        x = F.relu(BatchNorm(Convolution(x, "conv1", 2, 3), "bn1"));
        x = F.max_pool2d(x, 3, 2, 1);
        int[] blocks = [3, 4, 6, 3];
        for (int layer = 1; layer <= 4; layer++)
        {
            for (int block = 0; block < blocks[layer - 1]; block++)
            {
                x = Bottleneck(x, $"layer{layer}.{block}", layer > 1 && block == 0 ? 2 : 1, block == 0);
            }
        }

        return F.linear(x.mean([2, 3]), state["fc.weight"], state["fc.bias"]);

        Tensor Bottleneck(Tensor input, string name, long stride, bool downsample)
        {
            Tensor identity = downsample ? BatchNorm(Convolution(input, name + ".downsample.0", stride, 0), name + ".downsample.1") : input;
            Tensor y = F.relu(BatchNorm(Convolution(input, name + ".conv1", 1, 0), name + ".bn1"));
            y = F.relu(BatchNorm(Convolution(y, name + ".conv2", stride, 1), name + ".bn2"));
            y = BatchNorm(Convolution(y, name + ".conv3", 1, 0), name + ".bn3");
            return F.relu(y + identity);
        }

        Tensor Convolution(Tensor input, string name, long stride, long padding) => F.conv2d(input, state[name + ".weight"], strides: [stride, stride], padding: [padding, padding]);

        Tensor BatchNorm(Tensor input, string name) =>
            F.batch_norm(input, state[name + ".running_mean"], state[name + ".running_var"], state[name + ".weight"], state[name + ".bias"], training, 0.1f, 1e-5f);
    }
}
