using RobMask.Networks;
using RobMask.Ops;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Torch.Engine;

/// <summary>Runs a <see cref="NetworkGraph"/> on libtorch, node by node; gradients are autograd's.</summary>
public static class TorchGraph
{
    /// <summary>Computes the network's output.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="state">Its parameters and running statistics by name, of one type and on one device.</param>
    /// <param name="images">[N, …].</param>
    /// <param name="options">Statistics and mask.</param>
    /// <returns>The output [N, K].</returns>
    /// <exception cref="ArgumentException">A parameter is missing, or the network has an operation that this does not know.</exception>
    public static Tensor Forward(NetworkGraph graph, IReadOnlyDictionary<string, Tensor> state, Tensor images, TorchForward options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Run run = new(graph, state, options, fuses: true);
        Tensor[] values = new Tensor[graph.Nodes.Count];
        values[0] = images;
        int[] lastReader = LastReaders(graph);
        for (int i = 1; i < values.Length; i++)
        {
            Node node = graph.Nodes[i];
            values[i] = run.IsPartOfNext(i) ? values[node.Inputs[0]].alias() : run.Compute(node, [.. node.Inputs.Select(input => values[input])]);
            foreach (int input in node.Inputs.Where(input => input > 0 && lastReader[input] == i).Distinct())
            {
                // As in Python, where a value that nobody names any more is freed unless autograd keeps it.
                values[input].Dispose();
            }
        }

        return values[^1];
    }

    /// <summary>Computes what every node gives, none of them left out for speed.</summary>
    /// <returns>The output of each node, [N, …].</returns>
    /// <inheritdoc cref="Forward" path="/param|/exception"/>
    public static IReadOnlyList<Tensor> Activations(NetworkGraph graph, IReadOnlyDictionary<string, Tensor> state, Tensor images, TorchForward options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Run run = new(graph, state, options, fuses: false);
        Tensor[] values = new Tensor[graph.Nodes.Count];
        values[0] = images;
        for (int i = 1; i < values.Length; i++)
        {
            values[i] = run.Compute(graph.Nodes[i], [.. graph.Nodes[i].Inputs.Select(input => values[input])]);
        }

        return values;
    }

    private static int[] LastReaders(NetworkGraph graph)
    {
        int[] last = new int[graph.Nodes.Count];
        for (int i = 0; i < last.Length; i++)
        {
            foreach (int input in graph.Nodes[i].Inputs)
            {
                last[input] = i;
            }
        }

        return last;
    }

    private sealed class Run(NetworkGraph graph, IReadOnlyDictionary<string, Tensor> state, TorchForward options, bool fuses)
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
            AddNode => x[0] + x[1],
            FlattenNode => x[0].flatten(1),
            ScaleNode n => x[0].Times(n.Factor),
            SoftmaxNode n => functional.softmax(x[0].reshape(x[0].shape[0], -1, n.Width), -1).reshape(x[0].shape),
            StrengthNode n => Strength(n, x[0].flatten(1)),
            _ => throw new ArgumentException($"network {graph.Name}: libtorch has no operation for {node.GetType().Name}", nameof(node)),
        };

        private static long[] Kernel(PoolAttributes a) => [a.KernelHeight, a.KernelWidth];

        private static long[] Stride(PoolAttributes a) => [a.StrideHeight, a.StrideWidth];

        private static long[] Padding(PoolAttributes a) => [a.PaddingHeight, a.PaddingWidth];

        private static Tensor Channels(IReadOnlyList<float> values, Tensor like) =>
            tensor(values.ToArray(), [1, values.Count, 1, 1], dtype: like.dtype, device: like.device);

        private static Tensor Strength(StrengthNode node, Tensor delta) => stack(
            [
                delta.abs().amax([1]).Over(node.EpsilonMax),
                linalg.vector_norm(delta, 2, [1]).Over(node.EpsilonMax * Math.Sqrt(delta.shape[1])),
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

            Tensor mean = Select(Find(node.Name + ".running_mean"), graph.StatisticsSets, options.StatisticsSet);
            Tensor variance = Select(Find(node.Name + ".running_var"), graph.StatisticsSets, options.StatisticsSet);
            return functional.batch_norm(x, mean, variance, gamma, beta, options.BatchStatistics, options.RunningMomentum ?? node.Momentum, node.Epsilon);
        }

        /// <summary>γ or β of a layer, shaped [1 or N, C, 1 …] beside <paramref name="x"/>.</summary>
        private Tensor Mask(RescaleNode node, string suffix, Tensor x)
        {
            long[] trailing = [.. Enumerable.Repeat(1L, (int)x.dim() - 2)];
            if (options.Coefficients is not Tensor coefficients)
            {
                return Primary(node, suffix).reshape([1, -1, .. trailing]);
            }

            Tensor primary = Find(node.Name + suffix);

            Tensor rows = coefficients.dim() == 1 ? coefficients.unsqueeze(0) : coefficients;
            int masks = graph.MaskCount;
            Tensor own = rows.shape[1] == masks ? rows : rows.narrow(1, node.Layer * masks, masks);
            Tensor mixed = own.matmul(primary.reshape(masks, -1));
            return mixed.reshape([mixed.shape[0], mixed.shape[1], .. trailing]);
        }

        private Tensor Primary(RescaleNode node, string suffix) => Select(Find(node.Name + suffix), graph.MaskCount, options.Mask);

        private static Tensor Select(Tensor stacked, int count, int index) => count == 1 ? stacked : stacked[index];

        private Tensor Find(string name) => state.TryGetValue(name, out Tensor? found)
            ? found
            : throw new ArgumentException($"network {graph.Name}: the state has no {name}", nameof(name));
    }
}
