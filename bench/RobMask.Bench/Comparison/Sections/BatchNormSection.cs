using RobMask.Bench.Contests;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>Batch normalisation and ReLU as a training step has them: normalise, rescale, ReLU, and back to input, γ and β.</summary>
internal sealed class BatchNormSection : ISection
{
    public const string SectionName = "bn";
    public const string Forward = "forward";
    public const string Backward = "backward";

    // The least that must move, a channel of all images resting in cache between its two passes.
    private const int ForwardTensors = 2;
    private const int BackwardTensors = 3;

    private static readonly (int C, int Extent)[] _shapes = [(64, 32), (128, 16), (256, 8), (512, 4)];

    public string Name => SectionName;

    public string Title => "batch norm + ReLU in training mode, ours through a tape (share of copying: input read and output written forward; input and gradient read, gradient written backward; small ones rest in cache)";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        Pace pace = options.Pace(new Pace(15, 7, 5), new Pace(5, 5, 2));
        foreach (int batch in options.BatchesOr(128))
        {
            foreach ((int c, int extent) in _shapes)
            {
                foreach (Figure figure in Compare(batch, c, extent, pace))
                {
                    yield return figure;
                }
            }
        }
    }

    public static string Case(int c, int extent, string direction) => $"{c} channels @{extent}, {direction}";

    private static Figure[] Compare(int batch, int c, int extent, Pace pace)
    {
        using DisposeScope scope = NewDisposeScope();
        using ManagedEngine<float> engine = new();
        GraphBuilder builder = new(new TensorShape(c, extent, extent));
        builder.BatchNormRelu(0, "bn");
        using IModel model = engine.CreateModel(builder.Build("batch norm + ReLU"));
        using ITape tape = model.CreateTape(batch);
        foreach (ModelParameter parameter in model.Parameters)
        {
            engine.Fill(parameter.Value, parameter.Info.Role == ParameterRole.Gamma ? 1 : 0);
        }

        DenseTensor<float> input = HostTensors.Random(1, batch, c, extent, extent);
        DenseTensor<float> gradient = HostTensors.Random(2, batch, c, extent, extent);
        ForwardOptions options = new(MaskChoice.Primary(0)) { BatchStatistics = true, UpdateRunningStatistics = true, KeepForBackward = true };

        Tensor x = HostTensors.Copy(input).requires_grad_(true);
        Tensor g = HostTensors.Copy(gradient);
        Tensor weight = ones(c).requires_grad_(true);
        Tensor bias = zeros(c).requires_grad_(true);
        Tensor runningMean = zeros(c);
        Tensor runningVariance = ones(c);
        Tensor output = null!;
        Tensor[] gradients = [];
        void TorchForward()
        {
            using Tensor rescaled = nn.functional.batch_norm(x, runningMean, runningVariance, weight, bias, training: true);
            output = nn.functional.relu(rescaled);
        }

        void TorchBackward() => gradients = [.. autograd.grad([output], [x, weight, bias], [g])];
        void Free()
        {
            output.Dispose();
            foreach (Tensor tensor in gradients)
            {
                tensor.Dispose();
            }

            gradients = [];
        }

        void OurForward() => tape.Forward(input, options);
        void OurBackward() => tape.Backward(gradient, BackwardTargets.Input | BackwardTargets.Parameters);
        Agree(tape.Forward(input, options), HostTensors.Copy(input), weight, bias);

        double bytes = (double)sizeof(float) * input.Length;
        ContestResult forward = Contest.Run(pace, new Contestant(OurForward), new Contestant(TorchForward) { After = Free });
        ContestResult backward = Contest.Run(
            pace,
            new Contestant(OurBackward)
            {
                Before = () =>
                {
                    model.ZeroGradients();
                    OurForward();
                },
            },
            new Contestant(TorchBackward) { Before = TorchForward, After = Free });
        return
        [
            new Figure(SectionName, Case(c, extent, Forward), batch, new Work(Bound.Memory, ForwardTensors * bytes, ForwardTensors * bytes), forward.Timings[0], forward.Timings[1], forward.OthersShare),
            new Figure(SectionName, Case(c, extent, Backward), batch, new Work(Bound.Memory, BackwardTensors * bytes, BackwardTensors * bytes), backward.Timings[0], backward.Timings[1], backward.OthersShare),
        ];
    }

    private static void Agree(ITensor ours, Tensor x, Tensor weight, Tensor bias)
    {
        using IDisposable noGraph = no_grad();
        Tensor theirs = nn.functional.relu(nn.functional.batch_norm(x, null, null, weight, bias, training: true));
        Agreement.Require("batch norm + ReLU", ((DenseTensor<float>)ours).Span, theirs.data<float>().ToArray(), Agreement.InFloat);
    }
}
