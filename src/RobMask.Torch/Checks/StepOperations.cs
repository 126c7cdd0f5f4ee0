using RobMask.Engines;
using RobMask.Ops;
using RobMask.Torch.Engine;
using static TorchSharp.torch;

namespace RobMask.Torch.Checks;

/// <summary>The steps of <see cref="TorchEngine"/>: of the optimiser and of attacks.</summary>
internal static class StepOperations
{
    public static Dictionary<string, Tensor> Sgd(TorchCall call)
    {
        SgdOptions options = new(call.Number("lr"), call.Number("momentum"), call.Number("dampening"), call.Number("weight_decay"), call.Flag("nesterov"));
        using TorchTensor parameter = new(call["param"]);
        using TorchTensor gradient = new(call["grad"]);
        bool isFirst = !call.Has("momentum_buffer");
        using TorchTensor buffer = new(isFirst ? zeros_like(parameter.Value) : call["momentum_buffer"]);
        call.Engine.SgdStep(parameter, gradient, buffer, isFirst, options);
        Dictionary<string, Tensor> outputs = new() { ["param"] = parameter.Value.alias() };
        if (options.Momentum != 0)
        {
            outputs["momentum_buffer"] = buffer.Value.alias();
        }

        return outputs;
    }

    public static Dictionary<string, Tensor> Pgd(TorchCall call)
    {
        using TorchTensor images = new(call["input"]);
        using TorchTensor origin = new(call["origin"]);
        using TorchTensor gradient = new(call["grad"]);
        using TorchTensor stepSize = PerImage(call, "step_size", images);
        using TorchTensor epsilon = PerImage(call, "epsilon", images);
        PixelBox box = new(call.Number("min"), call.Number("max"));
        if (call.Text("norm") == "linf")
        {
            call.Engine.StepLinf(origin, gradient, stepSize, epsilon, box, images);
        }
        else
        {
            call.Engine.StepL2(origin, gradient, stepSize, epsilon, box, images);
        }

        return new() { ["output"] = images.Value.alias() };
    }

    private static TorchTensor PerImage(TorchCall call, string name, TorchTensor images) => new(ones([images.Shape[0]], ScalarType.Float32, call.Device).FullLike(call.Number(name)));
}
