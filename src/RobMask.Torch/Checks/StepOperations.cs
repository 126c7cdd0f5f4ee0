using System.Globalization;
using RobMask.Engines;
using RobMask.Numerics;
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

    /// <summary>Uniform numbers as a device draws them, also where the device is the processor; normal ones are drawn on the host.</summary>
    public static Tensor Philox(TorchCall call)
    {
        PhiloxKey key = new(ulong.Parse(call.Text("seed"), CultureInfo.InvariantCulture), uint.Parse(call.Text("stream"), CultureInfo.InvariantCulture), 0);
        int count = call.Integer("count");
        switch (call.Text("distribution"))
        {
            case "uniform" when count > 0:
                return TorchPhilox.Uniform(key, count, 0, 1, call.Device);
            case "words":
                throw new NotSupportedException("the engine gives out no words");
            default:
                using (TorchTensor numbers = new(zeros([count], ScalarType.Float32, call.Device)))
                {
                    call.Engine.FillNormal(numbers, key, 1);
                    return numbers.Value.alias();
                }
        }
    }

    private static TorchTensor PerImage(TorchCall call, string name, TorchTensor images) => new(ones([images.Shape[0]], ScalarType.Float32, call.Device).FullLike(call.Number(name)));
}
