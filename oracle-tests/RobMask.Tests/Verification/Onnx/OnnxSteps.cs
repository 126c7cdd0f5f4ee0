using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>Relu, Clip, Sign and Momentum.</summary>
internal static class OnnxSteps
{
    public static void Relu(OnnxCase test, OnnxJudge judge) =>
        judge.Same(test.Tensor("output_0").Span, OnnxJudge.Run("relu", string.Empty, ("input", test.Tensor("input_0"))).Bits["output"]);

    /// <summary>Clip is a pgd_step of no length in a ball without bound: what remains is the box. Opset 6 has the bounds as attributes, later ones as inputs that may be missing.</summary>
    public static void Clip(OnnxCase test, OnnxJudge judge)
    {
        float least = test.Has("input_1") ? test.Tensor("input_1").Span[0] : test.Real("min", float.NegativeInfinity);
        float greatest = test.Has("input_2") ? test.Tensor("input_2").Span[0] : test.Real("max", float.PositiveInfinity);
        DenseTensor<float> input = test.Tensor("input_0");
        string attributes = $"norm=linf step_size=0 epsilon=Infinity min={OnnxCase.Text(least)} max={OnnxCase.Text(greatest)}";
        judge.Same(test.Tensor("output_0").Span, OnnxJudge.Run("pgd_step", attributes, ("input", input), ("origin", input), ("grad", new DenseTensor<float>(input.Shape))).Bits["output"]);
    }

    /// <summary>Sign is a pgd_step of length 1 from 0.</summary>
    public static void Sign(OnnxCase test, OnnxJudge judge)
    {
        DenseTensor<float> gradient = test.Tensor("input_0");
        DenseTensor<float> zero = new(gradient.Shape);
        judge.Same(test.Tensor("output_0").Span, OnnxJudge.Run("pgd_step", "norm=linf step_size=1 epsilon=1 min=-1", ("input", zero), ("origin", zero), ("grad", gradient)).Bits["output"]);
    }

    /// <summary>
    /// Momentum is sgd_step: alpha is the momentum, norm_coefficient the weight decay, beta (1 where the training count T is 0, as in every case here) is 1 − dampening. Tensors
    /// come as all X, all gradients, all V; results as all X, all V.
    /// </summary>
    public static void Momentum(OnnxCase test, OnnxJudge judge)
    {
        float rate = test.Tensor("input_0").Span[0];
        Assert.Equal(0, test.Integers("input_1").Span[0]);
        test.Real("beta", 1);
        float alpha = test.Real("alpha", 0);
        float decay = test.Real("norm_coefficient", 0);
        bool nesterov = test.Text("mode", "standard") == "nesterov";
        string attributes = $"lr={OnnxCase.Text(rate)} momentum={OnnxCase.Text(alpha)} weight_decay={OnnxCase.Text(decay)} nesterov={(nesterov ? "true" : "false")}";
        int count = (test.InputCount - 2) / 3;
        for (int i = 0; i < count; i++)
        {
            DenseTensor<float> parameter = test.Tensor($"input_{2 + i}");
            DenseTensor<float> gradient = test.Tensor($"input_{2 + count + i}");
            DenseTensor<float> buffer = test.Tensor($"input_{2 + (2 * count) + i}");
            (Dictionary<string, float[]> bits, Dictionary<string, double[]> values) = OnnxJudge.Run("sgd_step", attributes, ("param", parameter), ("grad", gradient), ("momentum_buffer", buffer));

            // At most four roundings on the way to V, at most four more to X.
            double[] velocity = [.. Enumerable.Range(0, parameter.Length).Select(j => Math.Abs(alpha * buffer.Span[j]) + Math.Abs(decay * parameter.Span[j]) + Math.Abs(gradient.Span[j]))];
            judge.Within(test.Tensor($"output_{count + i}").Span, bits["momentum_buffer"], values["momentum_buffer"], [.. velocity.Select(v => 4 * OnnxJudge.U * v)]);
            judge.Within(test.Tensor($"output_{i}").Span, bits["param"], values["param"], [.. velocity.Select((v, j) => 8 * OnnxJudge.U * (Math.Abs(parameter.Span[j]) + (2 * rate * v)))]);
        }
    }
}
