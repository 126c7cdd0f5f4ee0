using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs a normalising node, its rescaling and, where it follows, its ReLU as one <see cref="BatchNorm"/>, in the place of the last of them.</summary>
internal sealed class BatchNormRunner<T>(NormaliseNode normalise, RescaleNode rescale, Node last, int index, ManagedTape<T> tape) : NodeRunner<T>(normalise, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerStatistics<T> _statistics = new(normalise, tape);
    private readonly LayerMask<T> _mask = new(rescale, tape);
    private readonly bool _relu = last is ReluNode;

    public override DenseTensor<T> Forward()
    {
        // The backward pass reads the input; without one its memory is free for the output.
        DenseTensor<T> input = Input;
        DenseTensor<T> output = Tape.Options.KeepForBackward ? Tape.Destination(Index) : Tape.DestinationOver(InputIndex, Index);
        _mask.Choose();
        if (Tape.Options.BatchStatistics)
        {
            BatchNorm.ForwardTraining(input, _statistics.Epsilon, _mask.Gamma, _mask.Beta, _relu, output, _statistics.Mean, _statistics.Variance, _statistics.Reciprocal);
            _statistics.Update(input.Length / input.Shape[1]);
        }
        else
        {
            _statistics.RunningMean.Span.CopyTo(_statistics.Mean.Span);
            BatchNorm.ForwardEvaluation(input, _statistics.Mean, _statistics.RunningVariance, _statistics.Epsilon, _mask.Gamma, _mask.Beta, _relu, output, _statistics.Reciprocal);
        }

        return output;
    }

    public override void Backward(OutputGradient<T> gradient)
    {
        bool training = Tape.Options.BatchStatistics;
        bool wantsMask = _mask.WantsGradients;
        bool wantsInput = Tape.Wants(InputIndex);
        (OutputGradient<T>? destination, DenseTensor<T>? addend) = wantsInput ? Tape.BeginContribution(InputIndex, gradient) : default;
        if (wantsInput || wantsMask)
        {
            BatchNorm.Backward(
                Input,
                _statistics.Mean,
                _statistics.Reciprocal,
                _mask.Gamma,
                _mask.Beta,
                _relu,
                training,
                gradient.Tensor,
                wantsMask ? _mask.GradGamma : null,
                wantsMask ? _mask.GradBeta : null,
                addend,
                destination?.Tensor);
        }

        if (wantsMask)
        {
            _mask.Contribute();
        }

        if (destination is not null)
        {
            Tape.EndContribution(InputIndex, destination, gradient);
        }

        Tape.Release(gradient);
    }
}
