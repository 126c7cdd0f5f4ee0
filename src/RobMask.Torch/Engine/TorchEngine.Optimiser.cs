using RobMask.Ops;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <content>Stochastic gradient descent: the definition of Sgd on libtorch.</content>
public sealed partial class TorchEngine
{
    /// <inheritdoc/>
    public void SgdStep(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options)
    {
        SgdOptions rates = options;
        TorchRecords.SgdStep(
            Recorder,
            (Values(parameter), Values(gradient), options.Momentum == 0 ? null : ValuesOrNull(momentumBuffer), firstStep),
            options,
            () => Sgd(parameter, gradient, momentumBuffer, firstStep, rates));
    }

    private static void Sgd(ITensor parameter, ITensor gradient, ITensor? momentumBuffer, bool firstStep, in SgdOptions options)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor w = Values(parameter);
        Tensor g = Values(gradient);
        if (options.WeightDecay != 0)
        {
            Tensor decayed = g.clone();
            decayed.AddInPlace(w, options.WeightDecay);
            g = decayed;
        }

        if (options.Momentum != 0)
        {
            Tensor b = Values(momentumBuffer ?? throw new ArgumentException("sgd C2: momentum needs a buffer", nameof(momentumBuffer)));
            if (firstStep)
            {
                b.copy_(g);
            }
            else
            {
                b.MultiplyInPlace(options.Momentum);
                b.AddInPlace(g, 1 - (double)options.Dampening);
            }

            if (options.Nesterov)
            {
                Tensor ahead = g.clone();
                ahead.AddInPlace(b, options.Momentum);
                g = ahead;
            }
            else
            {
                g = b;
            }
        }

        w.AddInPlace(g, -options.LearningRate);
    }
}
