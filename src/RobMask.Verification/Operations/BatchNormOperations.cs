using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="BatchNorm.ForwardTraining"/> with <see cref="Normalise.UpdateRunning"/>, or <see cref="BatchNorm.ForwardEvaluation"/>: normalize, then rescale with [C].</summary>
internal sealed class BatchNormOperation : Operation
{
    public BatchNormOperation()
        : base("batch_norm", "weight·(input − mean)/√(var + eps) + bias per channel: normalize, then rescale")
    {
        Inputs =
        [
            new("input", "[N, C] or [N, C, H, W]"), new("weight", "[C]"), new("bias", "[C]"),
            new("running_mean", "[C]", Optional: true), new("running_var", "[C]", Optional: true),
        ];
        Attributes = [OperationSetting.Flag("training", false), OperationSetting.Number("eps", "1e-5", 0), OperationSetting.Number("momentum", "0.1", 0, 1)];
        Outputs =
        [
            new("output", "as input"),
            new("mean", "[C]", "with training=true"),
            new("var", "[C], biased", "with training=true"),
            new("running_mean", "[C]", "with training=true and running_mean"),
            new("running_var", "[C], takes in the unbiased variance", "with training=true and running_var"),
        ];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> weight = call.Input("weight");
        DenseTensor<T> bias = call.Input("bias");
        TensorShape channels = new(input.Shape[1]);
        (DenseTensor<T>? runningMean, DenseTensor<T>? runningVariance) = NormalizeStatistics.Running(Name, call);
        DenseTensor<T> reciprocal = new(channels);
        DenseTensor<T> output = call.Output("output", input.Shape);
        if (!call.Flag("training"))
        {
            BatchNorm.ForwardEvaluation(input, runningMean!, runningVariance!, call.Number("eps"), weight, bias, null, relu: false, output, reciprocal);
            return;
        }

        DenseTensor<T> mean = call.Output("mean", channels);
        DenseTensor<T> variance = call.Output("var", channels);
        BatchNorm.ForwardTraining(input, call.Number("eps"), weight, bias, null, relu: false, output, mean, variance, reciprocal);
        NormalizeStatistics.Update(call, input, mean, variance, runningMean, runningVariance);
    }
}

/// <summary><see cref="BatchNorm.Backward"/> behind the statistics of the forward pass.</summary>
internal sealed class BatchNormBackwardOperation : Operation
{
    public BatchNormBackwardOperation()
        : base("batch_norm_backward", "the gradients of batch_norm, through the batch's statistics where training=true")
    {
        Inputs =
        [
            new("input", "[N, C] or [N, C, H, W]"), new("weight", "[C]"), new("grad_output", "as input"),
            new("running_mean", "[C]", Optional: true), new("running_var", "[C]", Optional: true),
        ];
        Attributes = [OperationSetting.Flag("training", false), OperationSetting.Number("eps", "1e-5", 0)];
        Outputs = [new("grad_input", "as input"), new("grad_weight", "[C]"), new("grad_bias", "[C]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> weight = call.Input("weight");
        TensorShape channels = new(input.Shape[1]);
        (DenseTensor<T>? runningMean, DenseTensor<T>? runningVariance) = NormalizeStatistics.Running(Name, call);
        bool training = call.Flag("training");
        DenseTensor<T> mean = training ? new DenseTensor<T>(channels) : runningMean!;
        DenseTensor<T> reciprocal = new(channels);
        if (training)
        {
            Normalise.Statistics(input, call.Number("eps"), mean, new DenseTensor<T>(channels), reciprocal);
        }
        else
        {
            Normalise.Reciprocals(runningVariance!, call.Number("eps"), reciprocal);
        }

        DenseTensor<T> gradInput = call.Output("grad_input", input.Shape);
        DenseTensor<T> gradWeight = call.Output("grad_weight", channels);

        // No gradient depends on the bias; the weight stands in for it.
        BatchNorm.Backward(input, mean, reciprocal, weight, weight, relu: false, training, call.Input("grad_output"), gradWeight, call.Output("grad_bias", channels), null, gradInput);
    }
}
