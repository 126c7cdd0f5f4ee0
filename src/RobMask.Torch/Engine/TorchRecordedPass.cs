using RobMask.Engines;
using RobMask.Engines.Recording;
using RobMask.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>A forward and backward pass node by node, each with an autograd graph of its own, so that every operation can be recorded.</summary>
/// <remarks>
/// The same calls of libtorch in the same order as one graph makes, so the same bits; a test says so. What two nodes read
/// gets the sum of their gradients in reverse order of the readers, as autograd adds them.
/// </remarks>
internal sealed partial class TorchRecordedPass : IDisposable
{
    private readonly TorchModel _model;
    private readonly TorchForward _how;
    private readonly IOperationRecorder _recorder;
    private readonly DisposeScope _scope;
    private readonly TorchNodes _nodes;
    private readonly Step?[] _steps;
    private long _images;

    public TorchRecordedPass(TorchModel model, TorchForward how, IOperationRecorder recorder)
    {
        _model = model;
        _how = how;
        _recorder = recorder;
        _scope = NewDisposeScope();
        _nodes = new TorchNodes(model.Graph, model.State, how, fuses: true);
        _steps = new Step?[model.Graph.Nodes.Count];
    }

    /// <summary>The output of each node; a normalisation that is computed with the rescaling after it has that one's input.</summary>
    public Tensor Forward(Tensor images)
    {
        IReadOnlyList<Node> nodes = _model.Graph.Nodes;
        Tensor[] values = new Tensor[nodes.Count];
        values[0] = images.detach();
        _images = images.shape[0];
        for (int i = 1; i < nodes.Count; i++)
        {
            if (_nodes.IsPartOfNext(i))
            {
                values[i] = values[nodes[i].Inputs[0]];
                continue;
            }

            values[i] = Run(i, nodes[i], values);
        }

        return values[^1];
    }

    /// <summary>Carries a gradient back; gives the gradients of the images and of the coefficients where they are wanted.</summary>
    public (Tensor? Images, Tensor? Coefficients) Backward(Tensor gradient, BackwardTargets targets)
    {
        Tensor?[] arrived = new Tensor?[_steps.Length];
        arrived[^1] = gradient;
        Tensor? coefficients = null;
        for (int i = _steps.Length - 1; i > 0; i--)
        {
            if (arrived[i] is not { } g)
            {
                continue;
            }

            if (_steps[i] is not { } step)
            {
                // A normalisation whose work the rescaling after it has done.
                Join(arrived, i, _model.Graph.Nodes[i].Inputs[0], g);
                continue;
            }

            if (step.Operation == "add")
            {
                Join(arrived, i, step.Node.Inputs[0], g);
                Join(arrived, i, step.Node.Inputs[1], g);
                continue;
            }

            List<Tensor> wanted = [.. step.Inputs, .. step.Parameters.Select(parameter => parameter.Leaf)];
            IList<Tensor> found = autograd.grad([step.Output], wanted, [g], retain_graph: false, create_graph: false, allow_unused: true);
            Record(step, g, found);
            for (int j = 0; j < step.Inputs.Count; j++)
            {
                Join(arrived, i, step.Source, found[j]);
            }

            for (int j = 0; j < step.Parameters.Count; j++)
            {
                Tensor own = found[step.Inputs.Count + j];
                if (step.Parameters[j].Index is int index)
                {
                    if (targets.HasFlag(BackwardTargets.Parameters))
                    {
                        using IDisposable noGraph = no_grad();
                        _model.Contribute(index, own);
                    }
                }
                else
                {
                    coefficients = coefficients is null ? own : coefficients.Plus(own);
                }
            }
        }

        return (arrived[0], coefficients);
    }

    public void Dispose() => _scope.Dispose();

    private Tensor Run(int index, Node node, Tensor[] values)
    {
        string name = NameOf(index, node);
        Tensor[] inputs = [.. node.Inputs.Select(input => values[input].detach().requires_grad_(true))];
        List<(string Role, string Name, Tensor Value)> state = [.. StateOf(node)];
        List<RecordedTensor> before =
        [
            .. Roles(node).Zip(inputs, (role, value) => TorchHost.Recorded(role, value)),
            .. state.Select(part => TorchHost.Recorded(part.Role, part.Value, part.Name)),
        ];
        using IDisposable graph = enable_grad();
        Tensor output = _nodes.Compute(node, inputs);
        Step step = new(node, name, OperationOf(node), AttributesOf(node), node is RescaleNode rescale && _nodes.IsPartOfNext(rescale.Input) ? rescale.Input : node.Inputs[0], inputs, ParametersOf(node), before, output);
        _steps[index] = step;
        Tensor result = output.detach();
        if (node is FlattenNode)
        {
            step.Attributes["shape"] = Extents(result.shape);
        }

        List<RecordedTensor> after = [TorchHost.Recorded("output", result)];
        if (step.Operation is "batch_norm" or "normalize" && _how is { BatchStatistics: true, UpdateRunningStatistics: true })
        {
            after.AddRange(state.Where(part => part.Role.StartsWith("running_", StringComparison.Ordinal)).Select(part => TorchHost.Recorded(part.Role, part.Value)));
        }

        _recorder.Record(new RecordedOperation(name, step.Operation, RecordedPhase.Forward, step.Attributes, Given(step, before), after) { IsOpaque = step.IsOpaque });
        return result;
    }

