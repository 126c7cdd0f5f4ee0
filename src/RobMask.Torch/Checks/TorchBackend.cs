using System.Globalization;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using RobMask.Verification.Bounds;
using RobMask.Verification.Checks;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Checks;

/// <summary>libtorch on the CPU, in float, as a backend under test: what adapters/pytorch/backend.py is, through TorchSharp.</summary>
public sealed class TorchBackend : IMaskingBackend
{
    private static readonly Dictionary<string, Func<Call, Dictionary<string, Tensor>>> Table = new(StringComparer.Ordinal)
    {
        ["conv2d"] = c => Output(Convolve(c, c["input"], c["weight"], c.Optional("bias"))),
        ["conv2d_backward"] = ConvolutionBackward,
        ["linear"] = c => Output(nn.functional.linear(c["input"], c["weight"], c.Optional("bias"))),
        ["linear_backward"] = LinearBackward,
        ["normalize"] = BatchNorm,
        ["batch_norm"] = BatchNorm,
        ["normalize_backward"] = BatchNormBackward,
        ["batch_norm_backward"] = BatchNormBackward,
        ["add"] = c => Output(c["left"].Plus(c["right"])),
        ["rescale"] = c => Output((Channels(c["gamma"], c["input"]) * c["input"]).Plus(Channels(c["beta"], c["input"]))),
        ["rescale_backward"] = RescaleBackward,
        ["mixed_rescale"] = c => Output(Mixed(c["input"], c["gammas"], c["betas"], c["coefficients"])),
        ["mixed_rescale_backward"] = MixedBackward,
        ["relu"] = c => Output(nn.functional.relu(c["input"])),
        ["relu_backward"] = c => Gradient(c, x => nn.functional.relu(x)),
        ["feature_mask"] = c => new() { ["mask"] = c["input"].gt(zeros_like(c["input"])) },
        ["max_pool2d"] = c => Output(MaxPool(c, c["input"])),
        ["max_pool2d_backward"] = c => Gradient(c, x => MaxPool(c, x)),
        ["avg_pool2d"] = c => Output(AveragePool(c, c["input"])),
        ["avg_pool2d_backward"] = c => Gradient(c, x => AveragePool(c, x)),
        ["global_avg_pool"] = c => Output(GlobalAverage(c["input"])),
        ["global_avg_pool_backward"] = c => Gradient(c, GlobalAverage),
        ["sum"] = c => Output(c["input"].sum(1)),
        ["mean"] = c => Output(c["input"].mean([1])),
        ["softmax"] = c => Output(nn.functional.softmax(c["input"], 1)),
        ["log_softmax"] = c => Output(nn.functional.log_softmax(c["input"], 1)),
        ["cross_entropy"] = c => Output(CrossEntropy(c, c["input"])),
        ["cross_entropy_backward"] = c => LossGradient(c, x => CrossEntropy(c, x)),
        ["kl_div"] = c => Output(Divergence(c, c["input"], c["reference"])),
        ["kl_div_backward"] = DivergenceBackward,
        ["margin_loss"] = c => Output(Margin(c, c["input"])),
        ["margin_loss_backward"] = c => LossGradient(c, x => Margin(c, x)),
        ["dlr_loss"] = c => Output(Dlr(c, c["input"])),
        ["dlr_loss_backward"] = c => LossGradient(c, x => Dlr(c, x)),
        ["sgd_step"] = Step,
        ["pgd_step"] = ProjectedStep,
    };

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="TorchLibraryException">It does not load.</exception>
    public TorchBackend() => TorchLibrary.Load();

    /// <inheritdoc/>
    public string Name => "libtorch 2.10 through TorchSharp, cpu";

    /// <inheritdoc/>
    public ArithmeticModel Precision => ArithmeticModel.Fp32;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Operations => Table.Keys;

