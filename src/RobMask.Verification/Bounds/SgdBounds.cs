using RobMask.Kernels;
using RobMask.Ops;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of sgd_step: every product and every sum rounded, or some of them fused, as torch.optim.SGD does in its loops over tensors and in its fused kernel.</summary>
internal static class SgdBounds
{
    public static void Step(BoundCall call)
    {
        BoundedTensor parameter = call.Input("param");
        SgdRates rates = new(call.Number("lr"), call.Number("momentum"), call.Number("dampening"), call.Number("weight_decay"), call.Flag("nesterov"));
        BoundedTensor? buffer = call.InputOrNull("momentum_buffer");
        if (!rates.HasMomentum && buffer is not null)
        {
            throw new ArgumentException("sgd_step: momentum_buffer was given; expected none with momentum=0");
        }

        BoundedTensor output = call.Output("param", parameter.Shape, Roundings.Theorem);
        BoundedTensor? newBuffer = !rates.HasMomentum ? null : call.Output("momentum_buffer", parameter.Shape, Roundings.Theorem);
        int parts = (parameter.Shape.Length + RowMap.Chunk - 1) / RowMap.Chunk;
        Workers.For(parts, new Job(parameter, call.Input("grad"), buffer, output, newBuffer, rates));
    }

    private readonly struct Job(BoundedTensor parameter, BoundedTensor grad, BoundedTensor? buffer, BoundedTensor output, BoundedTensor? newBuffer, SgdRates rates) : IWorkerJob
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
                (moved[i], Approximate velocity) = rates.Step(w[i], g[i], buffer is null ? null : before[i]);
                if (newBuffer is not null)
                {
                    after[i] = velocity;
                }
            }
        }
    }
}
