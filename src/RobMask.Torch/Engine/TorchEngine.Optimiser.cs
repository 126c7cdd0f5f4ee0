using RobMask.Engines;
using RobMask.Ops;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <content>Stochastic gradient descent: the definition of Sgd on libtorch.</content>
public sealed partial class TorchEngine
{
    /// <inheritdoc/>
    public void SgdStep(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options) =>
        SgdSteps([new SgdTarget(parameter, gradient, momentumBuffer)], firstStep, options);

    /// <inheritdoc/>
    public void SgdSteps(IReadOnlyList<SgdTarget> targets, bool firstStep, in SgdOptions options)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (Recorder is null)
        {
            Move(targets, firstStep, options);
            return;
        }

        foreach (SgdTarget target in targets)
        {
            SgdOptions rates = options;
            TorchRecords.SgdStep(
                Recorder,
                (Values(target.Parameter), Values(target.Gradient), options.Momentum == 0 ? null : ValuesOrNull(target.MomentumBuffer), firstStep),
                options,
                () => Move([target], firstStep, rates));
        }
    }

    private static void Move(IReadOnlyList<SgdTarget> targets, bool firstStep, in SgdOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parameters = new Tensor[targets.Count];
        Tensor[] gradients = new Tensor[targets.Count];
        Tensor[] buffers = new Tensor[options.Momentum == 0 ? 0 : targets.Count];
        for (int i = 0; i < targets.Count; i++)
        {
            parameters[i] = Values(targets[i].Parameter);
            gradients[i] = Values(targets[i].Gradient);
            if (buffers.Length > 0)
            {
                buffers[i] = Values(targets[i].MomentumBuffer ?? throw new ArgumentException("sgd C2: momentum needs a buffer", nameof(targets)));
            }
        }

        TorchSgd.Step(parameters, gradients, buffers, firstStep, options);
    }
}
