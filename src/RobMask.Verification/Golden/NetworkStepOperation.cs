using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Verification.Networks;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Golden;

/// <summary>Forward and backward through a whole network whose parameters are inputs too.</summary>
/// <remarks>
/// Attributes: «network», the settings as JSON; «training», whether the batch's statistics normalise (and enter the running ones). Inputs: «input», «target», «coefficients»
/// [N, k] or none for primary mask 0, «param.NAME» and «buffer.NAME». Outputs: logits, loss (mean cross-entropy), grad_input, grad_coefficients, grad.NAME and, in
/// training, buffer.NAME.
/// </remarks>
internal sealed class NetworkStepOperation : Operation
{
    private readonly NetworkGraph _graph;
    private readonly bool _training;

    public NetworkStepOperation(IReadOnlyDictionary<string, string> attributes)
        : base("network_step", "forward and backward through a whole network")
    {
        _graph = GoldenNetwork.Graph(attributes);
        _training = attributes.GetValueOrDefault("training") == "true";
        Inputs = [new("input", "[N, …]"), new("target", "[N]", InputKind.Labels), new("coefficients", "[N, k]", Optional: true), .. GoldenNetwork.Inputs(_graph)];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        using ManagedEngine<T> engine = new();
        using IModel model = GoldenNetwork.Load(engine, _graph, call);
        NetworkOutputs.Run(call, model, MaskChoice.Primary(0), new ForwardOptions(MaskChoice.Primary(0))
        {
            BatchStatistics = _training,
            UpdateRunningStatistics = _training,
            KeepForBackward = true,
        });
        if (_training)
        {
            foreach (ModelBuffer buffer in model.Buffers)
            {
                call.OutputCopy("buffer." + buffer.Info.Name, buffer.Value);
            }
        }
    }
}
