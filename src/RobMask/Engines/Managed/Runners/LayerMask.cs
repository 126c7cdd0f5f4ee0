using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>The mask of one rescaling layer: mixed of the primary masks as the forward pass asks, and the way of its gradients back to them.</summary>
internal sealed class LayerMask<T>(RescaleNode node, ManagedTape<T> tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _layer = node.Layer;
    private readonly int _channels = node.Shape[0];
    private readonly int _k = tape.Model.Graph.MaskCount;
    private readonly ManagedParameter<T> _gammas = tape.Model.Parameter(node.Name + ".weight");
    private readonly ManagedParameter<T> _betas = tape.Model.Parameter(node.Name + ".bias");
    private DenseTensor<T>? _mixedGamma;
    private DenseTensor<T>? _mixedBeta;
    private DenseTensor<T>? _gradGamma;
    private DenseTensor<T>? _gradBeta;
    private DenseTensor<T>? _coefficients;
    private DenseTensor<T>? _gradCoefficients;
    private DenseTensor<T>? _gamma;
    private DenseTensor<T>? _beta;

    /// <summary>γ of the last forward pass, [C] or [N, C].</summary>
    public DenseTensor<T> Gamma => _gamma ?? throw new InvalidOperationException("mask: there has been no forward pass");

    /// <summary>β of the last forward pass, of γ's shape.</summary>
    public DenseTensor<T> Beta => _beta ?? throw new InvalidOperationException("mask: there has been no forward pass");

    /// <summary>Whether the backward pass wants the gradients of γ and β at all.</summary>
    public bool WantsGradients => tape.Targets.HasFlag(BackwardTargets.Parameters) || tape.Targets.HasFlag(BackwardTargets.Coefficients);

    /// <summary>Where the gradient of γ goes before <see cref="Contribute"/>.</summary>
    public DenseTensor<T> GradGamma => Sized(ref _gradGamma, Gamma.Shape);

    /// <summary>Where the gradient of β goes before <see cref="Contribute"/>.</summary>
    public DenseTensor<T> GradBeta => Sized(ref _gradBeta, Gamma.Shape);

    /// <summary>Takes or mixes the mask that the forward pass asks for.</summary>
    public void Choose() => (_gamma, _beta) = Mask();

    /// <summary>Carries <see cref="GradGamma"/> and <see cref="GradBeta"/> to the primary masks and the coefficients, where they are wanted.</summary>
    public void Contribute()
    {
        MaskChoice mask = tape.Options.Mask;
        DenseTensor<T> gradGamma = GradGamma;
        DenseTensor<T> gradBeta = GradBeta;
        if (tape.Targets.HasFlag(BackwardTargets.Parameters))
        {
            if (mask.Index >= 0)
            {
                _gammas.AddToRow(_k == 1 ? 0 : mask.Index, gradGamma);
                _betas.AddToRow(_k == 1 ? 0 : mask.Index, gradBeta);
            }
            else
            {
                AddToPrimary(_gammas, Matrix(gradGamma));
                AddToPrimary(_betas, Matrix(gradBeta));
            }
        }

        if (tape.Targets.HasFlag(BackwardTargets.Coefficients))
        {
            DenseTensor<T> gradCoefficients = Sized(ref _gradCoefficients, _coefficients!.Shape);
            MixedRescale.BackwardCoefficients(gradGamma, Primary(_gammas.Value), gradBeta, Primary(_betas.Value), gradCoefficients);
            AddToCoefficientGradient(gradCoefficients);
        }
    }

    private static DenseTensor<T> Sized(ref DenseTensor<T>? tensor, TensorShape shape)
    {
        if (tensor is null || !tensor.Shape.Equals(shape))
        {
            tensor = new DenseTensor<T>(shape);
        }

        return tensor;
    }

    private (DenseTensor<T> Gamma, DenseTensor<T> Beta) Mask()
    {
        MaskChoice mask = tape.Options.Mask;
        if (mask.Index >= 0)
        {
            return (_gammas.Row(mask.Index), _betas.Row(mask.Index));
        }

        int images = mask.UniformCoefficients is null ? tape.ImageCount : 1;
        DenseTensor<T> coefficients = Sized(ref _coefficients, new TensorShape(images, _k));
        ReadCoefficients(mask, coefficients);
        DenseTensor<T> gamma = Sized(ref _mixedGamma, new TensorShape(images, _channels));
        DenseTensor<T> beta = Sized(ref _mixedBeta, new TensorShape(images, _channels));
        MixedRescale.Mix(Primary(_gammas.Value), coefficients, gamma);
        MixedRescale.Mix(Primary(_betas.Value), coefficients, beta);
        return mask.UniformCoefficients is null
            ? (gamma, beta)
            : (gamma.View(new TensorShape(_channels)), beta.View(new TensorShape(_channels)));
    }

    /// <summary>This layer's coefficients: the shared ones, or its own part of [.., L·k].</summary>
    private void ReadCoefficients(MaskChoice mask, DenseTensor<T> coefficients)
    {
        if (mask.UniformCoefficients is { } uniform)
        {
            int first = uniform.Length == _k ? 0 : _layer * _k;
            for (int i = 0; i < _k; i++)
            {
                coefficients.Span[i] = T.CreateTruncating(uniform.Span[first + i]);
            }

            return;
        }

        DenseTensor<T> all = ManagedEngine<T>.Values(mask.ImageCoefficients!);
        int start = all.Shape[1] == _k ? 0 : _layer * _k;
        for (int n = 0; n < tape.ImageCount; n++)
        {
            all.Image(n).Slice(start, _k).CopyTo(coefficients.Image(n));
        }
    }

    private void AddToPrimary(ManagedParameter<T> parameter, DenseTensor<T> gradMixed)
    {
        DenseTensor<T> contribution = parameter.BeginContribution();
        MixedRescale.BackwardPrimary(gradMixed, _coefficients!, Primary(contribution));
        parameter.EndContribution();
    }

    private void AddToCoefficientGradient(DenseTensor<T> contribution)
    {
        DenseTensor<T> all = ManagedEngine<T>.Values(tape.CoefficientGradient);
        int start = all.Shape[1] == _k ? 0 : _layer * _k;
        for (int n = 0; n < tape.ImageCount; n++)
        {
            Span<T> row = all.Image(n).Slice(start, _k);
            Span<T> summand = contribution.Image(n);
            for (int i = 0; i < _k; i++)
            {
                row[i] += summand[i];
            }
        }
    }

    /// <summary>[C] of a single primary mask as [1, C].</summary>
    private DenseTensor<T> Primary(DenseTensor<T> parameter) => _k == 1 ? parameter.View(new TensorShape(1, _channels)) : parameter;

    private DenseTensor<T> Matrix(DenseTensor<T> mask) => mask.Shape.Rank == 1 ? mask.View(new TensorShape(1, _channels)) : mask;
}
