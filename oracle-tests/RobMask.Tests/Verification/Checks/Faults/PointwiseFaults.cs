using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Checks.Faults;

/// <summary>Faults of ReLU, masks, pooling, softmax and losses.</summary>
internal static class PointwiseFaults
{
    private const float LeastNormal = 1.17549435e-38f;

    public static IEnumerable<Fault> All =>
    [
        new("mask of the wrong sign", "feature_mask", r => [new("mask", Mask(r.Input("input"), value => value < 0))]),
        new("mask open at zero", "feature_mask", r => [new("mask", Mask(r.Input("input"), value => value >= 0))]),
        new("gradient not masked", "relu_backward", r => [new("grad_input", r.Input("grad_output"))]),
        new("NaN dropped by relu", "relu", r => Edit.Right(r.Mapped(value => float.IsNaN(value) ? 0 : value, "input"))),
        new("subnormals flushed by relu", "relu", r => Edit.Right(r.Mapped(value => Math.Abs(value) < LeastNormal ? 0 : value, "input"))),
        new("results stored as fp16", "rescale", r => Edit.Right(r).Each("output", (_, value) => Edit.Fp16(value))),
        new("max-pooling pads with 0", "max_pool2d", MaxPoolOfZeros),
        new("NaN dropped by max-pooling", "max_pool2d", r => Edit.Right(r.Mapped(value => float.IsNaN(value) ? float.NegativeInfinity : value, "input"))),
        new("last row of windows left out", "max_pool2d_backward", r => Edit.Right(r.With("grad_output", WithoutLastRow(r.Input("grad_output"))))),
        new("average pooling leaves padding out of the count", "avg_pool2d", AverageWithoutPadding),
        new("log_softmax without the maximum", "log_softmax", LogSoftmaxUnshifted),
        new("softmax without the maximum", "softmax", SoftmaxUnshifted),
        new("1/N missing from the loss", "cross_entropy", r => Edit.Right(r.Text("reduction") == "mean" ? r.With("reduction", "sum") : r)),
        new("1/N missing from the gradient", "cross_entropy_backward", r => Edit.Right(r.Text("reduction") == "mean" ? r.With("reduction", "sum") : r)),
        new("label smoothing ignored", "cross_entropy", r => Edit.Right(r.With("label_smoothing", "0"))),
        new("arguments of the divergence swapped", "kl_div", r => Edit.Right(r.With("input", r.Inputs["reference"]).With("reference", r.Inputs["input"]))),
        new("the label among the rivals", "margin_loss", LabelAmongRivals),
    ];

    private static DenseTensor<bool> Mask(DenseTensor<float> input, Func<float, bool> open)
    {
        DenseTensor<bool> mask = new(input.Shape);
        for (int i = 0; i < mask.Length; i++)
        {
            mask.Span[i] = open(input.Span[i]);
        }

        return mask;
    }

    private static IReadOnlyList<NamedTensor> MaxPoolOfZeros(OperationRequest request)
    {
        (int top, int left) = request.Pair("padding");
        DenseTensor<float> input = request.Input("input");
        DenseTensor<float> padded = new(input.Shape[0], input.Shape[1], input.Shape[2] + (2 * top), input.Shape[3] + (2 * left));
        for (int i = 0; i < input.Length; i++)
        {
            (int h, int w) = (i / input.Shape[3] % input.Shape[2], i % input.Shape[3]);
            padded.Span[(((i / (input.Shape[2] * input.Shape[3]) * padded.Shape[2]) + h + top) * padded.Shape[3]) + w + left] = input.Span[i];
        }

        return Edit.Right(request.With("input", padded).With("padding", "0"));
    }

    private static DenseTensor<float> WithoutLastRow(DenseTensor<float> rows) => rows.Map((i, value) => i / rows.Shape[3] % rows.Shape[2] == rows.Shape[2] - 1 && rows.Shape[2] > 1 ? 0 : value);

    private static IReadOnlyList<NamedTensor> AverageWithoutPadding(OperationRequest request)
    {
        DenseTensor<float> ones = request.Input("input").Map(_ => 1);
        DenseTensor<float> counted = (DenseTensor<float>)Edit.Right(request.With("input", ones))[0].Tensor;
        return Edit.Right(request).Each("output", (i, value) => value / counted.Span[i]);
    }

    private static IReadOnlyList<NamedTensor> LogSoftmaxUnshifted(OperationRequest request)
    {
        DenseTensor<float> input = request.Input("input");
        int classes = input.Shape[1];
        return Edit.Right(request).Each("output", (i, _) => input.Span[i] - MathF.Log(SumOfExp(input, i / classes)));
    }

    private static IReadOnlyList<NamedTensor> SoftmaxUnshifted(OperationRequest request)
    {
        DenseTensor<float> input = request.Input("input");
        int classes = input.Shape[1];
        return Edit.Right(request).Each("output", (i, _) => MathF.Exp(input.Span[i]) / SumOfExp(input, i / classes));
    }

    private static float SumOfExp(DenseTensor<float> input, int row)
    {
        float sum = 0;
        foreach (float value in input.Image(row))
        {
            sum += MathF.Exp(value);
        }

        return sum;
    }

    private static IReadOnlyList<NamedTensor> LabelAmongRivals(OperationRequest request)
    {
        DenseTensor<float> input = request.Input("input");
        DenseTensor<int> labels = (DenseTensor<int>)request.Inputs["target"];
        return request.Text("reduction") != "none" ? Edit.Right(request)
            : Edit.Right(request).Each("output", (n, _) => input.Image(n).ToArray().Max() - input.Image(n)[labels.Span[n]]);
    }
}
