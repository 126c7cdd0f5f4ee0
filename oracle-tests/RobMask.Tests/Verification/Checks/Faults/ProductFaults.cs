using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Checks.Faults;

/// <summary>Faults of convolutions and products.</summary>
internal static class ProductFaults
{
    public static IEnumerable<Fault> All =>
    [
        new("a dropped tap", "conv2d", r => Edit.Right(r.With("weight", DropLastTap(r.Input("weight"))))),
        new("padding off by one", "conv2d", r => Edit.Right(r.With("input", Shifted(r)))),
        new("strides swapped", "conv2d", r => Edit.Right(r.With("stride", string.Join(',', r.Text("stride").Split(',').Reverse())))),
        new("dilation ignored", "conv2d", DilationIgnored),
        new("groups ignored", "conv2d", GroupsIgnored),
        new("weight transposed", "conv2d", r => Edit.Right(r.With("weight", Transposed(r.Input("weight"))))),
        new("bias missing", "conv2d", r => Edit.Right(r.Without("bias"))),
        new("TF32 declared as fp32", "conv2d", r => Edit.Right(r.Mapped(Edit.Tf32, "input", "weight"))) { Explanation = "tf32" },
        new("fp16 operands declared as fp32", "linear", r => Edit.Right(r.Mapped(Edit.Fp16, "input", "weight"))) { Explanation = "fp16" },
        new("bf16 operands declared as fp32", "conv2d_backward", r => [.. Edit.Right(r.Mapped(Edit.Bf16, "input", "weight", "grad_output")).Where(one => one.Name != "grad_bias"), .. Edit.Right(r).Where(one => one.Name == "grad_bias")]) { Explanation = "bf16" },
        new("bf16 accumulation", "linear", Bf16Accumulation),
        new("one lane of a reduction lost", "linear", r => Edit.Right(r.With("input", r.Input("input").Map((i, value) => i % r.Input("input").Shape[1] % 16 == 15 ? 0 : value)))),
        new("a race that loses one update in 10⁴", "conv2d_backward", LostUpdates),
        new("weight not transposed in the backward product", "linear_backward", WrongBackwardWeight),
        new("last image missing from the bias gradient", "linear_backward", LastImageMissing),
    ];

    private static DenseTensor<float> DropLastTap(DenseTensor<float> weight)
    {
        int taps = weight.Shape[2] * weight.Shape[3];
        return weight.Map((i, value) => taps > 1 && i % taps == taps - 1 ? 0 : value);
    }

    // One row of padding less above, one more below.
    private static DenseTensor<float> Shifted(OperationRequest request)
    {
        DenseTensor<float> input = request.Input("input");
        int width = input.Shape[3];
        int plane = width * input.Shape[2];
        return request.Pair("padding").Height == 0 ? input : input.Map((i, _) => i % plane + width < plane ? input.Span[i + width] : 0);
    }

    private static IReadOnlyList<NamedTensor> DilationIgnored(OperationRequest request)
    {
        TensorShape shape = Edit.Right(request)[0].Tensor.Shape;
        DenseTensor<float> dense = (DenseTensor<float>)Edit.Right(request.With("dilation", "1,1"))[0].Tensor;
        DenseTensor<float> cropped = new(shape);
        for (int i = 0; i < cropped.Length; i++)
        {
            int q = i % shape[3];
            int p = i / shape[3] % shape[2];
            cropped.Span[i] = dense.Span[(((i / (shape[2] * shape[3]) * dense.Shape[2]) + p) * dense.Shape[3]) + q];
        }

        return [new("output", cropped)];
    }

    // Every group reads the channels of the first.
    private static IReadOnlyList<NamedTensor> GroupsIgnored(OperationRequest request)
    {
        DenseTensor<float> input = request.Input("input");
        int each = request.Input("weight").Shape[1];
        int plane = input.Shape[2] * input.Shape[3];
        return Edit.Right(request.With("input", input.Map((i, _) =>
        {
            (int n, int c, int place) = Edit.Split(input.Shape, i);
            return input.Span[(((n * input.Shape[1]) + (c % each)) * plane) + place];
        })));
    }

