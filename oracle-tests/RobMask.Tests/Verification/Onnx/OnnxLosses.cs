using RobMask.Tensors;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>Softmax, LogSoftmax and SoftmaxCrossEntropyLoss on rows: the axis of the classes is moved to the end.</summary>
internal static class OnnxLosses
{
    // NumPy and PyTorch evaluate exp and log in float within 4 ulp (8 u); ours are correctly rounded.
    private const double Elementary = 8;
    private const double U = OnnxJudge.U;

    public static void Softmax(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> rows = Rows(test.Tensor("input_0"), test.Number("axis", -1), out int inner);
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = OnnxJudge.Run("softmax", string.Empty, ("input", rows));
        double[] bound = Bound(rows, (probability, distance, spread, n) => probability * U * (distance + spread + (2 * Elementary) + n + 2));
        judge.Within(Rows(test.Tensor("output_0"), inner, rows.Shape[1]).Span, bits["output"], values["output"], bound);
    }

    public static void LogSoftmax(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> rows = Rows(test.Tensor("input_0"), test.Number("axis", -1), out int inner);
        CompareLogarithms(judge, rows, Rows(test.Tensor("output_0"), inner, rows.Shape[1]));
    }

    /// <summary>
    /// Losses of images by cross_entropy, log_prob by log_softmax. RobMask has no class weights and no ignore_index: where a case has them, they are applied here to the losses of
    /// the images (weight of the label, 0 for an ignored label, a mean over the weights); where it has none, the reduction is cross_entropy's own.
    /// </summary>
    public static void CrossEntropy(OnnxCase test, OnnxJudge judge)
    {
        string reduction = test.Text("reduction", "mean");
        int ignored = test.Number("ignore_index", int.MinValue);
        DenseTensor<float> rows = Rows(test.Tensor("input_0"), 1, out int inner);
        DenseTensor<long> labels = test.Integers("input_1");
        DenseTensor<float> published = test.Tensor("output_0");
        (DenseTensor<long> used, double[] weights) = Weights(labels, ignored, test.Has("input_2") ? test.Tensor("input_2") : null);
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = OnnxJudge.Run("cross_entropy", "reduction=none", ("input", rows), ("target", used));
        double[] every = Bound(rows, LogarithmBound);
        double[] bound = [.. used.Span.ToArray().Select((label, i) => (weights[i] * every[(i * rows.Shape[1]) + label]) + (U * weights[i] * Math.Abs(values["output"][i])))];
        if (test.Has("output_1"))
        {
            CompareLogarithms(judge, rows, Rows(test.Tensor("output_1"), inner, rows.Shape[1]));
        }

        double[] value = [.. values["output"].Zip(weights, (loss, weight) => loss * weight)];
        float[] ours = [.. bits["output"].Zip(weights, (loss, weight) => (float)(loss * weight))];
        if (reduction == "none")
        {
            judge.Within(published.Span, ours, value, bound);
            return;
        }

        // n additions of each sum in float, and the division.
        double divisor = reduction == "mean" ? weights.Sum() : 1;
        double error = (bound.Sum() + (2 * weights.Length * U * value.Sum(Math.Abs))) / divisor;
        bool plain = weights.All(w => w == 1);
        float total = plain
            ? OnnxJudge.Run("cross_entropy", $"reduction={reduction}", ("input", rows), ("target", used)).Bits["output"][0]
            : (float)(ours.Sum(loss => (double)loss) / divisor);
        judge.Within(published.Span, [total], [value.Sum() / divisor], [error]);
    }

    private static void CompareLogarithms(OnnxJudge judge, DenseTensor<float> rows, DenseTensor<float> published)
    {
        (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = OnnxJudge.Run("log_softmax", string.Empty, ("input", rows));
        judge.Within(published.Span, bits["output"], values["output"], Bound(rows, LogarithmBound));
    }

    /// <summary>(x − M) − log Σ, or log of the softmax: the relative error of the softmax, and that of the logarithm.</summary>
    private static double LogarithmBound(double probability, double distance, double spread, int n) =>
        U * (distance + spread + (2 * Elementary) + n + 2 + ((Elementary + 1) * Math.Abs(Math.Log(probability))));

    /// <summary>Blanchard, Higham and Higham 2021, from s_i, |x_i − M|, Σ s_j|x_j − M| and n, in double.</summary>
    private static double[] Bound(DenseTensor<float> rows, Func<double, double, double, int, double> of)
    {
        int n = rows.Shape[1];
        double[] bound = new double[rows.Length];
        for (int row = 0; row < rows.Shape[0]; row++)
        {
            double[] distances = [.. rows.Image(row).ToArray().Select(x => (double)x)];
            double maximum = distances.Max();
            distances = [.. distances.Select(x => maximum - x)];
            double sum = distances.Sum(d => Math.Exp(-d));
            double spread = distances.Sum(d => Math.Exp(-d) / sum * d);
            for (int i = 0; i < n; i++)
            {
                bound[(row * n) + i] = of(Math.Exp(-distances[i]) / sum, distances[i], spread, n);
            }
        }

        return bound;
    }

    private static (DenseTensor<long> Labels, double[] Weights) Weights(DenseTensor<long> labels, int ignored, DenseTensor<float>? classWeights)
    {
        DenseTensor<long> used = new(labels.Length);
        double[] weights = new double[labels.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            bool counts = labels.Span[i] != ignored;
            used.Span[i] = counts ? labels.Span[i] : 0;
            weights[i] = !counts ? 0 : classWeights is null ? 1 : classWeights.Span[(int)labels.Span[i]];
        }

        return (used, weights);
    }

    /// <summary>[outer, K, inner] as rows [outer·inner, K].</summary>
    private static DenseTensor<float> Rows(DenseTensor<float> tensor, int axis, out int inner)
    {
        axis = axis < 0 ? axis + tensor.Shape.Rank : axis;
        inner = 1;
        foreach (int extent in tensor.Shape.Extents[(axis + 1)..])
        {
            inner *= extent;
        }

        return Rows(tensor, inner, tensor.Shape[axis]);
    }

    private static DenseTensor<float> Rows(DenseTensor<float> tensor, int inner, int classes)
    {
        DenseTensor<float> rows = new(tensor.Length / classes, classes);
        for (int i = 0; i < tensor.Length; i++)
        {
            int outer = i / (classes * inner);
            rows.Span[(((outer * inner) + (i % inner)) * classes) + (i / inner % classes)] = tensor.Span[i];
        }

        return rows;
    }
}