    private void Record(Step step, Tensor gradient, IList<Tensor> found)
    {
        Dictionary<string, string> attributes = new(step.Attributes, StringComparer.Ordinal);
        List<RecordedTensor> outputs = [TorchHost.Recorded("grad_input", found[0])];
        for (int j = 0; j < step.Parameters.Count; j++)
        {
            outputs.Add(TorchHost.Recorded("grad_" + step.Parameters[j].Role, Own(step, j, found[step.Inputs.Count + j])));
        }

        if (step.Operation == "alias")
        {
            attributes["shape"] = Extents(step.Inputs[0].shape);
            _recorder.Record(new RecordedOperation(step.Name, "alias", RecordedPhase.Backward, attributes, [TorchHost.Recorded("input", gradient)], [TorchHost.Recorded("output", found[0])]));
            return;
        }

        if (step.Operation == "conv2d")
        {
            attributes["bias"] = step.Parameters.Any(parameter => parameter.Role == "bias") ? "true" : "false";
        }

        attributes.Remove("momentum");
        IEnumerable<RecordedTensor> given = Given(step, step.Before).Where(tensor => !Unread(step, tensor.Role));
        _recorder.Record(new RecordedOperation(step.Name, step.Operation + "_backward", RecordedPhase.Backward, attributes, [.. given, TorchHost.Recorded("grad_output", gradient)], outputs) { IsOpaque = step.IsOpaque });
    }

    // Of a gradient that autograd gives for all primary masks, or for the coefficients of all layers, the part of this layer and mask.
    private Tensor Own(Step step, int parameter, Tensor gradient)
    {
        if (step.Node is not RescaleNode node)
        {
            return gradient;
        }

        if (step.Parameters[parameter].Index is null)
        {
            int masks = _model.Graph.MaskCount;
            return gradient.shape[1] == masks ? gradient : gradient.narrow(1, node.Layer * masks, masks);
        }

        return _how.Coefficients is null
            ? _model.Graph.MaskCount > 1 ? gradient[_how.Mask] : gradient
            : gradient.reshape(_model.Graph.MaskCount, -1);
    }

    // What a gradient does not read: biases, and where the batch's own statistics are used the running ones.
    private bool Unread(Step step, string role) =>
        role is "bias" or "beta" || (role.StartsWith("running_", StringComparison.Ordinal) && _how.BatchStatistics && !step.IsOpaque);

    // Without an update of the running statistics the operation does not see them.
    private IReadOnlyList<RecordedTensor> Given(Step step, IReadOnlyList<RecordedTensor> before) =>
        step.Operation is "batch_norm" or "normalize" && _how is { BatchStatistics: true, UpdateRunningStatistics: false }
            ? [.. before.Where(tensor => !tensor.Role.StartsWith("running_", StringComparison.Ordinal))]
            : before;

    private void Join(Tensor?[] arrived, int from, int to, Tensor contribution)
    {
        if (arrived[to] is not { } standing)
        {
            arrived[to] = contribution;
            return;
        }

        Tensor sum = standing.Plus(contribution);
        string name = NameOf(to, _model.Graph.Nodes[to]);
        _recorder.Record(new RecordedOperation(
            $"{name} joined from {NameOf(from, _model.Graph.Nodes[from])}",
            "add",
            RecordedPhase.Backward,
            new Dictionary<string, string>(),
            [TorchHost.Recorded("left", standing), TorchHost.Recorded("right", contribution)],
            [TorchHost.Recorded("output", sum)]));
        arrived[to] = sum;
    }

    private sealed record Step(
        Node Node,
        string Name,
        string Operation,
        Dictionary<string, string> Attributes,
        int Source,
        IReadOnlyList<Tensor> Inputs,
        IReadOnlyList<(string Role, int? Index, Tensor Leaf)> Parameters,
        IReadOnlyList<RecordedTensor> Before,
        Tensor Output)
    {
        public bool IsOpaque => Node is StandardiseNode or ScaleNode or SoftmaxNode or StrengthNode;
    }
}
