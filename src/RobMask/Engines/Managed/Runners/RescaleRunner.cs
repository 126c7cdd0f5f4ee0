using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Rescale"/> with a primary mask or a mixture of them.</summary>
internal sealed class RescaleRunner<T>(RescaleNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerMask<T> _mask = new(node, tape);

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        _mask.Choose();
        Rescale.Forward(Input, _mask.Gamma, _mask.Beta, output);
        return output;
    }

    protected override void BackwardParameters(DenseTensor<T> gradOutput)
    {
        if (_mask.WantsGradients)
        {
            Tape.Model.Kernels.RescaleBackwardMask(Input, gradOutput, _mask.GradGamma, _mask.GradBeta);
            _mask.Contribute();
        }
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Rescale.BackwardInput(gradOutput, _mask.Gamma, gradInput);
}
