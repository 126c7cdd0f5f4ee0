using RobMask.Ops;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of rescale and its gradients: a product and a sum, fused or not; sums of products for the mask.</summary>
internal static class RescaleBounds
{
    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor gamma = call.Input("gamma");
        BoundedTensor beta = call.Input("beta");
        Planes planes = Planes.Of("rescale C1", "input", input.Shape);
        ApproximateSpan x = input.Elements;
        ApproximateSpan y = call.Output("output", input.Shape, Roundings.Theorem).Elements;
        for (int plane = 0, i = 0; plane < planes.Images * planes.Channels; plane++)
        {
            Approximate scale = gamma[plane % gamma.Shape.Length];
            Approximate shift = beta[plane % gamma.Shape.Length];
            for (int end = i + planes.Length; i < end; i++)
            {
                y[i] = ((scale * x[i]).Rounded() + shift).Rounded();
            }
        }
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor gamma = call.Input("gamma");
        BoundedTensor gradOutput = call.Input("grad_output");
        Planes planes = Planes.Of("rescale C1", "input", input.Shape);
        SumBound[] gammas = new SumBound[gamma.Shape.Length];
        SumBound[] betas = new SumBound[gamma.Shape.Length];
        ApproximateSpan x = input.Elements;
        ApproximateSpan g = gradOutput.Elements;
        ApproximateSpan gradient = call.Output("grad_input", input.Shape, Roundings.Theorem).Elements;
        for (int plane = 0, i = 0; plane < planes.Images * planes.Channels; plane++)
        {
            int mask = plane % gamma.Shape.Length;
            Approximate scale = gamma[mask];
            for (int end = i + planes.Length; i < end; i++)
            {
                gradient[i] = (g[i] * scale).Rounded();
                gammas[mask].Add(g[i] * x[i]);
                betas[mask].Add(g[i]);
            }
        }

        call.Output("grad_gamma", ChannelSums.Totals(gammas, gamma.Shape, 1), SumBound.Theorem);
        call.Output("grad_beta", ChannelSums.Totals(betas, gamma.Shape, 0), SumBound.Theorem);
    }
}
