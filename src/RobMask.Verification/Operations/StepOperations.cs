using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Sgd.Step"/>.</summary>
internal sealed class SgdStepOperation : Operation
{
    public SgdStepOperation()
        : base("sgd_step", "one step of torch.optim.SGD; a missing momentum_buffer makes it the first")
    {
        Inputs = [new("param", "[…]"), new("grad", "as param"), new("momentum_buffer", "as param", Optional: true)];
        Attributes =
        [
            OperationSetting.Number("lr", null, 0),
            OperationSetting.Number("momentum", "0", 0),
            OperationSetting.Number("dampening", "0", 0, 1),
            OperationSetting.Number("weight_decay", "0", 0),
            OperationSetting.Flag("nesterov", false),
        ];
        Outputs = [new("param", "as param"), new("momentum_buffer", "as param", "with momentum above 0")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> given = call.Input("param");
        DenseTensor<T>? givenBuffer = call.InputOrNull("momentum_buffer");
        SgdOptions options = new(call.Number("lr"), call.Number("momentum"), call.Number("dampening"), call.Number("weight_decay"), call.Flag("nesterov"));
        if (options.Momentum == 0 && givenBuffer is not null)
        {
            throw new ArgumentException("sgd_step: momentum_buffer was given; expected none with momentum=0");
        }

        DenseTensor<T> parameter = call.Output("param", given.Shape);
        given.Span.CopyTo(parameter.Span);
        DenseTensor<T>? buffer = options.Momentum == 0 ? null : call.Output("momentum_buffer", given.Shape);
        if (buffer is not null)
        {
            givenBuffer?.Span.CopyTo(buffer.Span);
        }

        Sgd.Step(parameter, call.Input("grad"), buffer, firstStep: givenBuffer is null, options);
    }
}

/// <summary><see cref="ProjectedStep.Linf"/> or <see cref="ProjectedStep.L2"/>.</summary>
internal sealed class PgdStepOperation : Operation
{
    public PgdStepOperation()
        : base("pgd_step", "one projected step: along grad, into the ball about origin, into [min, max]")
    {
        Inputs = [new("input", "[N, …]"), new("origin", "as input"), new("grad", "as input")];
        Attributes =
        [
            OperationSetting.Choice("norm", null, "linf", "l2"),
            OperationSetting.Number("step_size", null, 0),
            OperationSetting.Number("epsilon", null, 0),
            OperationSetting.Number("min", "0"),
            OperationSetting.Number("max", "1"),
        ];
        Outputs = [new("output", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        PixelBox box = new(call.Number("min"), call.Number("max"));
        if (!(box.Low <= box.High))
        {
            throw new ArgumentException($"pgd_step: min = {box.Low}, max = {box.High}; expected min ≤ max");
        }

        DenseTensor<T> output = call.Output("output", input.Shape);
        input.Span.CopyTo(output.Span);
        DenseTensor<T> stepSize = Same<T>(input.Shape[0], call.Number("step_size"));
        DenseTensor<T> epsilon = Same<T>(input.Shape[0], call.Number("epsilon"));
        if (call.Choice("norm") == "linf")
        {
            ProjectedStep.Linf(call.Input("origin"), call.Input("grad"), stepSize, epsilon, box, output);
        }
        else
        {
            ProjectedStep.L2(call.Input("origin"), call.Input("grad"), stepSize, epsilon, box, output);
        }
    }

    private static DenseTensor<T> Same<T>(int images, float value)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(images);
        tensor.Span.Fill(Real.FromDouble<T>(value));
        return tensor;
    }
}
