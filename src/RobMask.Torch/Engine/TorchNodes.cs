using RobMask.Networks;
using RobMask.Ops;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Torch.Engine;

/// <summary>One node of a network at a time on libtorch.</summary>
/// <param name="graph">The network.</param>
/// <param name="state">Its parameters and running statistics by name.</param>
/// <param name="options">Statistics, mask and precision.</param>
/// <param name="fuses">Whether a normalisation is computed together with the rescaling after it.</param>
internal sealed class TorchNodes(NetworkGraph graph, IReadOnlyDictionary<string, Tensor> state, TorchForward options, bool fuses)
{
    /// <summary>True for a normalisation that libtorch does together with the rescaling after it: one primary mask, batch_norm's own weight and bias.</summary>
    public bool IsPartOfNext(int node) =>
        fuses && options.Coefficients is null && graph.Nodes[node] is NormaliseNode && node + 1 < graph.Nodes.Count && graph.Nodes[node + 1] is RescaleNode next && next.Input == node;

    public Tensor Compute(Node node, Tensor[] x) => node switch
    {
        StandardiseNode n => (x[0] - Channels(n.Mean, x[0])) / Channels(n.StandardDeviation, x[0]),
        ConvolutionNode n => Convolution(n, x[0]),
        LinearNode n => Product(x[0], n.Name, n.Bias, functional.linear),
        NormaliseNode n => Normalise(n, x[0], null, null),
        RescaleNode n when IsPartOfNext(n.Input) => Normalise((NormaliseNode)graph.Nodes[n.Input], x[0], Primary(n, ".weight"), Primary(n, ".bias")),
        RescaleNode n => Mask(n, ".bias", x[0]).PlusProduct(Mask(n, ".weight", x[0]), x[0]),
        ReluNode => functional.relu(x[0]),
        MaxPoolNode { Attributes: PoolAttributes a } => functional.max_pool2d(x[0], Kernel(a), Stride(a), Padding(a)),
        AveragePoolNode { Attributes: PoolAttributes a } => functional.avg_pool2d(x[0], Kernel(a), Stride(a), Padding(a)),
        GlobalAveragePoolNode => x[0].mean([2, 3]),
        AddNode => x[0].Plus(x[1]),
        FlattenNode => x[0].flatten(1),
        ScaleNode n => x[0].Times(n.Factor),
        SoftmaxNode n => functional.softmax(x[0].reshape(x[0].shape[0], -1, n.Width), -1).reshape(x[0].shape),
        StrengthNode n => Strength(n, x[0].flatten(1)),
        _ => throw new ArgumentException($"network {graph.Name}: libtorch has no operation for {node.GetType().Name}", nameof(node)),
    };

    private static long[] Kernel(PoolAttributes a) => [a.KernelHeight, a.KernelWidth];

    private static long[] Stride(PoolAttributes a) => [a.StrideHeight, a.StrideWidth];

    private static long[] Padding(PoolAttributes a) => [a.PaddingHeight, a.PaddingWidth];

    private static Tensor Channels(IReadOnlyList<float> values, Tensor like) => TorchConstants.Of(values, () => [.. values], [1, values.Count, 1, 1], like);

    private static Tensor Strength(StrengthNode node, Tensor delta) => stack(
        [
            delta.abs().amax([1]).Over(node.EpsilonMax),
            delta.norm(1).Over(node.EpsilonMax * Math.Sqrt(delta.shape[1])),
        ],
        1);

    private Tensor Convolution(ConvolutionNode node, Tensor x)
    {
        ConvAttributes a = node.Attributes;
        long[] stride = [a.StrideHeight, a.StrideWidth];
        long[] padding = [a.PaddingHeight, a.PaddingWidth];
        long[] dilation = [a.DilationHeight, a.DilationWidth];
        return Product(x, node.Name, node.Bias, (input, weight, bias) => functional.conv2d(input, weight, bias, stride, padding, dilation, a.Groups));
    }

    /// <summary>A product in the precision that is asked for; what leaves it is of the type of what came.</summary>
    private Tensor Product(Tensor x, string name, bool hasBias, Func<Tensor, Tensor, Tensor?, Tensor> product)
    {
        Tensor weight = Find(name + ".weight");
        Tensor? bias = hasBias ? Find(name + ".bias") : null;
        return options.Precision == TorchPrecision.Bf16
            ? product(x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16), bias?.to(ScalarType.BFloat16)).to(x.dtype)
            : product(x, weight, bias);
    }

    private Tensor Normalise(NormaliseNode node, Tensor x, Tensor? gamma, Tensor? beta)
    {
        if (options.BatchStatistics && !options.UpdateRunningStatistics)
        {
            return functional.batch_norm(x, null, null, gamma, beta, true, node.Momentum, node.Epsilon);
        }

        return functional.batch_norm(x, Statistics(node, "running_mean"), Statistics(node, "running_var"), gamma, beta, options.BatchStatistics, options.RunningMomentum ?? node.Momentum, node.Epsilon);
    }

    /// <summary>γ or β of a layer, shaped [1 or N, C, 1 …] beside <paramref name="x"/>.</summary>
    private Tensor Mask(RescaleNode node, string suffix, Tensor x)
    {
        long[] trailing = [.. Enumerable.Repeat(1L, (int)x.dim() - 2)];
        if (options.Coefficients is null)
        {
            return Primary(node, suffix).reshape([1, -1, .. trailing]);
        }

        // Element by element: a product of matrices could compute in TF32 on a GPU, and a mask is no operand of a product.
        Tensor mixed = (CoefficientsOf(node).unsqueeze(2) * Stacked(node, suffix).unsqueeze(0)).sum(1);
        return mixed.reshape([mixed.shape[0], mixed.shape[1], .. trailing]);
    }

    /// <summary>The coefficients of a layer, [N, k] or [1, k].</summary>
    public Tensor CoefficientsOf(RescaleNode node)
    {
        Tensor coefficients = options.Coefficients ?? throw new InvalidOperationException("network: there are no coefficients");
        Tensor rows = coefficients.dim() == 1 ? coefficients.unsqueeze(0) : coefficients;
        int masks = graph.MaskCount;
        return rows.shape[1] == masks ? rows : rows.narrow(1, node.Layer * masks, masks);
    }

    /// <summary>γ or β of all primary masks, [k, C].</summary>
    public Tensor Stacked(RescaleNode node, string suffix) => Find(node.Name + suffix).reshape(graph.MaskCount, -1);

    /// <summary>Running statistics of the set in use, [C].</summary>
    public Tensor Statistics(NormaliseNode node, string part) => Select(Find($"{node.Name}.{part}"), graph.StatisticsSets, options.StatisticsSet);

    /// <summary>γ or β of the primary mask in use, [C].</summary>
    public Tensor Primary(RescaleNode node, string suffix) => Select(Find(node.Name + suffix), graph.MaskCount, options.Mask);

    private static Tensor Select(Tensor stacked, int count, int index) => count == 1 ? stacked : stacked[index];

    private Tensor Find(string name) => state.TryGetValue(name, out Tensor? found)
        ? found
        : throw new ArgumentException($"network {graph.Name}: the state has no {name}", nameof(name));
}
