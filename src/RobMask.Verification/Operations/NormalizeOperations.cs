using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Normalise.ForwardTraining"/> with <see cref="Normalise.UpdateRunning"/>, or <see cref="Normalise.ForwardEvaluation"/>.</summary>
internal sealed class NormalizeOperation : Operation
{
    public NormalizeOperation()
        : base("normalize", "(input − mean)/√(var + eps) per channel, by the batch's statistics (training) or the running ones")
    {
        Inputs = [new("input", "[N, C] or [N, C, H, W]"), new("running_mean", "[C]", Optional: true), new("running_var", "[C]", Optional: true)];
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
        TensorShape channels = new(input.Shape[1]);
        (DenseTensor<T>? runningMean, DenseTensor<T>? runningVariance) = NormalizeStatistics.Running(Name, call);
        DenseTensor<T> reciprocal = new(channels);
        DenseTensor<T> output = call.Output("output", input.Shape);
        if (!call.Flag("training"))
        {
            Normalise.ForwardEvaluation(input, runningMean!, runningVariance!, call.Number("eps"), output, reciprocal);
            return;
        }

        DenseTensor<T> mean = call.Output("mean", channels);
        DenseTensor<T> variance = call.Output("var", channels);
        Normalise.ForwardTraining(input, call.Number("eps"), output, mean, variance, reciprocal);
        NormalizeStatistics.Update(call, input, mean, variance, runningMean, runningVariance);
    }
}

/// <summary><see cref="Normalise.BackwardTraining"/> or <see cref="Normalise.BackwardEvaluation"/>.</summary>
internal sealed class NormalizeBackwardOperation : Operation
{
    public NormalizeBackwardOperation()
        : base("normalize_backward", "the gradient of normalize, through the batch's statistics where training=true")
    {
        Inputs =
        [
            new("input", "[N, C] or [N, C, H, W]"), new("grad_output", "as input"),
            new("running_mean", "[C]", Optional: true), new("running_var", "[C]", Optional: true),
        ];
        Attributes = [OperationSetting.Flag("training", false), OperationSetting.Number("eps", "1e-5", 0)];
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> gradOutput = call.Input("grad_output");
        TensorShape channels = new(input.Shape[1]);
        (DenseTensor<T>? runningMean, DenseTensor<T>? runningVariance) = NormalizeStatistics.Running(Name, call);
        DenseTensor<T> reciprocal = new(channels);
        DenseTensor<T> normalised = new(input.Shape);
        if (call.Flag("training"))
        {
            Normalise.ForwardTraining(input, call.Number("eps"), normalised, new DenseTensor<T>(channels), new DenseTensor<T>(channels), reciprocal);
            Normalise.BackwardTraining(normalised, gradOutput, reciprocal, call.Output("grad_input", input.Shape));
        }
        else
        {
            Normalise.ForwardEvaluation(input, runningMean!, runningVariance!, call.Number("eps"), normalised, reciprocal);
            Normalise.BackwardEvaluation(gradOutput, reciprocal, call.Output("grad_input", input.Shape));
        }
    }
}

/// <summary>What both read.</summary>
internal static class NormalizeStatistics
{
    /// <summary>The running statistics: both or none, and in evaluation both.</summary>
    public static (DenseTensor<T>? Mean, DenseTensor<T>? Variance) Running<T>(string operation, OperationCall<T> call)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T>? mean = call.InputOrNull("running_mean");
        DenseTensor<T>? variance = call.InputOrNull("running_var");
        if (mean is null != variance is null)
        {
            throw new ArgumentException($"{operation}: {(mean is null ? "running_mean" : "running_var")} is missing; expected both running statistics or none");
        }

        return mean is null && !call.Flag("training")
            ? throw new ArgumentException($"{operation}: running_mean and running_var are missing; expected both with training=false")
            : (mean, variance);
    }

    /// <summary>Gives the running statistics after a batch, where there were some before it.</summary>
    public static void Update<T>(OperationCall<T> call, DenseTensor<T> input, DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T>? runningMean, DenseTensor<T>? runningVariance)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (runningMean is null || runningVariance is null)
        {
            return;
        }

        DenseTensor<T> newMean = call.Output("running_mean", mean.Shape);
        DenseTensor<T> newVariance = call.Output("running_var", mean.Shape);
        runningMean.Span.CopyTo(newMean.Span);
        runningVariance.Span.CopyTo(newVariance.Span);
        Normalise.UpdateRunning(mean, variance, input.Length / mean.Length, call.Number("momentum"), newMean, newVariance);
    }
}
