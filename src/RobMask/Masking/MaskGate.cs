using RobMask.Engines;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Masking;

/// <summary>Turns a perturbation into mixture coefficients u [N, k], or [N, L·k] for L rescaling layers: a small network of the same engine.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>linear</c>: δ → ·(1/ε_max) → flatten → <c>fc</c> → softmax</item>
/// <item><c>strength</c>: δ → (‖δ‖∞/ε_max, ‖δ‖₂/(ε_max √d)) → <c>hidden</c> → ReLU → <c>fc</c> → softmax</item>
/// <item><c>epsilon</c>: ε → ·(1/ε_max) → <c>hidden</c> → ReLU → <c>fc</c> → softmax</item>
/// </list>
/// The softmax runs over the k coefficients of a layer; free coefficients leave it out. Gradients flow from the network's
/// <see cref="ITape.CoefficientGradient"/> through this gate's own tape, so that no engine needs to know of it.
/// </remarks>
public sealed class MaskGate : IDisposable
{
    private readonly IEngine _engine;
    private readonly TensorCache _cache;
    private readonly int _maskCount;
    private ITape? _tape;

    private MaskGate(IEngine engine, GateSettings settings, NetworkGraph graph, int maskCount)
    {
        _engine = engine;
        _cache = new TensorCache(engine);
        _maskCount = maskCount;
        Settings = settings;
        Model = engine.CreateModel(graph);
    }

    /// <summary>What it is.</summary>
    public GateSettings Settings { get; }

    /// <summary>Its parameters.</summary>
    public IModel Model { get; }

    /// <summary>True where the coefficients depend on δ itself, so that a gradient of δ exists.</summary>
    public bool ReadsPerturbation => Settings.Kind != GateKind.Epsilon;

    /// <summary>Makes a gate for a network, with every parameter 0.</summary>
    /// <param name="engine">The network's engine.</param>
    /// <param name="settings">What it is.</param>
    /// <param name="network">The network whose masks it mixes.</param>
    /// <param name="epsilonMax">ε_max > 0.</param>
    public static MaskGate Create(IEngine engine, GateSettings settings, NetworkGraph network, float epsilonMax)
    {
        settings.Validate();
        if (network.RescaleLayers.Count == 0)
        {
            throw new ArgumentException($"gate: network {network.Name} has no rescaling layer, so there is no mask to mix");
        }

        int outputs = network.MaskCount * (settings.PerLayer ? network.RescaleLayers.Count : 1);

        GraphBuilder builder = new(settings.Kind == GateKind.Epsilon ? new TensorShape(1) : network.InputShape);
        int node = settings.Kind switch
        {
            GateKind.Linear => builder.Flatten(builder.Scale(0, 1 / epsilonMax)),
            GateKind.Strength => builder.Strength(0, epsilonMax),
            _ => builder.Scale(0, 1 / epsilonMax),
        };
        if (settings.Kind != GateKind.Linear && settings.HiddenUnits > 0)
        {
            node = builder.Relu(builder.Linear(node, "hidden", settings.HiddenUnits));
        }

        node = builder.Linear(node, "fc", outputs);
        if (!settings.FreeCoefficients)
        {
            builder.Softmax(node, network.MaskCount);
        }

        return new MaskGate(engine, settings, builder.Build("gate"), network.MaskCount);
    }

    /// <summary>
    /// Draws the initial parameters: <c>fc.weight</c> uniform in ± scale/√inputs, <c>fc.bias</c> 0 (1/k where the
    /// coefficients are free), the hidden layer as PyTorch's linear layer, uniform in ± 1/√inputs.
    /// </summary>
    public void Initialise(ulong seed)
    {
        for (int i = 0; i < Model.Parameters.Count; i++)
        {
            ModelParameter parameter = Model.Parameters[i];
            if (parameter.Info.Name == "fc.bias")
            {
                _engine.Fill(parameter.Value, Settings.FreeCoefficients ? 1f / _maskCount : 0);
                continue;
            }

            float bound = (float)(1 / Math.Sqrt(parameter.Info.FanIn));
            bound = parameter.Info.Name == "fc.weight" ? Settings.WeightScale * bound : bound;
            _engine.FillUniform(parameter.Value, new PhiloxKey(seed, PhiloxStreams.Gate, (uint)i), -bound, bound);
        }
    }

    /// <summary>Computes the coefficients of each image; they last until the next call.</summary>
    /// <param name="delta">The perturbations [N, …].</param>
    /// <param name="epsilon">The radii [N]; read by the ε gate only.</param>
    /// <param name="keepForBackward">True where a backward call follows.</param>
    public ITensor Coefficients(ITensor delta, ITensor epsilon, bool keepForBackward)
    {
        int images = delta.Shape[0];
        ITensor input = delta;
        if (!ReadsPerturbation)
        {
            input = _cache.Get("epsilon", new TensorShape(images, 1));
            _engine.Copy(epsilon, input);
        }

        return Forward(input, keepForBackward);
    }

    /// <summary>The coefficients at δ = 0 and ε = 0, [k] or [L·k].</summary>
    public float[] CoefficientsAtZero()
    {
        using ITensor zero = _engine.Allocate(Model.Graph.InputShape.Prepend(1));
        ITensor coefficients = Forward(zero, keepForBackward: false);
        float[] values = new float[coefficients.Shape.Length];
        _engine.Download(coefficients, values);
        return values;
    }

    /// <summary>Adds the gradients of the gate's parameters for a gradient of the last coefficients.</summary>
    public void BackwardParameters(ITensor coefficientGradient) => Tape().Backward(coefficientGradient, BackwardTargets.Parameters);

    /// <summary>The gradient of δ for a gradient of the last coefficients; it lasts until the next call.</summary>
    public ITensor BackwardInput(ITensor coefficientGradient)
    {
        Tape().Backward(coefficientGradient, BackwardTargets.Input);
        return Tape().InputGradient;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tape?.Dispose();
        _cache.Dispose();
        Model.Dispose();
    }

    private ITensor Forward(ITensor input, bool keepForBackward)
    {
        int images = input.Shape[0];
        if (_tape is null || _tape.Capacity < images)
        {
            _tape?.Dispose();
            _tape = Model.CreateTape(images);
        }

        return _tape.Forward(input, new ForwardOptions(MaskChoice.Primary(0)) { KeepForBackward = keepForBackward });
    }

    private ITape Tape() => _tape ?? throw new InvalidOperationException("gate: there has been no forward pass");
}
