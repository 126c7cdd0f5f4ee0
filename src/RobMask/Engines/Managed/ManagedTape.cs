using System.Numerics;
using RobMask.Engines.Managed.Runners;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>Runs a network graph: one <see cref="NodeRunner{T}"/> a node, forward in order and backward in reverse order.</summary>
/// <remarks>
/// Every node owns an output buffer for <see cref="Capacity"/> images, made on first use and kept. Normalisation, ReLU and
/// addition overwrite their input's buffer where nobody else reads it. Gradients of outputs come from a pool; where a node
/// is read several times its gradient is the sum of the contributions in reverse order of the readers. Where the engine
/// fuses and the activations between are not asked for, the runners of <see cref="FusionPlan"/> stand for several nodes.
/// </remarks>
internal sealed class ManagedTape<T> : ITape
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NodeRunner<T>[] _single;
    private readonly NodeRunner<T>?[] _fused;
    private readonly DenseTensor<T>?[] _buffers;
    private readonly DenseTensor<T>?[] _views;
    private readonly DenseTensor<T>?[] _outputs;
    private readonly OutputGradient<T>?[] _gradients;
    private readonly GradientPool<T> _pool;
    private readonly int[] _readers;
    private readonly bool[] _leadsToParameter;
    private readonly bool[] _leadsToRescale;
    private OutputGradient<T>? _arrival;
    private OutputGradient<T>? _inputGradient;
    private DenseTensor<T>? _coefficientGradient;
    private ForwardOptions? _options;
    private NodeRunner<T>?[] _runners;

    public ManagedTape(ManagedModel<T> model, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Model = model;
        Capacity = capacity;
        IReadOnlyList<Node> nodes = model.Graph.Nodes;
        _buffers = new DenseTensor<T>?[nodes.Count];
        _views = new DenseTensor<T>?[nodes.Count];
        _outputs = new DenseTensor<T>?[nodes.Count];
        _gradients = new OutputGradient<T>?[nodes.Count];
        _pool = new GradientPool<T>(capacity);
        _readers = new int[nodes.Count];
        _leadsToParameter = new bool[nodes.Count];
        _leadsToRescale = new bool[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            _leadsToParameter[i] = nodes[i] is ConvolutionNode or LinearNode or RescaleNode;
            _leadsToRescale[i] = nodes[i] is RescaleNode;
            foreach (int input in nodes[i].Inputs)
            {
                _readers[input]++;
                _leadsToParameter[i] |= _leadsToParameter[input];
                _leadsToRescale[i] |= _leadsToRescale[input];
            }
        }

        _single = [.. nodes.Select((node, index) => NodeRunner<T>.Create(node, index, this))];
        _fused = model.Fuses ? FusionPlan.Apply(_single, _readers, this) : _single;
        _runners = _fused;
    }

    public ManagedModel<T> Model { get; }

    public int Capacity { get; }

    /// <summary>N of the last forward pass.</summary>
    public int ImageCount { get; private set; }

    public ForwardOptions Options => _options ?? throw new InvalidOperationException("tape: there has been no forward pass");

    public BackwardTargets Targets { get; private set; }

    public ITensor InputGradient => _inputGradient?.Tensor ?? throw new InvalidOperationException("tape: the gradient of the input was not asked for");

    public ITensor CoefficientGradient => _coefficientGradient ?? throw new InvalidOperationException("tape: the gradient of the coefficients was not asked for");

    public ITensor Forward(ITensor images, ForwardOptions options)
    {
        DenseTensor<T> input = ManagedEngine<T>.Values(images);
        options.Check(Model.Graph, input.Shape, Capacity);
        if (input.Shape[0] != ImageCount)
        {
            ImageCount = input.Shape[0];
            Array.Clear(_views);
        }

        _options = options;
        _runners = options.KeepActivations ? _single : _fused;
        _outputs[0] = input;
        for (int i = 1; i < _runners.Length; i++)
        {
            _outputs[i] = _runners[i]?.Forward();
        }

        return _outputs[^1]!;
    }

    public void Backward(ITensor gradient, BackwardTargets targets)
    {
        if (!Options.KeepForBackward)
        {
            throw new InvalidOperationException("tape: the last forward pass was not kept for a backward pass (KeepForBackward)");
        }

        DenseTensor<T> outputGradient = ManagedEngine<T>.Values(gradient);
        if (!outputGradient.Shape.Equals(_outputs[^1]!.Shape))
        {
            throw new ArgumentException($"tape: the gradient has shape {outputGradient.Shape}, the output {_outputs[^1]!.Shape}");
        }

        Targets = targets;
        if (_inputGradient is not null)
        {
            Release(_inputGradient);
            _inputGradient = null;
        }

        _coefficientGradient = null;
        if (targets.HasFlag(BackwardTargets.Coefficients))
        {
            ITensor coefficients = Options.Mask.ImageCoefficients
                ?? throw new InvalidOperationException("tape: only coefficients of each image have a gradient");
            _coefficientGradient = _pool.Named("coefficients", coefficients.Shape);
            _coefficientGradient.Span.Clear();
        }

        // The caller holds on to its tensor, so that nobody here overwrites it and it never enters the pool.
        if (!ReferenceEquals(_arrival?.Tensor, outputGradient))
        {
            _arrival = new OutputGradient<T>(outputGradient);
        }

        _arrival.Holders = 2;
        _gradients[^1] = _arrival;
        for (int i = _runners.Length - 1; i > 0; i--)
        {
            if (_gradients[i] is { } arrived)
            {
                _gradients[i] = null;
                _runners[i]!.Backward(arrived);
            }
        }

        if (targets.HasFlag(BackwardTargets.Input))
        {
            _inputGradient = _gradients[0] ?? throw new InvalidOperationException("tape: no gradient reached the input");
        }

        _gradients[0] = null;
    }

    public ITensor Activation(int node)
    {
        if (!Options.KeepActivations)
        {
            throw new InvalidOperationException("tape: the last forward pass did not keep its activations (KeepActivations)");
        }

        return _outputs[node]!;
    }

    public void Dispose()
    {
    }

    /// <summary>The output of a node in this forward pass.</summary>
    public DenseTensor<T> Output(int node) => _outputs[node]!;

    /// <summary>The buffer that a node's output goes to.</summary>
    public DenseTensor<T> Destination(int node)
    {
        TensorShape shape = Model.Graph.Nodes[node].Shape;
        DenseTensor<T> buffer = _buffers[node] ??= new DenseTensor<T>(shape.Prepend(Capacity));
        return _views[node] ??= buffer.View(shape.Prepend(ImageCount));
    }

    /// <summary>Where node <paramref name="node"/> puts its output: over its input if nobody else needs that, else in its own buffer.</summary>
    public DenseTensor<T> DestinationOver(int input, int node)
    {
        bool free = !Options.KeepActivations && _readers[input] == 1 && Model.Graph.Nodes[input]
            is ConvolutionNode or LinearNode or RescaleNode or AddNode or StandardiseNode or MaxPoolNode or AveragePoolNode or GlobalAveragePoolNode or ScaleNode;
        return free ? _outputs[input]! : Destination(node);
    }

    /// <summary>True where the backward pass must go on to the output of <paramref name="node"/>.</summary>
    public bool Wants(int node) =>
        Targets.HasFlag(BackwardTargets.Input)
        || (Targets.HasFlag(BackwardTargets.Parameters) && _leadsToParameter[node])
        || (Targets.HasFlag(BackwardTargets.Coefficients) && _leadsToRescale[node]);

    /// <summary>Adds to the gradient of a node's output and takes the buffer over.</summary>
    public void Contribute(int node, OutputGradient<T> contribution)
    {
        if (_gradients[node] is not { } existing)
        {
            _gradients[node] = contribution;
            return;
        }

        OutputGradient<T> sum = Writable(existing);
        Residual.Forward(existing.Tensor, contribution.Tensor, sum.Tensor);
        if (!ReferenceEquals(sum, existing))
        {
            Release(existing);
        }

        Release(contribution);
        _gradients[node] = sum;
    }

    /// <summary>Adds to the gradient of a node's output a buffer that the caller holds and goes on holding.</summary>
    public void Share(int node, OutputGradient<T> contribution)
    {
        contribution.Holders++;
        Contribute(node, contribution);
    }

    /// <summary>
    /// Where a runner that adds on its way out writes its contribution to the gradient of a node's output, and what it adds:
    /// null where it is the first. <see cref="EndContribution"/> must follow.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="reusable">A buffer of that shape that the runner may overwrite where it alone holds it, or null.</param>
    public (OutputGradient<T> Destination, DenseTensor<T>? Addend) BeginContribution(int node, OutputGradient<T>? reusable)
    {
        OutputGradient<T>? existing = _gradients[node];
        OutputGradient<T> destination = existing is { Holders: 1 } ? existing : reusable is { Holders: 1 } ? reusable : RentFor(node);
        return (destination, existing?.Tensor);
    }

    /// <summary>Lets what was written since <see cref="BeginContribution"/> be the gradient. The caller keeps, and gives up, its own hold on <paramref name="reusable"/>.</summary>
    public void EndContribution(int node, OutputGradient<T> destination, OutputGradient<T>? reusable)
    {
        if (_gradients[node] is { } existing && !ReferenceEquals(existing, destination))
        {
            Release(existing);
        }

        if (ReferenceEquals(destination, reusable))
        {
            destination.Holders++;
        }

        _gradients[node] = destination;
    }

    /// <summary>The same buffer where its holder is alone, else a fresh one of its shape (the caller still releases the old).</summary>
    public OutputGradient<T> Writable(OutputGradient<T> gradient) => gradient.Holders == 1 ? gradient : _pool.Rent(gradient.Tensor.Shape);

    /// <summary>A buffer for the gradient of the output of <paramref name="node"/>.</summary>
    public OutputGradient<T> RentFor(int node) => _pool.Rent(_outputs[node]!.Shape);

    /// <summary>Gives up one hold on a buffer.</summary>
    public void Release(OutputGradient<T> gradient) => _pool.Release(gradient);
}
