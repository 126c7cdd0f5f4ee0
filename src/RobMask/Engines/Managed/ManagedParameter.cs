using System.Numerics;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>A parameter and its gradient. The first contribution after <see cref="ZeroGradient"/> is set, later ones are added, as in PyTorch.</summary>
internal sealed class ManagedParameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseTensor<T>[] _valueRows;
    private readonly DenseTensor<T>[] _gradientRows;
    private DenseTensor<T>? _contribution;

    public ManagedParameter(ParameterInfo info)
    {
        Value = new DenseTensor<T>(info.Shape);
        Gradient = new DenseTensor<T>(info.Shape);
        _valueRows = Rows(Value);
        _gradientRows = Rows(Gradient);
    }

    public DenseTensor<T> Value { get; }

    public DenseTensor<T> Gradient { get; }

    /// <summary>True until the first contribution after <see cref="ZeroGradient"/>.</summary>
    public bool IsGradientFresh { get; private set; } = true;

    /// <summary>Primary mask i of [k, C] as [C]; the whole of [C].</summary>
    public DenseTensor<T> Row(int i) => _valueRows[i];

    /// <summary>The gradient's row for primary mask i.</summary>
    public DenseTensor<T> GradientRow(int i) => _gradientRows[i];

    public void ZeroGradient()
    {
        Workers.For((Gradient.Length + ClearJob.Chunk - 1) / ClearJob.Chunk, new ClearJob(Gradient));
        IsGradientFresh = true;
    }

    /// <summary>Where a backward pass writes this parameter's whole gradient; <see cref="EndContribution"/> must follow.</summary>
    public DenseTensor<T> BeginContribution() => IsGradientFresh ? Gradient : _contribution ??= new DenseTensor<T>(Gradient.Shape);

    /// <summary>Lets what was written since <see cref="BeginContribution"/> take effect.</summary>
    public void EndContribution()
    {
        if (!IsGradientFresh)
        {
            Residual.Forward(Gradient, _contribution!, Gradient);
        }

        IsGradientFresh = false;
    }

    /// <summary>Adds to one row.</summary>
    public void AddToRow(int i, DenseTensor<T> contribution)
    {
        Residual.Forward(_gradientRows[i], contribution, _gradientRows[i]);
        IsGradientFresh = false;
    }

    /// <summary>Clears a chunk: eleven million zeros are too much for one thread beside a step that all of them share.</summary>
    private readonly struct ClearJob(DenseTensor<T> tensor) : IWorkerJob
    {
        public const int Chunk = 1 << 17;

        public void Run(int index, int worker)
        {
            int start = index * Chunk;
            tensor.Span.Slice(start, Math.Min(Chunk, tensor.Length - start)).Clear();
        }
    }

    private static DenseTensor<T>[] Rows(DenseTensor<T> tensor)
    {
        if (tensor.Shape.Rank < 2)
        {
            return [tensor];
        }

        TensorShape row = new(tensor.Shape.Extents[1..]);
        return [.. Enumerable.Range(0, tensor.Shape[0]).Select(i => tensor.Images(i, 1).View(row))];
    }
}
