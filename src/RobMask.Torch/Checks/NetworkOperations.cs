using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using static TorchSharp.torch;

namespace RobMask.Torch.Checks;

/// <summary>What networks are made of, computed as the engine computes a node (<see cref="TorchNodes"/>), with autograd's gradients.</summary>
internal static class NetworkOperations
{
    private const string Layer = "layer";
    private static readonly TensorShape _any = new(1);

    public static Tensor Convolution(TorchCall call) => Node(call, Convolution(call, call["weight"]), new() { [".weight"] = call["weight"], [".bias"] = call.Optional("bias") }, call["input"]);

    public static Tensor Linear(TorchCall call) => Node(call, Linear(call.Has("bias")), new() { [".weight"] = call["weight"], [".bias"] = call.Optional("bias") }, call["input"]);

    public static Dictionary<string, Tensor> ConvolutionBackward(TorchCall call)
    {
        (Tensor x, Tensor w) = (Leaf(call["input"]), Leaf(call["weight"]));
        Tensor? bias = call.Flag("bias") ? Zeros(w, w.shape[0]) : null;
        Tensor y = Node(call, Convolution(call, w) with { Bias = bias is not null }, new() { [".weight"] = w, [".bias"] = bias }, x);
        return Gradients(y, call["grad_output"], [("grad_input", x), ("grad_weight", w), .. bias is null ? [] : new (string, Tensor)[] { ("grad_bias", bias) }]);
    }

    public static Dictionary<string, Tensor> LinearBackward(TorchCall call)
    {
        (Tensor x, Tensor w) = (Leaf(call["input"]), Leaf(call["weight"]));
        Tensor bias = Zeros(w, w.shape[0]);
        return Gradients(Node(call, Linear(bias: true), new() { [".weight"] = w, [".bias"] = bias }, x), call["grad_output"], [("grad_input", x), ("grad_weight", w), ("grad_bias", bias)]);
    }

    /// <summary>normalize, and where there are weight and bias batch_norm: one call of libtorch's, as in a network without a mixture.</summary>
    public static Dictionary<string, Tensor> Normalisation(TorchCall call)
    {
        Tensor x = call["input"];
        Dictionary<string, Tensor?> state = new() { [".running_mean"] = call.Optional("running_mean"), [".running_var"] = call.Optional("running_var"), [".weight"] = call.Optional("weight"), [".bias"] = call.Optional("bias") };
        Dictionary<string, Tensor> outputs = new() { ["output"] = Normalisation(call, x, state, call.Number("momentum")) };
        if (call.Flag("training"))
        {
            // The engine has no use for them; they say how libtorch itself sums.
            long[] dimensions = [0, .. Enumerable.Range(2, (int)x.dim() - 2).Select(d => (long)d)];
            outputs["mean"] = x.mean(dimensions);
            outputs["var"] = x.var(dimensions, unbiased: false);
            if (state[".running_mean"] is { } mean && state[".running_var"] is { } variance)
            {
                (outputs["running_mean"], outputs["running_var"]) = (mean, variance);
            }
        }

        return outputs;
    }

    public static Dictionary<string, Tensor> NormalisationBackward(TorchCall call)
    {
        Tensor x = Leaf(call["input"]);
        Tensor? weight = call.Optional("weight") is { } given ? Leaf(given) : null;
        Tensor? bias = weight is null ? null : Zeros(weight, weight.shape[0]);
        Dictionary<string, Tensor?> state = new() { [".running_mean"] = call.Optional("running_mean"), [".running_var"] = call.Optional("running_var"), [".weight"] = weight, [".bias"] = bias };
        Tensor y = Normalisation(call, x, state, momentum: 0.1f);
        return Gradients(y, call["grad_output"], weight is null ? [("grad_input", x)] : [("grad_input", x), ("grad_weight", weight), ("grad_bias", bias!)]);
    }

    public static Tensor Rescale(TorchCall call) => Rescale(call, call["input"], call["gamma"], call["beta"]);

    public static Dictionary<string, Tensor> RescaleBackward(TorchCall call)
    {
        (Tensor x, Tensor gamma) = (Leaf(call["input"]), Leaf(call["gamma"]));
        Tensor beta = zeros_like(gamma).requires_grad_(true);
        return Gradients(Rescale(call, x, gamma, beta), call["grad_output"], [("grad_input", x), ("grad_gamma", gamma), ("grad_beta", beta)]);
    }

    public static Tensor MixedRescale(TorchCall call) => Mixed(call, call["input"], call["gammas"], call["betas"], call["coefficients"]);

    public static Dictionary<string, Tensor> MixedRescaleBackward(TorchCall call)
    {
        (Tensor x, Tensor gammas, Tensor betas, Tensor u) = (Leaf(call["input"]), Leaf(call["gammas"]), Leaf(call["betas"]), Leaf(call["coefficients"]));
        return Gradients(Mixed(call, x, gammas, betas, u), call["grad_output"], [("grad_input", x), ("grad_gammas", gammas), ("grad_betas", betas), ("grad_coefficients", u)]);
    }

    public static Tensor Relu(TorchCall call, Tensor x) => Node(call, new ReluNode(0, _any), [], x);

