using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>MaxPool, AveragePool and GlobalAveragePool.</summary>
internal static class OnnxPooling
{
    // This case was published with four decimals, inputs and outputs alike: half a unit of the output, and four inputs' halves over nine.
    private const string FourDecimals = "test_averagepool_2d_ceil_last_window_starts_on_pad";
    private const double DecimalsError = 0.5e-4 * (1 + (4.0 / 9));

    /// <summary>MaxPool is max_pool2d. Padding goes into the input as −∞. A dilation that divides stride and padding is a window without dilation on every so manieth pixel.</summary>
    public static void MaxPool(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> input = test.Tensor("input_0");
        DenseTensor<float> published = test.Tensor("output_0");
        Window window = Window.Read(test, input, published);
        int storageOrder = test.Number("storage_order", 0);
        (int dilationHeight, int dilationWidth) = (window.Dilations[0], window.Dilations[1]);
        Assert.All(new[] { window.Strides[0], window.Pads[0], window.Pads[2] }, v => Assert.Equal(0, v % dilationHeight));
        Assert.All(new[] { window.Strides[1], window.Pads[1], window.Pads[3] }, v => Assert.Equal(0, v % dilationWidth));
        int[] pads = [.. window.Pads.Select((p, i) => p / window.Dilations[i % 2])];
        DenseTensor<float> padded = Pad(EveryPixel(input, dilationHeight, dilationWidth), pads, float.NegativeInfinity);
        string attributes = $"kernel_size={window.Kernel[0]},{window.Kernel[1]} stride={window.Strides[0] / dilationHeight},{window.Strides[1] / dilationWidth}";
        judge.Same(published.Span, OnnxJudge.Run("max_pool2d", attributes, ("input", padded)).Bits["output"]);
        if (test.Has("output_1"))
        {
            Winners(test.Integers("output_1"), attributes, padded, storageOrder);
        }
    }

    /// <summary>
    /// AveragePool with count_include_pad is avg_pool2d. Without it, and where ceil_mode lets a window hang over, the mean of the values inside is the
    /// quotient of avg_pool2d of the input and of ones, both padded with zeros. With dilation and R·S a power of two it is conv2d with weights 1/(R·S).
    /// </summary>
    public static void AveragePool(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> input = test.Tensor("input_0");
        DenseTensor<float> published = test.Tensor("output_0");
        Window window = Window.Read(test, input, published);
        bool includePad = test.Number("count_include_pad", 0) == 1;
        int terms = window.Kernel[0] * window.Kernel[1];
        if (window.Dilations is not [1, 1])
        {
            Assert.True(input.Shape[1] == 1 && int.IsPow2(terms) && window.Pads.All(p => p == 0));
            DenseTensor<float> weight = new(1, 1, window.Kernel[0], window.Kernel[1]);
            weight.Span.Fill(1f / terms);
            string dilated = $"stride={window.Strides[0]},{window.Strides[1]} dilation={window.Dilations[0]},{window.Dilations[1]}";
            judge.Gauge(published.Span, terms, "conv2d", dilated, "output", ("input", input), ("weight", weight));
            return;
        }

        DenseTensor<float> ones = OnnxJudge.Map(input, _ => 1);
        string attributes = $"kernel_size={window.Kernel[0]},{window.Kernel[1]} stride={window.Strides[0]},{window.Strides[1]}";
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = OnnxJudge.Run("avg_pool2d", attributes, ("input", Pad(input, window.Pads, 0)));
        double[] magnitudes = OnnxJudge.Run("avg_pool2d", attributes, ("input", Pad(OnnxJudge.Absolute(input), window.Pads, 0))).Values["output"];
        (Dictionary<string, float[]> shareBits, Dictionary<string, double[]> shares) = OnnxJudge.Run("avg_pool2d", attributes, ("input", Pad(ones, window.Pads, includePad ? 1 : 0)));
        float[] ours = [.. bits["output"].Zip(shareBits["output"], (a, b) => a / b)];
        double[] value = [.. values["output"].Zip(shares["output"], (a, b) => a / b)];

        // Additions and a division; ours has two divisions more, the share's and the quotient's besides.
        double[] bound = [.. magnitudes.Zip(shares["output"], (g, share) => (terms + 3) * OnnxJudge.U * g / share)];
        judge.Within(published.Span, ours, value, bound, test.Name == FourDecimals ? DecimalsError : 0);
    }

