using System.Numerics;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs one node of a graph on a tape.</summary>
internal abstract class NodeRunner<T>(Node node, int index, ManagedTape<T> tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected int Index { get; } = index;

    protected ManagedTape<T> Tape { get; } = tape;

    /// <summary>The node that this one reads.</summary>
    protected int InputIndex { get; } = node.Inputs.Count > 0 ? node.Inputs[0] : -1;

    protected DenseTensor<T> Input => Tape.Output(InputIndex);

    public static NodeRunner<T> Create(Node node, int index, ManagedTape<T> tape) => node switch
    {
        InputNode => new InputRunner<T>(node, index, tape),
        StandardiseNode standardise => new StandardiseRunner<T>(standardise, index, tape),
        ConvolutionNode convolution => new ConvolutionRunner<T>(convolution, -1, index, tape),
        LinearNode linear => new LinearRunner<T>(linear, index, tape),
        NormaliseNode normalise => new NormaliseRunner<T>(normalise, index, tape),
        RescaleNode rescale => new RescaleRunner<T>(rescale, index, tape),
        ReluNode => new ReluRunner<T>(node, index, tape),
        MaxPoolNode pool => new MaxPoolRunner<T>(pool, index, tape),
        AveragePoolNode pool => new AveragePoolRunner<T>(pool, index, tape),
        GlobalAveragePoolNode => new GlobalAveragePoolRunner<T>(node, index, tape),
        AddNode add => new AddRunner<T>(add, index, tape),
        FlattenNode => new FlattenRunner<T>(node, index, tape),
        ScaleNode scale => new ScaleRunner<T>(scale, index, tape),
        SoftmaxNode softmax => new SoftmaxRunner<T>(softmax, index, tape),
        StrengthNode strength => new StrengthRunner<T>(strength, index, tape),
        _ => throw new NotSupportedException($"the managed engine does not run a {node.GetType().Name}"),
    };

    /// <summary>Computes the node's output from its inputs' outputs.</summary>
    public abstract DenseTensor<T> Forward();

    /// <summary>Carries the output's gradient to the parameters and inputs that are wanted; takes the buffer over.</summary>
    public abstract void Backward(OutputGradient<T> gradient);
}
