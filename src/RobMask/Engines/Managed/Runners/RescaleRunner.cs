using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Rescale"/> with a primary mask or a mixture of them.</summary>
internal sealed class RescaleRunner<T>(RescaleNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
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
    private DenseTensor<T>? _gammaInUse;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        (_gammaInUse, DenseTensor<T> beta) = Mask();
        Rescale.Forward(Input, _gammaInUse, beta, output);
        return output;
    }

    protected override void BackwardParameters(DenseTensor<T> gradOutput)
    {
        MaskChoice mask = Tape.Options.Mask;
        bool parameters = Tape.Targets.HasFlag(BackwardTargets.Parameters);
        bool coefficients = Tape.Targets.HasFlag(BackwardTargets.Coefficients);
        if (!parameters && !coefficients)
        {
            return;
        }

        TensorShape shape = _gammaInUse!.Shape;
        DenseTensor<T> gradGamma = Sized(ref _gradGamma, shape);
        DenseTensor<T> gradBeta = Sized(ref _gradBeta, shape);
        Rescale.BackwardMask(Input, gradOutput, gradGamma, gradBeta);
        if (parameters)
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

        if (coefficients)
        {
            DenseTensor<T> gradCoefficients = Sized(ref _gradCoefficients, _coefficients!.Shape);
            MixedRescale.BackwardCoefficients(gradGamma, Primary(_gammas.Value), gradBeta, Primary(_betas.Value), gradCoefficients);
            AddToCoefficientGradient(gradCoefficients);
        }
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Rescale.BackwardInput(gradOutput, _gammaInUse!, gradInput);

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
        MaskChoice mask = Tape.Options.Mask;
        if (mask.Index >= 0)
        {
            return (_gammas.Row(mask.Index), _betas.Row(mask.Index));
        }

        int images = mask.UniformCoefficients is null ? Tape.ImageCount : 1;
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
        for (int n = 0; n < Tape.ImageCount; n++)
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
        DenseTensor<T> all = ManagedEngine<T>.Values(Tape.CoefficientGradient);
        int start = all.Shape[1] == _k ? 0 : _layer * _k;
        for (int n = 0; n < Tape.ImageCount; n++)
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
