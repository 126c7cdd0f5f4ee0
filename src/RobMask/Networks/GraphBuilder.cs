using System.Globalization;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Networks;

/// <summary>Builds a <see cref="NetworkGraph"/> node by node; every method returns the index of the node that it adds.</summary>
public sealed class GraphBuilder
{
    /// <summary>The most operations of a network.</summary>
    public const int MaximumNodes = 10_000;

    /// <summary>The most learned numbers of a network.</summary>
    public const long MaximumParameters = 1L << 31;

    private readonly List<Node> _nodes = [];
    private readonly List<ParameterInfo> _parameters = [];
    private readonly List<ParameterInfo> _buffers = [];
    private readonly HashSet<string> _names = [];
    private readonly int _maskCount;
    private readonly int _statisticsSets;
    private int _rescaleLayers;
    private long _parameterCount;

    /// <summary>Starts a network.</summary>
    /// <param name="inputShape">The extents of one image.</param>
    /// <param name="maskCount">k ≥ 1 primary masks in every rescaling layer.</param>
    /// <param name="statisticsSets">s ≥ 1 sets of running statistics in every normalisation.</param>
    /// <exception cref="ArgumentException">k or s is below 1.</exception>
    public GraphBuilder(TensorShape inputShape, int maskCount = 1, int statisticsSets = 1)
    {
        if (maskCount < 1)
        {
            throw new ArgumentException($"network: k = {maskCount} primary masks; at least 1 is needed", nameof(maskCount));
        }

        if (statisticsSets < 1)
        {
            throw new ArgumentException($"network: {statisticsSets} sets of statistics; at least 1 is needed", nameof(statisticsSets));
        }

        _maskCount = maskCount;
        _statisticsSets = statisticsSets;
        _nodes.Add(new InputNode(inputShape));
    }

    /// <summary>The index of the last node.</summary>
    public int Last => _nodes.Count - 1;

    /// <summary>The extents of a node's output, without N.</summary>
    public TensorShape ShapeOf(int node) => _nodes[node].Shape;

    /// <summary>Ends the network.</summary>
    public NetworkGraph Build(string name) => new(name, [.. _nodes], [.. _parameters], [.. _buffers], _maskCount, _statisticsSets);

    /// <summary>Adds (x − mean_c) / standardDeviation_c.</summary>
    public int Standardise(int input, IReadOnlyList<float> mean, IReadOnlyList<float> standardDeviation)
    {
        TensorShape shape = ShapeOf(input);
        Require(mean.Count == shape[0] && standardDeviation.Count == shape[0], $"standardise: {mean.Count} means and {standardDeviation.Count} standard deviations for {shape[0]} channels");
        Require(mean.All(float.IsFinite) && standardDeviation.All(value => value > 0 && float.IsFinite(value) && float.IsFinite(1 / value)), string.Create(CultureInfo.InvariantCulture, $"standardise: means ({string.Join(", ", mean)}) and standard deviations ({string.Join(", ", standardDeviation)}); all must be finite, the latter above 0 and not so small that a pixel becomes infinite"));
        return Add(new StandardiseNode(input, mean, standardDeviation, shape));
    }

    /// <summary>Adds a convolution of <paramref name="outChannels"/> channels.</summary>
    public int Convolution(int input, string name, int outChannels, ConvAttributes attributes, bool bias = false)
    {
        TensorShape shape = ShapeOf(input);
        Require(shape.Rank == 3, $"{name}: a convolution reads [C, H, W], not {shape}");
        Require(attributes.Groups >= 1 && shape[0] % attributes.Groups == 0 && outChannels % attributes.Groups == 0, $"{name}: {attributes.Groups} groups do not divide {shape[0]} input and {outChannels} output channels");
        TensorShape weight = new(outChannels, shape[0] / attributes.Groups, attributes.KernelHeight, attributes.KernelWidth);
        TensorShape output = Conv2d.OutputShape(shape.Prepend(1), weight, attributes);
        int fanIn = weight.LengthPerImage;
        AddParameter(new ParameterInfo(name + ".weight", weight, ParameterRole.Weight, fanIn));
        if (bias)
        {
            AddParameter(new ParameterInfo(name + ".bias", new TensorShape(outChannels), ParameterRole.Bias, fanIn));
        }

        return Add(new ConvolutionNode(input, name, attributes, bias, new TensorShape(output.Extents[1..])));
    }

    /// <summary>Adds a linear layer of <paramref name="outFeatures"/> outputs.</summary>
    public int Linear(int input, string name, int outFeatures, bool bias = true)
    {
        TensorShape shape = ShapeOf(input);
        Require(shape.Rank == 1, $"{name}: a linear layer reads [D], not {shape}; flatten first");
        AddParameter(new ParameterInfo(name + ".weight", new TensorShape(outFeatures, shape[0]), ParameterRole.Weight, shape[0]));
        if (bias)
        {
            AddParameter(new ParameterInfo(name + ".bias", new TensorShape(outFeatures), ParameterRole.Bias, shape[0]));
        }

        return Add(new LinearNode(input, name, bias, new TensorShape(outFeatures)));
    }

