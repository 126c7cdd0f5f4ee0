using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>A network's parameters and running statistics on an engine. It holds no activations: tapes do.</summary>
public interface IModel : IDisposable
{
    /// <summary>What the network computes.</summary>
    NetworkGraph Graph { get; }

    /// <summary>The learned parameters, in the graph's order.</summary>
    IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>The running statistics, in the graph's order.</summary>
    IReadOnlyList<ModelBuffer> Buffers { get; }

    /// <summary>Makes a place for the activations of up to <paramref name="capacity"/> images.</summary>
    ITape CreateTape(int capacity);

    /// <summary>Makes the next backward pass set every parameter's gradient instead of adding to it.</summary>
    void ZeroGradients();
}

/// <summary>A learned parameter.</summary>
/// <param name="Info">Name, shape and role.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Gradient">Its gradient since <see cref="IModel.ZeroGradients"/>; zeros where no backward pass reached it.</param>
public sealed record ModelParameter(ParameterInfo Info, ITensor Value, ITensor Gradient);

/// <summary>A running statistic.</summary>
/// <param name="Info">Name, shape and role.</param>
/// <param name="Value">The statistic.</param>
public sealed record ModelBuffer(ParameterInfo Info, ITensor Value);
