using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>⟨J v, w⟩ = ⟨v, Jᵀ w⟩: the backward operation is the adjoint of what the forward one does to an input that it is linear in.</summary>
/// <param name="backward">The backward operation; w is its grad_output.</param>
/// <param name="forward">The forward operation; its other inputs are the backward one's.</param>
/// <param name="input">The input v that it is linear in, where the constant part is set to zero.</param>
/// <param name="gradient">The output of the backward operation that is the gradient of that input.</param>
/// <param name="constant">An input that is set to zero, so that nothing but the linear part is left; null where there is none.</param>
internal sealed class AdjointLaw(string backward, string forward, string input, string gradient, string? constant = null)
    : Law("backward is the adjoint of forward", "⟨J v, w⟩ = ⟨v, Jᵀ w⟩", backward)
{
    /// <summary>Every pair.</summary>
    public static IReadOnlyList<AdjointLaw> All { get; } =
    [
        new("conv2d_backward", "conv2d", "input", "grad_input"), new("conv2d_backward", "conv2d", "weight", "grad_weight"),
        new("linear_backward", "linear", "input", "grad_input"), new("linear_backward", "linear", "weight", "grad_weight"),
        new("avg_pool2d_backward", "avg_pool2d", "input", "grad_input"), new("global_avg_pool_backward", "global_avg_pool", "input", "grad_input"),
        new("rescale_backward", "rescale", "input", "grad_input", "beta"), new("rescale_backward", "rescale", "gamma", "grad_gamma", "beta"),
        new("mixed_rescale_backward", "mixed_rescale", "input", "grad_input", "betas"), new("mixed_rescale_backward", "mixed_rescale", "gammas", "grad_gammas", "betas"),
        new("normalize_backward", "normalize", "input", "grad_input", "running_mean"),
    ];

    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        if (!given.Has(forward) || given.Request.Attributes.GetValueOrDefault("training") == "true" || !given.Asked.Has(gradient))
        {
            return null;
        }

        Dictionary<string, ITensor> inputs = given.Request.Inputs.Where(one => one.Key != "grad_output").ToDictionary();
        if (constant is not null)
        {
            string like = constant switch { "beta" => "gamma", "betas" => "gammas", _ => constant };
            inputs[constant] = new DenseTensor<float>(inputs[like].Shape);
        }

        Dictionary<string, string> attributes = given.Request.Attributes.Where(one => one.Key != "bias").ToDictionary();
        LawRun along = given.Run(new Operations.OperationRequest(forward, inputs, attributes));
        if (!along.Has("output"))
        {
            return null;
        }

        Approximate left = Product(along, "output", given.Input("grad_output"));
        Approximate right = Product(given.Asked, gradient, given.Input(input));
        return left.IsUnknown || right.IsUnknown || !double.IsFinite(left.Value - right.Value) || LawCase.Agree(left, right)
            ? LawResult.Held
            : new LawResult(string.Create(CultureInfo.InvariantCulture, $"⟨{forward}(v), w⟩ = {left.Value:R}, ⟨v, {gradient}⟩ = {right.Value:R} for v = {input}; they differ by {Math.Abs(left.Value - right.Value):g3}, bound {left.Error + right.Error:g3}"));
    }

    private static Approximate Product(LawRun run, string output, DenseTensor<float> weights)
    {
        Approximate sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += run[output, i] * (Approximate)weights.Span[i];
        }

        return sum;
    }
}
