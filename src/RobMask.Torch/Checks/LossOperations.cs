using RobMask.Torch.Engine;
using static TorchSharp.torch;

namespace RobMask.Torch.Checks;

/// <summary>The losses of <see cref="TorchLosses"/>: one value an image and its gradient, which the engine multiplies by 1/N for a mean.</summary>
internal static class LossOperations
{
    private delegate void Loss(double factor, Tensor loss, Tensor? gradient);

    public static Dictionary<string, Tensor> CrossEntropy(TorchCall call, bool backward)
    {
        (Tensor x, Tensor y, float smoothing) = (call["input"], call.Labels("target"), call.Number("label_smoothing"));
        return Run(call, x, backward, (factor, loss, gradient) => TorchLosses.CrossEntropy(x, y, smoothing, factor, loss, gradient));
    }

    public static Dictionary<string, Tensor> Margin(TorchCall call, bool backward)
    {
        (Tensor x, Tensor y) = (call["input"], call.Labels("target"));
        return Run(call, x, backward, (factor, loss, gradient) => TorchLosses.Margin(x, y, factor, loss, gradient));
    }

    public static Dictionary<string, Tensor> Dlr(TorchCall call, bool backward)
    {
        (Tensor x, Tensor y) = (call["input"], call.Labels("target"));
        Tensor? targets = call.Has("attack_target") ? call.Labels("attack_target") : null;
        return Run(call, x, backward, (factor, loss, gradient) => TorchLosses.Dlr(x, y, targets, factor, loss, gradient));
    }

    public static Dictionary<string, Tensor> KlDivergence(TorchCall call, bool backward)
    {
        (Tensor x, Tensor reference) = (call["input"], call["reference"]);
        Tensor ofReference = zeros_like(reference);
        Dictionary<string, Tensor> outputs = Run(call, x, backward, (factor, loss, gradient) => TorchLosses.KlDivergence(reference, x, factor, loss, gradient is null ? null : ofReference, gradient));
        if (backward)
        {
            outputs["grad_reference"] = ofReference;
        }

        return outputs;
    }

    private static Dictionary<string, Tensor> Run(TorchCall call, Tensor x, bool backward, Loss run)
    {
        long images = x.shape[0];
        Tensor loss = zeros([images], x.dtype, x.device);
        if (backward)
        {
            Tensor gradient = zeros_like(x);
            run(call.Text("reduction") == "mean" ? 1f / images : 1, loss, gradient);
            return new() { ["grad_input"] = gradient };
        }

        run(1, loss, null);
        return new() { ["output"] = call.Text("reduction") switch { "mean" => loss.mean(), "sum" => loss.sum(), _ => loss } };
    }
}
