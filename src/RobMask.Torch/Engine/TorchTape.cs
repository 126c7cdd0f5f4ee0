using RobMask.Engines;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <summary>One forward pass on libtorch; autograd keeps what its backward pass needs.</summary>
internal sealed class TorchTape(TorchModel model, int capacity) : ITape
{
    private ForwardOptions? _options;
    private Tensor? _images;
    private Tensor? _coefficients;
    private TorchTensor? _output;
    private TorchTensor[] _activations = [];
    private TorchRecordedPass? _recorded;
    private TorchTensor? _inputGradient;
    private TorchTensor? _coefficientGradient;
    private bool _isCarriedBack;

    public int Capacity { get; } = capacity >= 1 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a tape holds at least 1 image");

    public ITensor InputGradient => _inputGradient ?? throw new InvalidOperationException("tape: the gradient of the input was not asked for");

    public ITensor CoefficientGradient => _coefficientGradient ?? throw new InvalidOperationException("tape: the gradient of the coefficients was not asked for");

    private ForwardOptions Options => _options ?? throw new InvalidOperationException("tape: there has been no forward pass");

    public ITensor Forward(ITensor images, ForwardOptions options)
    {
        Tensor input = TorchEngine.Values(images);
        options.Check(model.Graph, images.Shape, Capacity);
        Forget();
        _options = options;
        _isCarriedBack = false;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable graph = options.KeepForBackward ? enable_grad() : no_grad();
        _images = Leaf(input, options.KeepForBackward);
        _coefficients = Coefficients(options, input);
        TorchForward how = new()
        {
            BatchStatistics = options.BatchStatistics,
            UpdateRunningStatistics = options.UpdateRunningStatistics,
            RunningMomentum = options.RunningMomentum,
            StatisticsSet = options.StatisticsSet,
            Mask = Math.Max(0, options.Mask.Index),
            Coefficients = _coefficients,
            Precision = model.Precision,
        };
        if (model.Recorder is { } recorder && !options.KeepActivations)
        {
            // Outlives this scope: its backward pass needs what it holds.
            _recorded = new TorchRecordedPass(model, how, recorder);
            _output = new TorchTensor(_recorded.Forward(_images).alias());
        }
        else if (options.KeepActivations)
        {
            _activations = [.. TorchGraph.Activations(model.Graph, model.State, _images, how).Select(value => new TorchTensor(value.alias()))];
            _output = new TorchTensor(_activations[^1].Value.alias());
        }
        else
        {
            _output = new TorchTensor(TorchGraph.Forward(model.Graph, model.State, _images, how));
        }

        return _output;
    }

    public void Backward(ITensor gradient, BackwardTargets targets)
    {
        if (!Options.KeepForBackward)
        {
            throw new InvalidOperationException("tape: the last forward pass was not kept for a backward pass (KeepForBackward)");
        }

        if (_isCarriedBack)
        {
            throw new InvalidOperationException("tape: the last forward pass has been carried back already, and autograd freed what it kept");
        }

        Tensor arrived = TorchEngine.Values(gradient);
        if (!gradient.Shape.Equals(_output!.Shape))
        {
            throw new ArgumentException($"tape: the gradient has shape {gradient.Shape}, the output {_output.Shape}");
        }

        if (targets.HasFlag(BackwardTargets.Coefficients) && Options.Mask.ImageCoefficients is null)
        {
            throw new InvalidOperationException("tape: only coefficients of each image have a gradient");
        }

        Renew(ref _inputGradient, null);
        Renew(ref _coefficientGradient, null);
        _isCarriedBack = true;
        using DisposeScope scope = NewDisposeScope();
        if (_recorded is not null)
        {
            (Tensor? ofImages, Tensor? ofCoefficients) = _recorded.Backward(arrived, targets);
            TakeGradients(targets, ofImages, ofCoefficients);
            return;
        }

        if (targets.HasFlag(BackwardTargets.Parameters))
        {
            // Autograd adds to what the parameters hold, or hands its own tensor over where they hold nothing.
            List<Tensor> reached = [.. model.Leaves];
            AddLeaves(reached, targets);
            _output.Value.backward([arrived], create_graph: false, retain_graph: false, inputs: reached);
            TakeGradients(targets, _images!.grad, _coefficients?.grad);
            return;
        }

        List<Tensor> wanted = [];
        AddLeaves(wanted, targets);
        if (wanted.Count > 0)
        {
            IList<Tensor> gradients = autograd.grad([_output.Value], wanted, [arrived], retain_graph: false, create_graph: false, allow_unused: true);
            TakeGradients(targets, targets.HasFlag(BackwardTargets.Input) ? gradients[0] : null, gradients[^1]);
        }
    }

    public ITensor Activation(int node) => Options.KeepActivations
        ? _activations[node]
        : throw new InvalidOperationException("tape: the last forward pass did not keep its activations (KeepActivations)");

    public void Dispose()
    {
        Forget();
        Renew(ref _inputGradient, null);
        Renew(ref _coefficientGradient, null);
    }

    private static bool IsThere(Tensor? gradient) => gradient is not null && !gradient.IsInvalid;

    private void AddLeaves(List<Tensor> leaves, BackwardTargets targets)
    {
        if (targets.HasFlag(BackwardTargets.Input))
        {
            leaves.Add(_images!);
        }

        if (targets.HasFlag(BackwardTargets.Coefficients))
        {
            leaves.Add(_coefficients!);
        }
    }

    private void TakeGradients(BackwardTargets targets, Tensor? ofImages, Tensor? ofCoefficients)
    {
        using IDisposable noGraph = no_grad();
        Renew(ref _inputGradient, targets.HasFlag(BackwardTargets.Input) ? Found(ofImages, _images!) : null);
        Renew(ref _coefficientGradient, targets.HasFlag(BackwardTargets.Coefficients) ? Found(ofCoefficients, _coefficients!) : null);
    }

    // A target that the output does not depend on has the gradient 0.
    private static TorchTensor Found(Tensor? gradient, Tensor like) => new(IsThere(gradient) ? gradient!.contiguous() : zeros_like(like).detach());

    private static void Renew(ref TorchTensor? tensor, TorchTensor? by)
    {
        tensor?.Dispose();
        tensor = by;
    }

    // The caller's tensor itself never takes part in a graph.
    private static Tensor Leaf(Tensor value, bool wantsGradient) => value.detach().requires_grad_(wantsGradient).DetachFromDisposeScope();

    private static Tensor? Coefficients(ForwardOptions options, Tensor like)
    {
        if (options.Mask.ImageCoefficients is { } each)
        {
            return Leaf(TorchEngine.Values(each), options.KeepForBackward);
        }

        return options.Mask.UniformCoefficients is { } uniform
            ? Leaf(TorchConstants.Of(options.Mask, uniform.ToArray, [1, uniform.Length], like), false)
            : null;
    }

    private void Forget()
    {
        _images?.Dispose();
        _images = null;
        _coefficients?.Dispose();
        _coefficients = null;
        Renew(ref _output, null);
        _recorded?.Dispose();
        _recorded = null;
        foreach (TorchTensor activation in _activations)
        {
            activation.Dispose();
        }

        _activations = [];
    }
}
