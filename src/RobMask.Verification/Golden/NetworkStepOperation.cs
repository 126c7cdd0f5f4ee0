using System.Numerics;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;
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
        DenseTensor<T> input = call.Input("input");
        int images = input.Shape[0];
        using ManagedEngine<T> engine = new();
        using IModel model = GoldenNetwork.Load(engine, _graph, call);
        using ITape tape = model.CreateTape(images);
        DenseTensor<T>? coefficients = call.InputOrNull("coefficients");
        DenseTensor<T> logits = (DenseTensor<T>)tape.Forward(input, new ForwardOptions(coefficients is null ? MaskChoice.Primary(0) : MaskChoice.PerImage(coefficients))
        {
            BatchStatistics = _training,
            UpdateRunningStatistics = _training,
            KeepForBackward = true,
        });
        Copy(call, "logits", logits);
        DenseTensor<T> losses = new(images);
        CrossEntropy.Forward(logits, call.Labels("target"), 0, losses);
        call.Output("loss", new TensorShape()).Span[0] = CrossEntropy.Reduce(losses, Reduction.Mean);
        DenseTensor<T> gradient = new(logits.Shape);
        CrossEntropy.Backward(logits, call.Labels("target"), 0, T.One / T.CreateChecked(images), gradient);
        model.ZeroGradients();
        tape.Backward(gradient, BackwardTargets.Input | BackwardTargets.Parameters | (coefficients is null ? BackwardTargets.None : BackwardTargets.Coefficients));
        Copy(call, "grad_input", (DenseTensor<T>)tape.InputGradient);
        if (coefficients is not null)
        {
            Copy(call, "grad_coefficients", (DenseTensor<T>)tape.CoefficientGradient);
        }

        foreach (ModelParameter parameter in model.Parameters)
        {
            Copy(call, "grad." + parameter.Info.Name, (DenseTensor<T>)parameter.Gradient);
        }

        if (_training)
        {
            foreach (ModelBuffer buffer in model.Buffers)
            {
                Copy(call, "buffer." + buffer.Info.Name, (DenseTensor<T>)buffer.Value);
            }
        }
    }

    private static void Copy<T>(OperationCall<T> call, string name, DenseTensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tensor.Span.CopyTo(call.Output(name, tensor.Shape).Span);
}
