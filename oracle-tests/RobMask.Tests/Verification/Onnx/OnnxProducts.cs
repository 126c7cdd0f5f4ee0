using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>Conv, ConvTranspose, Gemm and MatMul as conv2d, conv2d_backward and linear.</summary>
internal static class OnnxProducts
{
    /// <summary>Conv is conv2d; padding that is not symmetric is put into the input as zeros.</summary>
    public static void Conv(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> weight = test.Tensor("input_1");
        (string attributes, int[] pads) = Attributes(test, weight);
        DenseTensor<float> input = test.Tensor("input_0");
        bool symmetric = pads[0] == pads[2] && pads[1] == pads[3];
        if (!symmetric)
        {
            input = OnnxPooling.Pad(input, pads, 0);
        }

        attributes += symmetric ? $" padding={pads[0]},{pads[1]}" : string.Empty;
        (string, DenseTensor<float>)[] inputs = [("input", input), ("weight", weight)];
        bool biased = test.Has("input_2");
        judge.Gauge(
            test.Tensor("output_0").Span,
            weight.Shape.LengthPerImage + (biased ? 1 : 0),
            "conv2d",
            attributes,
            "output",
            biased ? [.. inputs, ("bias", test.Tensor("input_2"))] : inputs);
    }

    /// <summary>ConvTranspose is the gradient of the input of the convolution whose output it reads; output_padding chooses among the inputs that give that output.</summary>
    public static void ConvTranspose(OnnxCase test, OnnxJudge judge)
    {
        Assert.False(test.Has("input_2"), "a bias has no counterpart in a gradient");
        DenseTensor<float> weight = test.Tensor("input_1");
        DenseTensor<float> published = test.Tensor("output_0");
        (string attributes, int[] pads) = Attributes(test, weight);
        Assert.True(pads[0] == pads[2] && pads[1] == pads[3], "a gradient has symmetric padding");
        test.Numbers("output_padding");
        int groups = published.Shape[1] / weight.Shape[1];
        judge.Gauge(
            published.Span,
            weight.Shape[0] / groups * weight.Shape[2] * weight.Shape[3],
            "conv2d_backward",
            attributes + $" padding={pads[0]},{pads[1]}",
            "grad_input",
            ("input", new DenseTensor<float>(published.Shape)),
            ("weight", weight),
            ("grad_output", test.Tensor("input_0")));
    }

    /// <summary>Gemm is linear: alpha (a power of two here, so exact) goes into the weight, beta·C (one rounding) is the bias; a C of several rows is a call for each.</summary>
    public static void Gemm(OnnxCase test, OnnxJudge judge)
    {
        test.Number("broadcast", 1);
        float alpha = test.Real("alpha", 1);
        float beta = test.Real("beta", 1);
        Assert.Equal(0, BitConverter.SingleToInt32Bits(alpha) & 0x7fffff);
        DenseTensor<float> input = test.Tensor("input_0");
        DenseTensor<float> weight = test.Tensor("input_1");
        input = test.Number("transA", 0) == 1 ? Transposed(input) : input;
        weight = OnnxJudge.Map(test.Number("transB", 0) == 1 ? weight : Transposed(weight), w => alpha * w);
        DenseTensor<float> added = OnnxJudge.Map(test.Tensor("input_2"), c => beta * c);
        DenseTensor<float> published = test.Tensor("output_0");
        int outputs = weight.Shape[0];
        int rowsOfC = added.Shape.Rank == 2 ? added.Shape[0] : 1;
        int rows = input.Shape[0] / rowsOfC;
        for (int i = 0; i < rowsOfC; i++)
        {
            DenseTensor<float> bias = new(outputs);
            for (int k = 0; k < outputs; k++)
            {
                bias.Span[k] = added.Length == 1 ? added.Span[0] : added.Span[(i * outputs) + k];
            }

            // One term more for the bias, one for the rounding of beta·C.
            judge.Gauge(published.Span.Slice(i * rows * outputs, rows * outputs), input.Shape[1] + 2, "linear", string.Empty, "output", ("input", input.Images(i * rows, rows)), ("weight", weight), ("bias", bias));
        }
    }

    /// <summary>MatMul is linear with the right side transposed, once for each pair of matrices.</summary>
    public static void MatMul(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> left = test.Tensor("input_0");
        DenseTensor<float> right = test.Tensor("input_1");
        DenseTensor<float> published = test.Tensor("output_0");
        int terms = left.Shape[left.Shape.Rank - 1];
        int rows = left.Shape.Rank == 1 ? 1 : left.Shape[left.Shape.Rank - 2];
        int columns = right.Shape[right.Shape.Rank - 1];
        int leftBatches = left.Length / (rows * terms);
        int rightBatches = right.Length / (terms * columns);
        Assert.Equal(leftBatches * rightBatches * rows * columns, published.Length);
        for (int i = 0; i < leftBatches; i++)
        {
            for (int j = 0; j < rightBatches; j++)
            {
                DenseTensor<float> a = DenseTensor<float>.From(left.Span.Slice(i * rows * terms, rows * terms), rows, terms);
                DenseTensor<float> b = DenseTensor<float>.From(right.Span.Slice(j * terms * columns, terms * columns), terms, columns);
                ReadOnlySpan<float> part = published.Span.Slice(((i * rightBatches) + j) * rows * columns, rows * columns);
                judge.Gauge(part, terms, "linear", string.Empty, "output", ("input", a), ("weight", Transposed(b)));
            }
        }
    }

    private static (string Attributes, int[] Pads) Attributes(OnnxCase test, DenseTensor<float> weight)
    {
        int[] strides = test.Numbers("strides", 1, 1);
        int[] dilations = test.Numbers("dilations", 1, 1);
        int[] kernel = test.Numbers("kernel_shape", weight.Shape[2], weight.Shape[3]);
        Assert.Equal([weight.Shape[2], weight.Shape[3]], kernel);
        return ($"stride={strides[0]},{strides[1]} dilation={dilations[0]},{dilations[1]} groups={test.Number("group", 1)}", test.Numbers("pads", 0, 0, 0, 0));
    }

    private static DenseTensor<float> Transposed(DenseTensor<float> matrix)
    {
        DenseTensor<float> transposed = new(matrix.Shape[1], matrix.Shape[0]);
        for (int i = 0; i < matrix.Shape[0]; i++)
        {
            for (int j = 0; j < matrix.Shape[1]; j++)
            {
                transposed.Span[(j * matrix.Shape[0]) + i] = matrix.Span[(i * matrix.Shape[1]) + j];
            }
        }

        return transposed;
    }
}