    /// <inheritdoc/>
    public IReadOnlyList<NamedTensor> Run(OperationRequest request)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. Table[request.Name](new Call(request)).Select(output => new NamedTensor(output.Key, Managed(output.Value)))];
    }

    private static ITensor Managed(Tensor tensor)
    {
        int[] shape = [.. tensor.shape.Select(extent => (int)extent)];
        tensor = tensor.detach().contiguous();
        return tensor.dtype == ScalarType.Bool ? DenseTensor<bool>.From(tensor.data<bool>().ToArray(), shape) : DenseTensor<float>.From(tensor.data<float>().ToArray(), shape);
    }

    private static Dictionary<string, Tensor> Output(Tensor tensor) => new() { ["output"] = tensor };

    private static Tensor Channels(Tensor parameter, Tensor like) =>
        parameter.reshape([.. Enumerable.Repeat(1L, 2 - (int)parameter.dim()), .. parameter.shape, .. Enumerable.Repeat(1L, (int)like.dim() - 2)]);

    private static Tensor Leaf(Tensor tensor) => tensor.clone().requires_grad_(true);

    private static Dictionary<string, Tensor> Gradients(Tensor output, Tensor? gradOutput, params (string Name, Tensor Leaf)[] leaves)
    {
        IList<Tensor> gradients = autograd.grad([output], [.. leaves.Select(leaf => leaf.Leaf)], gradOutput is null ? null : [gradOutput], allow_unused: true);
        return leaves.Select((leaf, i) => (leaf.Name, Tensor: gradients[i] is { IsInvalid: false } gradient ? gradient : zeros_like(leaf.Leaf))).ToDictionary(pair => pair.Name, pair => pair.Tensor);
    }

    private static Dictionary<string, Tensor> Gradient(Call call, Func<Tensor, Tensor> forward)
    {
        Tensor x = Leaf(call["input"]);
        return Gradients(forward(x), call["grad_output"], ("grad_input", x));
    }

    private static Dictionary<string, Tensor> LossGradient(Call call, Func<Tensor, Tensor> loss)
    {
        Tensor x = Leaf(call["input"]);
        return Gradients(loss(x).sum(), null, ("grad_input", x));
    }

    private static Tensor Convolve(Call c, Tensor x, Tensor w, Tensor? bias) =>
        nn.functional.conv2d(x, w, bias, strides: c.Pair("stride"), padding: c.Pair("padding"), dilation: c.Pair("dilation"), groups: c.Integer("groups"));

    private static Dictionary<string, Tensor> ConvolutionBackward(Call c)
    {
        (Tensor x, Tensor w) = (Leaf(c["input"]), Leaf(c["weight"]));
        Tensor bias = zeros(w.shape[0]).requires_grad_(true);
        Dictionary<string, Tensor> gradients = Gradients(Convolve(c, x, w, c.Flag("bias") ? bias : null), c["grad_output"], ("grad_input", x), ("grad_weight", w), ("grad_bias", bias));
        return c.Flag("bias") ? gradients : gradients.Where(one => one.Key != "grad_bias").ToDictionary();
    }

    private static Dictionary<string, Tensor> LinearBackward(Call c)
    {
        (Tensor x, Tensor w) = (Leaf(c["input"]), Leaf(c["weight"]));
        Tensor bias = zeros(w.shape[0]).requires_grad_(true);
        return Gradients(nn.functional.linear(x, w, bias), c["grad_output"], ("grad_input", x), ("grad_weight", w), ("grad_bias", bias));
    }

    private static Dictionary<string, Tensor> BatchNorm(Call c)
    {
        Tensor x = c["input"];
        (Tensor? mean, Tensor? variance) = (c.Optional("running_mean")?.clone(), c.Optional("running_var")?.clone());
        bool training = c.Flag("training");
        Dictionary<string, Tensor> outputs = Output(nn.functional.batch_norm(x, mean, variance, c.Optional("weight"), c.Optional("bias"), training, c.Number("momentum"), c.Number("eps")));
        if (training)
        {
            long[] dimensions = [0, .. Enumerable.Range(2, (int)x.dim() - 2).Select(d => (long)d)];
            outputs["mean"] = x.mean(dimensions);
            outputs["var"] = x.var(dimensions, unbiased: false);
            if (mean is not null && variance is not null)
            {
                (outputs["running_mean"], outputs["running_var"]) = (mean, variance);
            }
        }

        return outputs;
    }

    private static Dictionary<string, Tensor> BatchNormBackward(Call c)
    {
        Tensor x = Leaf(c["input"]);
        Tensor? weight = c.Optional("weight") is { } given ? Leaf(given) : null;
        Tensor? bias = weight is null ? null : zeros_like(weight).requires_grad_(true);
        Tensor y = nn.functional.batch_norm(x, c.Optional("running_mean")?.clone(), c.Optional("running_var")?.clone(), weight, bias, c.Flag("training"), 0.1, c.Number("eps"));
        return weight is null ? Gradients(y, c["grad_output"], ("grad_input", x)) : Gradients(y, c["grad_output"], ("grad_input", x), ("grad_weight", weight), ("grad_bias", bias!));
    }

    private static Dictionary<string, Tensor> RescaleBackward(Call c)
    {
        (Tensor x, Tensor gamma) = (Leaf(c["input"]), Leaf(c["gamma"]));
        Tensor beta = zeros_like(gamma).requires_grad_(true);
        return Gradients((Channels(gamma, x) * x).Plus(Channels(beta, x)), c["grad_output"], ("grad_input", x), ("grad_gamma", gamma), ("grad_beta", beta));
    }

    private static Tensor Mixed(Tensor x, Tensor gammas, Tensor betas, Tensor coefficients)
    {
        Tensor Mix(Tensor masks) => (coefficients.unsqueeze(2) * masks.unsqueeze(0)).sum(1);
        return (Channels(Mix(gammas), x) * x).Plus(Channels(Mix(betas), x));
    }

    private static Dictionary<string, Tensor> MixedBackward(Call c)
    {
        (Tensor x, Tensor gammas, Tensor betas, Tensor u) = (Leaf(c["input"]), Leaf(c["gammas"]), Leaf(c["betas"]), Leaf(c["coefficients"]));
        return Gradients(Mixed(x, gammas, betas, u), c["grad_output"], ("grad_input", x), ("grad_gammas", gammas), ("grad_betas", betas), ("grad_coefficients", u));
    }

    private static long[] Stride(Call c) => [.. c.Pair("stride").Zip(c.Pair("kernel_size"), (stride, size) => stride == 0 ? size : stride)];

    private static Tensor MaxPool(Call c, Tensor x) => nn.functional.max_pool2d(x, c.Pair("kernel_size"), Stride(c), c.Pair("padding"));

    private static Tensor AveragePool(Call c, Tensor x) => nn.functional.avg_pool2d(x, c.Pair("kernel_size"), Stride(c), c.Pair("padding"));

    private static Tensor GlobalAverage(Tensor x) => nn.functional.adaptive_avg_pool2d(x, [1L, 1L]).flatten(1);

    private static Tensor Reduce(Call c, Tensor losses) => c.Text("reduction") switch { "mean" => losses.mean(), "sum" => losses.sum(), _ => losses };

    private static Tensor CrossEntropy(Call c, Tensor x) => nn.functional.cross_entropy(
        x, c.Labels("target"), reduction: c.Text("reduction") switch { "mean" => nn.Reduction.Mean, "sum" => nn.Reduction.Sum, _ => nn.Reduction.None }, label_smoothing: c.Number("label_smoothing"));

    private static Tensor Divergence(Call c, Tensor x, Tensor reference) =>
        Reduce(c, nn.functional.kl_div(x.log_softmax(1), reference.log_softmax(1), log_target: true, reduction: nn.Reduction.None).sum(1));

    private static Dictionary<string, Tensor> DivergenceBackward(Call c)
    {
        (Tensor x, Tensor reference) = (Leaf(c["input"]), Leaf(c["reference"]));
        return Gradients(Divergence(c, x, reference).sum(), null, ("grad_input", x), ("grad_reference", reference));
    }

    private static Tensor Own(Tensor x, Tensor labels) => x.gather(1, labels.unsqueeze(1)).squeeze(1);

    // Not by filling in −∞ for the label: that would tie with a logit of −∞.
    private static Tensor Rival(Tensor x, Tensor labels)
    {
        Tensor others = TorchMath.Indices(x.shape[1] - 1, x.device);
        return x.gather(1, others.Plus((others >= labels.unsqueeze(1)).to(ScalarType.Int64))).max(1).values;
    }

    private static Tensor Margin(Call c, Tensor x) => Reduce(c, Rival(x, c.Labels("target")) - Own(x, c.Labels("target")));

    private static Tensor Dlr(Call c, Tensor x)
    {
        Tensor ranked = x.sort(1, descending: true, stable: true).Values;
        Tensor labels = c.Labels("target");
        Tensor width = c.Has("attack_target") ? ranked.select(1, 0) - ranked.select(1, 2).Plus(ranked.select(1, 3)).Times(0.5) : ranked.select(1, 0) - ranked.select(1, 2);
        Tensor other = c.Has("attack_target") ? Own(x, c.Labels("attack_target")) : Rival(x, labels);
        return Reduce(c, (other - Own(x, labels)) / width.Plus(1e-12));
    }

    // torch.optim.SGD, written out: TorchSharp's takes no momentum buffer from outside.
    private static Dictionary<string, Tensor> Step(Call c)
    {
        (Tensor param, Tensor grad) = (c["param"].clone(), c["grad"].clone());
        (float momentum, float decay) = (c.Number("momentum"), c.Number("weight_decay"));
        if (decay != 0)
        {
            grad.AddInPlace(param, decay);
        }

        Dictionary<string, Tensor> outputs = new() { ["param"] = param };
        if (momentum != 0)
        {
            Tensor buffer = grad.clone();
            if (c.Optional("momentum_buffer") is { } given)
            {
                buffer = given.Times(momentum);
                buffer.AddInPlace(grad, 1 - (double)c.Number("dampening"));
            }

            outputs["momentum_buffer"] = buffer;
            if (c.Flag("nesterov"))
            {
                grad.AddInPlace(buffer, momentum);
            }
            else
            {
                grad = buffer;
            }
        }

        param.AddInPlace(grad, -(double)c.Number("lr"));
        return outputs;
    }

    private static Dictionary<string, Tensor> ProjectedStep(Call c)
    {
        (Tensor x, Tensor origin, Tensor grad) = (c["input"], c["origin"], c["grad"]);
        (float epsilon, float step) = (c.Number("epsilon"), c.Number("step_size"));
        if (c.Text("norm") == "linf")
        {
            x = maximum(minimum(x.Plus(grad.sign().Times(step)), origin.Plus(epsilon)), origin.Plus(-epsilon));
        }
        else
        {
            long[] shape = [-1, .. Enumerable.Repeat(1L, (int)x.dim() - 1)];
            Tensor length = grad.flatten(1).norm(1).AtLeast(1e-12).reshape(shape);
            Tensor moved = x.Plus((grad / length).Times(step)) - origin;
            Tensor distance = moved.flatten(1).norm(1).reshape(shape);
            x = origin.Plus(moved * where(distance.gt(ones_like(distance).Times(epsilon)), ones_like(distance).Times(epsilon) / distance, ones_like(distance)));
        }

        return Output(TorchMath.Clamp(x, c.Number("min"), c.Number("max")));
    }

    /// <summary>A request whose tensors become libtorch's when they are asked for.</summary>
    private sealed class Call(OperationRequest request)
    {
        public Tensor this[string name]
        {
            get
            {
                DenseTensor<float> given = (DenseTensor<float>)request.Inputs[name];
                return tensor(given.Span.ToArray(), TorchTensor.Extents(given.Shape));
            }
        }

        public bool Has(string name) => request.Inputs.ContainsKey(name);

        public Tensor? Optional(string name) => Has(name) ? this[name] : null;

        public Tensor Labels(string name) => tensor(((DenseTensor<int>)request.Inputs[name]).Span.ToArray(), TorchTensor.Extents(request.Inputs[name].Shape), dtype: ScalarType.Int64);

        public string Text(string name) => request.Attributes.TryGetValue(name, out string? text) ? text : OperationCatalog.Find(request.Name).Attributes.First(one => one.Name == name).Default!;

        public float Number(string name) => float.Parse(Text(name), CultureInfo.InvariantCulture);

        public long Integer(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);

        public bool Flag(string name) => Text(name) == "true";

        public long[] Pair(string name)
        {
            string[] parts = Text(name).Split(',');
            return [long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[^1], CultureInfo.InvariantCulture)];
        }
    }
}
