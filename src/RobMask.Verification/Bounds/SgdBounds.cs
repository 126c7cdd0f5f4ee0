using RobMask.Kernels;
using RobMask.Ops;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of sgd_step: every product and every sum rounded, or some of them fused, as torch.optim.SGD does in its loops over tensors and in its fused kernel.</summary>
internal static class SgdBounds
{
    public static void Step(BoundCall call)
    {
        BoundedTensor parameter = call.Input("param");
        Rates rates = new(
            Roundings.Setting(call.Number("lr")),
            Roundings.Setting(call.Number("momentum")),
            (1 - Roundings.Setting(call.Number("dampening"))).Rounded(),
            Roundings.Setting(call.Number("weight_decay")),
            call.Flag("nesterov"));
        BoundedTensor? buffer = call.InputOrNull("momentum_buffer");
        if (rates.Momentum.Value == 0 && buffer is not null)
        {
            throw new ArgumentException("sgd_step: momentum_buffer was given; expected none with momentum=0");
        }

        BoundedTensor output = call.Output("param", parameter.Shape, Roundings.Theorem);
        BoundedTensor? newBuffer = rates.Momentum.Value == 0 ? null : call.Output("momentum_buffer", parameter.Shape, Roundings.Theorem);
        int parts = (parameter.Shape.Length + RowMap.Chunk - 1) / RowMap.Chunk;
        Workers.For(parts, new Job(parameter, call.Input("grad"), buffer, output, newBuffer, rates));
    }

    private readonly record struct Rates(Approximate LearningRate, Approximate Momentum, Approximate Share, Approximate WeightDecay, bool Nesterov);

    private readonly struct Job(BoundedTensor parameter, BoundedTensor grad, BoundedTensor? buffer, BoundedTensor output, BoundedTensor? newBuffer, Rates rates) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            int start = index * RowMap.Chunk;
            int length = Math.Min(RowMap.Chunk, parameter.Shape.Length - start);
            ApproximateSpan w = parameter.Elements.Slice(start, length);
            ApproximateSpan g = grad.Elements.Slice(start, length);
            ApproximateSpan before = buffer is null ? default : buffer.Elements.Slice(start, length);
            ApproximateSpan after = newBuffer is null ? default : newBuffer.Elements.Slice(start, length);
            ApproximateSpan moved = output.Elements.Slice(start, length);
            for (int i = 0; i < length; i++)
            {
                Approximate direction = rates.WeightDecay.Value == 0 ? g[i] : (g[i] + (rates.WeightDecay * w[i]).Rounded()).Rounded();
                if (newBuffer is not null)
                {
                    Approximate velocity = buffer is null ? direction : ((rates.Share * direction).Rounded() + (rates.Momentum * before[i]).Rounded()).Rounded();
                    after[i] = velocity;
                    direction = rates.Nesterov ? (direction + (rates.Momentum * velocity).Rounded()).Rounded() : velocity;
                }

                moved[i] = (w[i] - (rates.LearningRate * direction).Rounded()).Rounded();
            }
        }
    }
}