    /// <summary>Adds a normalisation and, after it, a rescaling layer, both under one name as in PyTorch's BatchNorm2d.</summary>
    public int BatchNorm(int input, string name, float epsilon = 1e-5f, float momentum = 0.1f)
    {
        TensorShape shape = ShapeOf(input);
        int channels = shape[0];
        TensorShape statistics = _statisticsSets == 1 ? new TensorShape(channels) : new TensorShape(_statisticsSets, channels);
        TensorShape masks = _maskCount == 1 ? new TensorShape(channels) : new TensorShape(_maskCount, channels);
        AddBuffer(new ParameterInfo(name + ".running_mean", statistics, ParameterRole.RunningMean));
        AddBuffer(new ParameterInfo(name + ".running_var", statistics, ParameterRole.RunningVariance));
        AddParameter(new ParameterInfo(name + ".weight", masks, ParameterRole.Gamma));
        AddParameter(new ParameterInfo(name + ".bias", masks, ParameterRole.Beta));
        int normalised = Add(new NormaliseNode(input, name, epsilon, momentum, shape));
        return Add(new RescaleNode(normalised, name, _rescaleLayers++, shape));
    }

    /// <summary>Adds max(x, 0).</summary>
    public int Relu(int input) => Add(new ReluNode(input, ShapeOf(input)));

    /// <summary>Adds a batch normalisation and max(x, 0).</summary>
    public int BatchNormRelu(int input, string name) => Relu(BatchNorm(input, name));

    /// <summary>Adds a max-pooling.</summary>
    public int MaxPool(int input, PoolAttributes attributes) => Add(new MaxPoolNode(input, attributes, Pooled(input, attributes)));

    /// <summary>Adds an average pooling.</summary>
    public int AveragePool(int input, PoolAttributes attributes) => Add(new AveragePoolNode(input, attributes, Pooled(input, attributes)));

    /// <summary>Adds the mean over H×W.</summary>
    public int GlobalAveragePool(int input)
    {
        Require(ShapeOf(input).Rank == 3, $"global average pooling reads [C, H, W], not {ShapeOf(input)}");
        return Add(new GlobalAveragePoolNode(input, new TensorShape(ShapeOf(input)[0])));
    }

    /// <summary>Adds the sum of two nodes.</summary>
    public int Sum(int left, int right)
    {
        Require(ShapeOf(left).Equals(ShapeOf(right)), $"residual addition: {ShapeOf(left)} and {ShapeOf(right)} differ");
        return Add(new AddNode(left, right, ShapeOf(left)));
    }

    /// <summary>Adds a flattening to [D].</summary>
    public int Flatten(int input) => Add(new FlattenNode(input, new TensorShape(ShapeOf(input).Length)));

    /// <summary>Adds x · factor.</summary>
    public int Scale(int input, float factor) => Add(new ScaleNode(input, factor, ShapeOf(input)));

    /// <summary>Adds a softmax over runs of <paramref name="width"/> neighbours.</summary>
    public int Softmax(int input, int width)
    {
        TensorShape shape = ShapeOf(input);
        Require(shape.Rank == 1 && width >= 1 && shape[0] % width == 0, string.Create(CultureInfo.InvariantCulture, $"softmax: runs of {width} do not divide {shape}"));
        return Add(new SoftmaxNode(input, width, shape));
    }

    /// <summary>Adds the size of a perturbation, [2].</summary>
    public int Strength(int input, float epsilonMax)
    {
        Require(epsilonMax > 0, string.Create(CultureInfo.InvariantCulture, $"strength: epsilon_max = {epsilonMax} is not above 0"));
        return Add(new StrengthNode(input, epsilonMax, new TensorShape(2)));
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException("network: " + message);
        }
    }

    private TensorShape Pooled(int input, PoolAttributes attributes)
    {
        TensorShape output = MaxPool2d.OutputShape(ShapeOf(input).Prepend(1), attributes);
        return new TensorShape(output.Extents[1..]);
    }

    private int Add(Node node)
    {
        Require(_nodes.Count < MaximumNodes, $"it would have more than {MaximumNodes} operations");
        _nodes.Add(node);
        return Last;
    }

    private void AddParameter(ParameterInfo parameter)
    {
        Require(_names.Add(parameter.Name), $"two parameters are called {parameter.Name}");
        _parameterCount += parameter.Shape.Length;
        Require(_parameterCount <= MaximumParameters, $"it would have more than {MaximumParameters} parameters: {_parameterCount} up to {parameter.Name}");
        _parameters.Add(parameter);
    }

    private void AddBuffer(ParameterInfo buffer)
    {
        Require(_names.Add(buffer.Name), $"two buffers are called {buffer.Name}");
        _buffers.Add(buffer);
    }
}