    /// <summary>GlobalAveragePool is global_avg_pool; its output [N, C, 1, 1] has the elements of [N, C].</summary>
    public static void GlobalAveragePool(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> input = test.Tensor("input_0");
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = OnnxJudge.Run("global_avg_pool", string.Empty, ("input", input));
        double[] magnitudes = OnnxJudge.Run("global_avg_pool", string.Empty, ("input", OnnxJudge.Absolute(input))).Values["output"];
        int terms = input.Shape[2] * input.Shape[3];
        judge.Within(test.Tensor("output_0").Span, bits["output"], values["output"], [.. magnitudes.Select(g => (terms + 1) * OnnxJudge.U * g)]);
    }

    /// <summary>Puts a value around every plane: rows above, columns left, rows below, columns right.</summary>
    public static DenseTensor<float> Pad(DenseTensor<float> input, int[] pads, float value)
    {
        (int planes, int height, int width) = (input.Shape[0] * input.Shape[1], input.Shape[2], input.Shape[3]);
        int paddedWidth = width + pads[1] + pads[3];
        DenseTensor<float> padded = new(input.Shape[0], input.Shape[1], height + pads[0] + pads[2], paddedWidth);
        padded.Span.Fill(value);
        for (int row = 0; row < planes * height; row++)
        {
            int place = (((row / height * padded.Shape[2]) + (row % height) + pads[0]) * paddedWidth) + pads[1];
            input.Span.Slice(row * width, width).CopyTo(padded.Span[place..]);
        }

        return padded;
    }

    /// <summary>Where each maximum lies, seen in the gradient: windows do not overlap, so the gradient i + 1 of output i stands at its winner. storage_order 1 counts down columns.</summary>
    private static void Winners(DenseTensor<long> published, string attributes, DenseTensor<float> input, int storageOrder)
    {
        DenseTensor<float> numbers = new(published.Shape);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers.Span[i] = i + 1;
        }

        float[] gradient = OnnxJudge.Run("max_pool2d_backward", attributes, ("input", input), ("grad_output", numbers)).Bits["grad_input"];
        (int height, int width) = (input.Shape[2], input.Shape[3]);
        Assert.Equal(1, input.Shape[0] * input.Shape[1]);
        for (int i = 0; i < published.Length; i++)
        {
            int place = Array.IndexOf(gradient, i + 1f);
            Assert.Equal(published.Span[i], storageOrder == 1 ? (place % width * height) + (place / width) : place);
        }
    }

    private static DenseTensor<float> EveryPixel(DenseTensor<float> input, int rowStep, int columnStep)
    {
        (int height, int width) = (input.Shape[2], input.Shape[3]);
        DenseTensor<float> kept = new(input.Shape[0], input.Shape[1], (height + rowStep - 1) / rowStep, (width + columnStep - 1) / columnStep);
        int i = 0;
        for (int plane = 0; plane < input.Shape[0] * input.Shape[1]; plane++)
        {
            for (int h = 0; h < height; h += rowStep)
            {
                for (int w = 0; w < width; w += columnStep)
                {
                    kept.Span[i++] = input.Span[(((plane * height) + h) * width) + w];
                }
            }
        }

        return kept;
    }

    /// <summary>The window of a pooling: pads with what auto_pad asks for and what ceil_mode lets the last window hang over.</summary>
    private sealed record Window(int[] Kernel, int[] Strides, int[] Dilations, int[] Pads)
    {
        public static Window Read(OnnxCase test, DenseTensor<float> input, DenseTensor<float> output)
        {
            int[] kernel = test.Numbers("kernel_shape");
            int[] strides = test.Numbers("strides", 1, 1);
            int[] dilations = test.Numbers("dilations", 1, 1);
            int[] pads = test.Numbers("pads", 0, 0, 0, 0);
            string auto = test.Text("auto_pad", "NOTSET");
            bool ceil = test.Number("ceil_mode", 0) == 1;
            for (int d = 0; d < 2; d++)
            {
                int needed = ((output.Shape[2 + d] - 1) * strides[d]) + ((kernel[d] - 1) * dilations[d]) + 1;
                int missing = needed - input.Shape[2 + d] - pads[d] - pads[d + 2];
                if (auto != "NOTSET")
                {
                    int total = Math.Max(0, missing);
                    pads[d] = auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
                    pads[d + 2] = total - pads[d];
                }
                else if (ceil)
                {
                    pads[d + 2] += Math.Max(0, missing);
                }
            }

            return new Window(kernel, strides, dilations, pads);
        }
    }
}
