using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Networks;

/// <summary>One operation of a network. A node's inputs are nodes of smaller index.</summary>
/// <param name="Shape">The extents of the output, without N.</param>
public abstract record Node(TensorShape Shape)
{
    /// <summary>The indices of the nodes that this one reads.</summary>
    public abstract IReadOnlyList<int> Inputs { get; }
}

/// <summary>A node that reads one other node.</summary>
/// <param name="Input">The index of that node.</param>
/// <param name="Shape">The extents of the output, without N.</param>
public abstract record UnaryNode(int Input, TensorShape Shape) : Node(Shape)
{
    /// <inheritdoc/>
    public override IReadOnlyList<int> Inputs => [Input];
}

/// <summary>The images; always node 0.</summary>
public sealed record InputNode(TensorShape Shape) : Node(Shape)
{
    /// <inheritdoc/>
    public override IReadOnlyList<int> Inputs => [];
}

/// <summary>(x − mean_c) / standardDeviation_c.</summary>
public sealed record StandardiseNode(int Input, IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>A convolution with parameters <c>Name.weight</c> [K, C/groups, R, S] and, with a bias, <c>Name.bias</c> [K].</summary>
public sealed record ConvolutionNode(int Input, string Name, ConvAttributes Attributes, bool Bias, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>A linear layer with parameters <c>Name.weight</c> [K, D] and, with a bias, <c>Name.bias</c> [K].</summary>
public sealed record LinearNode(int Input, string Name, bool Bias, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>Normalisation by the batch's or the running statistics <c>Name.running_mean</c>, <c>Name.running_var</c>.</summary>
public sealed record NormaliseNode(int Input, string Name, float Epsilon, float Momentum, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>Rescaling by a mask mixed of the primary masks <c>Name.weight</c> (γ) and <c>Name.bias</c> (β).</summary>
/// <param name="Input">The node that is rescaled.</param>
/// <param name="Name">The layer's name, shared with the normalisation before it.</param>
/// <param name="Layer">Which rescaling layer of the network this is, from 0.</param>
/// <param name="Shape">The extents of the output, without N.</param>
public sealed record RescaleNode(int Input, string Name, int Layer, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>max(x, 0).</summary>
public sealed record ReluNode(int Input, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>Max-pooling.</summary>
public sealed record MaxPoolNode(int Input, PoolAttributes Attributes, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>Average pooling, padding counted.</summary>
public sealed record AveragePoolNode(int Input, PoolAttributes Attributes, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>The mean over H×W: [C, H, W] to [C].</summary>
public sealed record GlobalAveragePoolNode(int Input, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>The sum of two nodes of one shape.</summary>
public sealed record AddNode(int Left, int Right, TensorShape Shape) : Node(Shape)
{
    /// <inheritdoc/>
    public override IReadOnlyList<int> Inputs => [Left, Right];
}

/// <summary>[C, H, W] to [C·H·W].</summary>
public sealed record FlattenNode(int Input, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>x · factor.</summary>
public sealed record ScaleNode(int Input, float Factor, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>Softmax over each of the D/Width runs of <paramref name="Width"/> neighbours of [D].</summary>
public sealed record SoftmaxNode(int Input, int Width, TensorShape Shape) : UnaryNode(Input, Shape);

/// <summary>The size of a perturbation: (‖δ‖∞/ε_max, ‖δ‖₂/(ε_max·√d)) as [2].</summary>
public sealed record StrengthNode(int Input, float EpsilonMax, TensorShape Shape) : UnaryNode(Input, Shape);
