using RobMask.Bench.Contests;
using RobMask.Ops;
using RobMask.Tensors;
using TorchSharp;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>Every convolution of PreAct-ResNet-18 in the three directions.</summary>
internal sealed class ConvolutionSection : ISection
{
    public const string SectionName = "conv";

    public string Name => SectionName;

    public string Title => "convolutions of PreAct-ResNet-18 (libtorch: conv2d without autograd, aten::convolution_backward for one gradient at a time)";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        Pace pace = options.Pace(new Pace(9, 5, 4), new Pace(3, 3, 1));
        foreach (int batch in options.BatchesOr(128, 32))
        {
            foreach (ConvolutionCase shape in ConvolutionCase.PreActResNet18)
            {
                foreach (Figure figure in Compare(shape, batch, pace))
                {
                    yield return figure;
                }
            }
        }
    }

    private static List<Figure> Compare(ConvolutionCase shape, int batch, Pace pace)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGraph = torch.no_grad();
        ConvAttributes a = shape.Attributes;
        DenseTensor<float> input = HostTensors.Random(1, shape.Input(batch).Extents);
        DenseTensor<float> weight = HostTensors.Random(2, shape.Weight.Extents);
        DenseTensor<float> output = new(shape.Output(batch));
        DenseTensor<float> gradOutput = HostTensors.Random(3, output.Shape.Extents);
        DenseTensor<float> gradInput = new(input.Shape);
        DenseTensor<float> gradWeight = new(weight.Shape);
        torch.Tensor x = HostTensors.Copy(input);
        torch.Tensor w = HostTensors.Copy(weight);
        torch.Tensor g = HostTensors.Copy(gradOutput);
        int padding = a.PaddingHeight;
        Work work = new(Bound.Float, shape.LeastOperations(batch), shape.Operations(batch));
        Figure Time(string direction, Action ours, Action libtorch)
        {
            ContestResult result = Contest.Run(pace, new Contestant(ours), new Contestant(libtorch));
            return new Figure(SectionName, $"{shape}, {direction}", batch, work, result.Timings[0], result.Timings[1], result.OthersShare);
        }

        return
        [
            Time("forward", () => Conv2d.Forward(input, weight, null, a, output), () => torch.nn.functional.conv2d(x, w, null, [shape.Stride, shape.Stride], [padding, padding]).Dispose()),
            Time("gradient of input", () => Conv2d.BackwardInput(gradOutput, weight, a, gradInput), () => TorchScripts.ConvolutionInputGradient(g, x, w, shape.Stride, padding).Dispose()),
            Time("gradient of weight", () => Conv2d.BackwardWeight(input, gradOutput, a, gradWeight), () => TorchScripts.ConvolutionWeightGradient(g, x, w, shape.Stride, padding).Dispose()),
        ];
    }
}