    private static DenseTensor<float> Transposed(DenseTensor<float> weight)
    {
        (int rows, int columns) = (weight.Shape[2], weight.Shape[3]);
        return rows != columns ? weight : weight.Map((i, _) => weight.Span[(i / (rows * columns) * rows * columns) + (i % columns * columns) + (i / columns % rows)]);
    }

    private static IReadOnlyList<NamedTensor> Bf16Accumulation(OperationRequest request)
    {
        DenseTensor<float> input = request.Input("input");
        DenseTensor<float> weight = request.Input("weight");
        (int length, int outputs) = (input.Shape[1], weight.Shape[0]);
        return Edit.Right(request).Each("output", (i, _) =>
        {
            float sum = 0;
            for (int d = 0; d < length; d++)
            {
                sum = Edit.Bf16(sum + (input.Span[(i / outputs * length) + d] * weight.Span[(i % outputs * length) + d]));
            }

            return request.Inputs.ContainsKey("bias") ? sum + request.Input("bias").Span[i % outputs] : sum;
        });
    }

    private static IReadOnlyList<NamedTensor> LostUpdates(OperationRequest request)
    {
        // Each image adds to the gradient of the weight; a lost update is the product of one tap of one image.
        IReadOnlyList<NamedTensor> answer = Edit.Right(request);
        DenseTensor<float> input = request.Input("input");
        DenseTensor<float> weight = request.Input("weight");
        DenseTensor<float> grad = request.Input("grad_output");
        (int strideHeight, int strideWidth) = request.Pair("stride");
        (int paddingHeight, int paddingWidth) = request.Pair("padding");
        (int dilationHeight, int dilationWidth) = request.Pair("dilation");
        int channels = weight.Shape[1];
        int perGroup = weight.Shape[0] / (input.Shape[1] / channels);
        Random random = new(grad.Length);
        return answer.Each("grad_weight", (i, value) =>
        {
            int s = i % weight.Shape[3];
            int r = i / weight.Shape[3] % weight.Shape[2];
            int c = i / (weight.Shape[3] * weight.Shape[2]) % channels;
            int k = i / (weight.Shape[3] * weight.Shape[2] * channels);
            for (int n = 0; n < input.Shape[0]; n++)
            {
                for (int p = 0; p < grad.Shape[2]; p++)
                {
                    for (int q = 0; q < grad.Shape[3]; q++)
                    {
                        int h = (p * strideHeight) - paddingHeight + (r * dilationHeight);
                        int w = (q * strideWidth) - paddingWidth + (s * dilationWidth);
                        if (h >= 0 && h < input.Shape[2] && w >= 0 && w < input.Shape[3] && random.Next(10_000) == 0)
                        {
                            int channel = (k / perGroup * channels) + c;
                            value -= input.Span[(((((n * input.Shape[1]) + channel) * input.Shape[2]) + h) * input.Shape[3]) + w]
                                * grad.Span[(((((n * weight.Shape[0]) + k) * grad.Shape[2]) + p) * grad.Shape[3]) + q];
                        }
                    }
                }
            }

            return value;
        });
    }

    private static IReadOnlyList<NamedTensor> WrongBackwardWeight(OperationRequest request)
    {
        DenseTensor<float> weight = request.Input("weight");
        (int outputs, int inputs) = (weight.Shape[0], weight.Shape[1]);
        return Edit.Right(outputs != inputs ? request : request.With("weight", weight.Map((i, _) => weight.Span[(i % inputs * inputs) + (i / inputs)])));
    }

    private static IReadOnlyList<NamedTensor> LastImageMissing(OperationRequest request)
    {
        DenseTensor<float> grad = request.Input("grad_output");
        return Edit.Right(request).Each("grad_bias", (k, value) => grad.Shape[0] == 1 ? value : value - grad.Span[((grad.Shape[0] - 1) * grad.Shape[1]) + k]);
    }
}
