using RobMask.Torch.Engine;
using RobMask.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Bench.Steps;

/// <summary>The same step as a PyTorch user writes it on libtorch: autograd, and one fused call of the optimiser.</summary>
/// <remarks>
/// The first step uses the random numbers of the managed one, so that both losses can be compared; later ones draw their
/// own. In RobMask each half is carried back before the next begins, as ours is: it needs half the memory.
/// </remarks>
internal sealed class TorchStep : ITrainingStep
{
    private static readonly TorchForward _training = new() { BatchStatistics = true, UpdateRunningStatistics = true };
    private static readonly TorchForward _evaluation = new();

    private readonly StepCase _case;
    private readonly TrainingSettings _settings;
    private readonly TorchNetwork _network;
    private readonly TorchNetwork? _gate;
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly Tensor _epsilonMax;
    private Tensor? _firstNoise;
    private Tensor? _firstEpsilon;
    private bool _first = true;

    public TorchStep(StartingPoint start, ScalarType type = ScalarType.Float32)
    {
        _case = start.Case;
        _settings = _case.Settings;
        _network = new TorchNetwork(start.Graph, start.Parameters, type);
        _gate = start.GateGraph is { } graph ? new TorchNetwork(graph, start.GateParameters, type) : null;
        long[] extents = [_case.Batch, .. Comparison.HostTensors.Extents(start.Graph.InputShape)];
        _images = tensor(start.Images, extents, dtype: type);
        _labels = tensor(start.Labels, dtype: ScalarType.Int64);
        _epsilonMax = tensor([_settings.Attack.Epsilon], [1, 1, 1, 1], dtype: type);
        _firstNoise = start.AttackNoise.Length > 0 ? tensor(start.AttackNoise, extents, dtype: type) : null;
        _firstEpsilon = start.Epsilon.Length > 0 ? tensor(start.Epsilon, [_case.Batch, 1, 1, 1], dtype: type) : null;
    }

    public float Step()
    {
        using DisposeScope scope = NewDisposeScope();
        _network.ZeroGradients();
        _gate?.ZeroGradients();
        float loss = _case.Method switch
        {
            TrainingMethod.Standard => Train(_images, _training, 1),
            TrainingMethod.Adversarial => Adversarial(),
            _ => RobMask(),
        };
        _network.Step(Rates.WeightDecay, _first);
        _gate?.Step(0, _first);
        _first = false;
        return loss;
    }

    public void Dispose()
    {
        _network.Dispose();
        _gate?.Dispose();
        _images.Dispose();
        _labels.Dispose();
        _epsilonMax.Dispose();
        _firstNoise?.Dispose();
        _firstEpsilon?.Dispose();
    }

    private float Adversarial() =>
        Train(TorchAttack.Run(_images, _labels, _epsilonMax, Noise(), StepCase.AttackSteps, x => _network.Forward(x, _evaluation)), _training, 1);

    private float RobMask()
    {
        Tensor epsilon = Take(ref _firstEpsilon) ?? rand([_case.Batch, 1, 1, 1], _images.dtype).mul_(_epsilonMax);
        Tensor attacked = TorchAttack.Run(_images, _labels, epsilon, Noise(), StepCase.AttackSteps, x => _network.Forward(x, _evaluation with { Coefficients = FixedCoefficients(x) }));
        float clean = Train(_images, _training with { Coefficients = Gate(zeros_like(_images)) }, 1);
        float adversarial = Train(attacked, _training with { Coefficients = Gate(attacked - _images) }, _settings.RobMask.Lambda);
        return clean + (_settings.RobMask.Lambda * adversarial);
    }

    /// <summary>Forward, mean cross-entropy, backward of weight · loss.</summary>
    private float Train(Tensor images, TorchForward options, float weight)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = functional.cross_entropy(_network.Forward(images, options), _labels);
        using Scalar factor = weight;
        (weight == 1 ? loss : loss * factor).backward();
        return loss.to(ScalarType.Float32).item<float>();
    }

    private Tensor Gate(Tensor delta) => _gate!.Forward(delta, _evaluation);

    /// <summary>u(δ) without a gradient through the gate.</summary>
    private Tensor FixedCoefficients(Tensor point)
    {
        using IDisposable noGraph = no_grad();
        return Gate(point - _images);
    }

    private Tensor Noise() => Take(ref _firstNoise) ?? rand_like(_images);

    private static Tensor? Take(ref Tensor? first)
    {
        Tensor? taken = first;
        first = null;
        return taken;
    }
}