    public static Tensor MaxPool(TorchCall call, Tensor x) => Node(call, new MaxPoolNode(0, Window(call), _any), [], x);

    public static Tensor AveragePool(TorchCall call, Tensor x) => Node(call, new AveragePoolNode(0, Window(call), _any), [], x);

    public static Tensor GlobalAverage(TorchCall call, Tensor x) => Node(call, new GlobalAveragePoolNode(0, _any), [], x);

    public static Tensor Softmax(TorchCall call, Tensor x) => Node(call, new SoftmaxNode(0, (int)x.shape[1], _any), [], x);

    public static Tensor Add(TorchCall call) => Node(call, new AddNode(0, 0, _any), [], call["left"], call["right"]);

    /// <summary>The gradient of an operation of one input.</summary>
    public static Dictionary<string, Tensor> Gradient(TorchCall call, Func<TorchCall, Tensor, Tensor> forward)
    {
        Tensor x = Leaf(call["input"]);
        return Gradients(forward(call, x), call["grad_output"], [("grad_input", x)]);
    }

    private static ConvolutionNode Convolution(TorchCall call, Tensor weight)
    {
        ((int sh, int sw), (int ph, int pw), (int dh, int dw)) = (call.Pair("stride"), call.Pair("padding"), call.Pair("dilation"));
        return new ConvolutionNode(0, Layer, new ConvAttributes((int)weight.shape[2], (int)weight.shape[3], sh, sw, ph, pw, dh, dw, call.Integer("groups")), call.Has("bias"), _any);
    }

    private static LinearNode Linear(bool bias) => new(0, Layer, bias, _any);

    private static PoolAttributes Window(TorchCall call)
    {
        ((int height, int width), (int sh, int sw), (int ph, int pw)) = (call.Pair("kernel_size"), call.Pair("stride"), call.Pair("padding"));
        return new PoolAttributes(height, width, sh == 0 ? height : sh, sw == 0 ? width : sw, ph, pw);
    }

    private static Tensor Normalisation(TorchCall call, Tensor x, Dictionary<string, Tensor?> state, float momentum)
    {
        NetworkGraph graph = Block((int)x.shape[1], 1, call.Number("eps"), momentum);
        TorchForward how = new() { BatchStatistics = call.Flag("training"), UpdateRunningStatistics = state[".running_mean"] is not null };
        bool fuses = state[".weight"] is not null;
        return new TorchNodes(graph, Named(state), how, fuses).Compute(graph.Nodes[fuses ? 2 : 1], [x]);
    }

    private static Tensor Rescale(TorchCall call, Tensor x, Tensor gamma, Tensor beta)
    {
        if (gamma.dim() == 1)
        {
            return Node(call, new RescaleNode(0, Layer, 0, _any), new() { [".weight"] = gamma, [".bias"] = beta }, x);
        }

        // A mask for each image is what a mixture gives: the same call on mixed masks.
        long[] shape = [.. gamma.shape, .. Enumerable.Repeat(1L, (int)x.dim() - 2)];
        return beta.reshape(shape).PlusProduct(gamma.reshape(shape), x);
    }

    private static Tensor Mixed(TorchCall call, Tensor x, Tensor gammas, Tensor betas, Tensor coefficients)
    {
        NetworkGraph graph = Block((int)gammas.shape[1], (int)gammas.shape[0], 1e-5f, 0.1f);
        Dictionary<string, Tensor> state = Named(new() { [".weight"] = gammas, [".bias"] = betas });
        return new TorchNodes(graph, state, new TorchForward { Coefficients = coefficients, Precision = call.Precision }, fuses: true).Compute(graph.Nodes[2], [x]);
    }

    // Node 1 normalises, node 2 rescales.
    private static NetworkGraph Block(int channels, int masks, float epsilon, float momentum)
    {
        GraphBuilder builder = new(new TensorShape(channels), masks);
        builder.BatchNorm(0, Layer, epsilon, momentum);
        return builder.Build("check");
    }

    private static Tensor Node(TorchCall call, Node node, Dictionary<string, Tensor?> state, params Tensor[] inputs) =>
        new TorchNodes(Block(1, 1, 1e-5f, 0.1f), Named(state), new TorchForward { Precision = call.Precision }, fuses: false).Compute(node, inputs);

    private static Dictionary<string, Tensor> Named(Dictionary<string, Tensor?> state) => state.Where(part => part.Value is not null).ToDictionary(part => Layer + part.Key, part => part.Value!);

    private static Tensor Leaf(Tensor tensor) => tensor.requires_grad_(true);

    private static Tensor Zeros(Tensor like, long extent) => zeros([extent], like.dtype, like.device).requires_grad_(true);

    private static Dictionary<string, Tensor> Gradients(Tensor output, Tensor gradOutput, (string Name, Tensor Leaf)[] leaves)
    {
        IList<Tensor> gradients = autograd.grad([output], [.. leaves.Select(leaf => leaf.Leaf)], [gradOutput], allow_unused: true);
        return leaves.Select((leaf, i) => (leaf.Name, Tensor: gradients[i] is { IsInvalid: false } gradient ? gradient : zeros_like(leaf.Leaf))).ToDictionary(pair => pair.Name, pair => pair.Tensor);
    }
}
