using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>BatchNormalization as normalize and rescale.</summary>
internal static class OnnxNormalisation
{
    /// <summary>
    /// ONNX's momentum is what the running statistics keep, ours (PyTorch's) what the batch brings: 1 − momentum. ONNX lets the biased variance enter,
    /// we the unbiased one, v·m/(m − 1): the difference, (1 − momentum)·v/(m − 1), is taken off again. training_mode (opset 14) chooses the batch's statistics; every case of opset 6 has is_test.
    /// </summary>
    public static void BatchNormalization(OnnxCase test, OnnxJudge judge)
    {
        float epsilon = test.Real("epsilon", 1e-5f);
        float kept = test.Real("momentum", 0.9f);
        bool training = test.Number("training_mode", 0) == 1;
        test.Number("is_test", 1);
        DenseTensor<float> input = test.Tensor("input_0");
        (DenseTensor<float> gamma, DenseTensor<float> beta) = (test.Tensor("input_1"), test.Tensor("input_2"));
        (DenseTensor<float> runningMean, DenseTensor<float> runningVariance) = (test.Tensor("input_3"), test.Tensor("input_4"));
        string attributes = $"training={(training ? "true" : "false")} eps={OnnxCase.Text(epsilon)} momentum={OnnxCase.Text((float)(1 - (double)kept))}";
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) =
            OnnxJudge.Run("normalize", attributes, ("input", input), ("running_mean", runningMean), ("running_var", runningVariance));
        (Dictionary<string, float[]> scaledBits, _) = OnnxJudge.Run("rescale", string.Empty, ("input", DenseTensor<float>.From(bits["output"], input.Shape.Extents)), ("gamma", gamma), ("beta", beta));
        double[] scaled = Rescaled(values["output"], input.Shape, gamma, beta);

        int channels = gamma.Length;
        int count = input.Length / channels;
        int plane = input.Shape[2] * input.Shape[3];
        const double U = OnnxJudge.U;
        double[] meanBound = new double[channels];
        double[] varianceBound = new double[channels];
        for (int c = 0; training && c < channels; c++)
        {
            double magnitude = Enumerable.Range(0, input.Length).Where(i => i / plane % channels == c).Sum(i => (double)Math.Abs(input.Span[i])) / count;
            meanBound[c] = count * U * magnitude;
            varianceBound[c] = ((count + 3) * U * values["var"][c]) + (meanBound[c] * meanBound[c]);
        }

        double[] bound = new double[input.Length];
        for (int i = 0; i < bound.Length; i++)
        {
            int c = i / plane % channels;
            double mean = training ? values["mean"][c] : runningMean.Span[c];
            double variance = training ? values["var"][c] : runningVariance.Span[c];
            double reciprocal = 1 / Math.Sqrt(variance + epsilon);
            double scale = Math.Abs(gamma.Span[c]) * reciprocal;

            // Rounding: PyTorch folds γ, r and μ into one affine map, so each of x·γr, μ·γr and β is rounded by itself; at most eight roundings on a way.
            double rounding = 8 * U * ((scale * (Math.Abs(input.Span[i]) + Math.Abs(mean))) + Math.Abs(beta.Span[c]));

            // The errors of the published statistics (bounds.md): r·δμ and x̂·½·δv/(v + ε).
            bound[i] = rounding + (scale * (meanBound[c] + (Math.Abs(input.Span[i] - mean) * 0.5 * varianceBound[c] / (variance + epsilon))));
        }

        judge.Within(test.Tensor("output_0").Span, scaledBits["output"], scaled, bound);
        if (training)
        {
            double brought = 1 - (double)kept;

            // Momentum's complement is rounded to float in ours and in theirs; then products and a sum.
            judge.Within(
                test.Tensor("output_1").Span,
                bits["running_mean"],
                values["running_mean"],
                [.. Enumerable.Range(0, channels).Select(c => (brought * meanBound[c]) + (8 * U * (Math.Abs(runningMean.Span[c]) + Math.Abs(values["mean"][c]))))]);
            judge.Within(
                test.Tensor("output_2").Span,
                [.. Enumerable.Range(0, channels).Select(c => (float)(bits["running_var"][c] - (brought * bits["var"][c] / (count - 1))))],
                [.. Enumerable.Range(0, channels).Select(c => values["running_var"][c] - (brought * values["var"][c] / (count - 1)))],
                [.. Enumerable.Range(0, channels).Select(c => (brought * varianceBound[c]) + (8 * U * (runningVariance.Span[c] + values["var"][c])))]);
        }
    }

    /// <summary>The value of rescale on normalised numbers in double, float parameters widened.</summary>
    private static double[] Rescaled(double[] normalised, TensorShape shape, DenseTensor<float> gamma, DenseTensor<float> beta)
    {
        Dictionary<string, ITensor> inputs = new() { ["input"] = DenseTensor<double>.From(normalised, shape.Extents), ["gamma"] = gamma, ["beta"] = beta };
        OperationRequest request = new("rescale", inputs, OperationContractTests.Settings(string.Empty)) { Precision = OperationPrecision.F64 };
        return ((DenseTensor<double>)OperationCatalog.Run(request)[0].Tensor).Span.ToArray();
    }
}
