using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «Whole networks»: forward and backward through the network `cnn` with a mixture of masks for each image.</summary>
internal static class SmallNetwork
{
    private const float Epsilon = 1e-5f;
    private const float Momentum = 0.1f;

    /// <summary>What a block keeps for the way back.</summary>
    private sealed record Block<T>(string Number, T[] Input, Convolution.Extents Extents, T[] Normalised, T[] Reciprocal, T[] Gamma, T[] Output);

    /// <summary>All outputs of the golden operation network_step by their names.</summary>
    public static Dictionary<string, T[]> Step<T>(Dictionary<string, (int[] Shape, T[] Values)> given, int[] labels, float[] mean, float[] deviation, int blocks)
        where T : IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, T[]> outputs = [];
        int[] shape = given["input"].Shape;
        (int images, int height, int width) = (shape[0], shape[2], shape[3]);
        int masks = given["coefficients"].Shape[1];
        T[] coefficients = given["coefficients"].Values;
        T[] x = ElementByElement.Standardise(given["input"].Values, mean, deviation, height * width);
        Stack<Block<T>> done = [];
        for (int b = 1; b <= blocks; b++)
        {
            (int[] weightShape, T[] weight) = given[$"param.conv{b}.weight"];
            int stride = b is 2 or 3 ? 2 : 1;
            Convolution.Extents e = new(images, weightShape[1], height, width, weightShape[0], 3, 3, stride, stride, 1, 1, 1, 1, 1);
            (height, width) = (e.P, e.Q);
            int plane = height * width;
            (T[] normalised, T[] batchMean, T[] variance, T[] reciprocal) = Normalisation.Training(Convolution.Forward(x, weight, null, e), images, e.K, plane, Epsilon);
            double count = images * plane;
            outputs[$"buffer.bn{b}.running_mean"] = Normalisation.Running(given[$"buffer.bn{b}.running_mean"].Values, batchMean, Momentum, 1);
            outputs[$"buffer.bn{b}.running_var"] = Normalisation.Running(given[$"buffer.bn{b}.running_var"].Values, variance, Momentum, count / (count - 1));
            T[] gamma = Mixture.Mix(given[$"param.bn{b}.weight"].Values, coefficients, images, masks, e.K);
            T[] beta = Mixture.Mix(given[$"param.bn{b}.bias"].Values, coefficients, images, masks, e.K);
            T[] output = ElementByElement.Relu(Rescaling.Forward(normalised, gamma, beta, e.K, plane, true));
            done.Push(new Block<T>($"{b}", x, e, normalised, reciprocal, gamma, output));
            x = output;
        }

        int channels = done.Peek().Extents.K;
        (int[] lastShape, T[] lastWeight) = given["param.fc.weight"];
        int classes = lastShape[0];
        T[] pooled = Pooling.GlobalAverage(x, images * channels, height * width);
        T[] logits = Linear.Forward(pooled, lastWeight, given["param.fc.bias"].Values, images, channels, classes);
        T[][] rows = [.. logits.Chunk(classes)];
        outputs["logits"] = logits;
        outputs["loss"] = [Losses.Reduce<T>([.. rows.Zip(labels, (row, label) => Losses.CrossEntropy(row, label, 0))], mean: true)];

        T factor = T.One / T.CreateTruncating(images);
        T[] g = [.. rows.Zip(labels, (row, label) => Losses.CrossEntropyBackward(row, label, 0, factor)).SelectMany(row => row)];
        outputs["grad.fc.weight"] = Linear.BackwardWeight(pooled, g, images, channels, classes);
        outputs["grad.fc.bias"] = Linear.BackwardBias(g, images, classes);
        g = Pooling.GlobalAverageBackward(Linear.BackwardInput(g, lastWeight, images, channels, classes), height * width);
        T[] gradCoefficients = new T[images * masks];
        while (done.TryPop(out Block<T>? block))
        {
            Convolution.Extents e = block.Extents;
            int plane = e.P * e.Q;
            (T[] gammas, T[] betas) = (given[$"param.bn{block.Number}.weight"].Values, given[$"param.bn{block.Number}.bias"].Values);
            g = ElementByElement.ReluBackward(block.Output, g);
            (T[] gradGamma, T[] gradBeta) = Rescaling.BackwardMask(block.Normalised, g, images, e.K, plane, true);
            outputs[$"grad.bn{block.Number}.weight"] = Mixture.BackwardPrimary(gradGamma, coefficients, images, masks, e.K);
            outputs[$"grad.bn{block.Number}.bias"] = Mixture.BackwardPrimary(gradBeta, coefficients, images, masks, e.K);
            gradCoefficients = ElementByElement.Residual(gradCoefficients, Mixture.BackwardCoefficients(gradGamma, gammas, gradBeta, betas, images, masks, e.K));
            g = Normalisation.BackwardTraining(block.Normalised, Rescaling.BackwardInput(g, block.Gamma, e.K, plane, true), block.Reciprocal, images, e.K, plane);
            outputs[$"grad.conv{block.Number}.weight"] = Convolution.BackwardWeight(block.Input, g, e);
            g = Convolution.BackwardInput(g, given[$"param.conv{block.Number}.weight"].Values, e);
        }

        outputs["grad_coefficients"] = gradCoefficients;
        outputs["grad_input"] = ElementByElement.StandardiseBackward(g, deviation, shape[2] * shape[3]);
        return outputs;
    }
}
