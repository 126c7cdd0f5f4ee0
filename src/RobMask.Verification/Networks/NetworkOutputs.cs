using System.Numerics;
using RobMask.Engines;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Networks;

/// <summary>What a pass through a whole network gives: logits, loss and gradients, under their names.</summary>
internal static class NetworkOutputs
{
    /// <summary>Runs the input «input» forward and, where there is a «target» and gradients are wanted, the mean cross-entropy backward.</summary>
    /// <param name="call">The inputs, «coefficients» [N, k] for a mixture for each image among them, and where the outputs go.</param>
    /// <param name="model">The network.</param>
    /// <param name="mask">The mask where there are no coefficients.</param>
    /// <param name="options">The forward pass, its mask replaced.</param>
    public static void Run<T>(OperationCall<T> call, IModel model, MaskChoice mask, ForwardOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> input = call.Input("input");
        int images = input.Shape[0];
        DenseTensor<T>? coefficients = call.InputOrNull("coefficients");
        using ITape tape = model.CreateTape(images);
        DenseTensor<T> logits = (DenseTensor<T>)tape.Forward(input, options with { Mask = coefficients is null ? mask : MaskChoice.PerImage(coefficients) });
        call.OutputCopy("logits", logits);
        if (call.LabelsOrNull("target") is not { } target)
        {
            return;
        }

        DenseTensor<T> losses = new(images);
        CrossEntropy.Forward(logits, target, 0, losses);
        call.Output("loss", new TensorShape()).Span[0] = CrossEntropy.Reduce(losses, Reduction.Mean);
        if (!options.KeepForBackward)
        {
            return;
        }

        DenseTensor<T> gradient = new(logits.Shape);
        CrossEntropy.Backward(logits, target, 0, T.One / T.CreateChecked(images), gradient);
        model.ZeroGradients();
        tape.Backward(gradient, BackwardTargets.Input | BackwardTargets.Parameters | (coefficients is null ? BackwardTargets.None : BackwardTargets.Coefficients));
        call.OutputCopy("grad_input", tape.InputGradient);
        if (coefficients is not null)
        {
            call.OutputCopy("grad_coefficients", tape.CoefficientGradient);
        }

        foreach (ModelParameter parameter in model.Parameters)
        {
            call.OutputCopy("grad." + parameter.Info.Name, parameter.Gradient);
        }
    }
}
