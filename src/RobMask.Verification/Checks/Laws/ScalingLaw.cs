using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>What is linear in some inputs is multiplied by 4 with them.</summary>
/// <param name="operation">The operation.</param>
/// <param name="inputs">The inputs that are multiplied.</param>
/// <param name="outputs">The outputs that follow; the others stay.</param>
internal sealed class ScalingLaw(string operation, string[] inputs, string[] outputs)
    : Law("scaling by a power of two", "four times the inputs that a result is linear in give four times the result", operation)
{
    private const float Factor = 4;

    /// <summary>Every such operation.</summary>
    public static IReadOnlyList<ScalingLaw> All { get; } =
    [
        new("conv2d", ["input", "bias"], ["output"]), new("linear", ["input", "bias"], ["output"]),
        new("conv2d_backward", ["grad_output"], ["grad_input", "grad_weight", "grad_bias"]),
        new("linear_backward", ["grad_output"], ["grad_input", "grad_weight", "grad_bias"]),
        new("normalize_backward", ["grad_output"], ["grad_input"]), new("batch_norm_backward", ["grad_output"], ["grad_input", "grad_weight", "grad_bias"]),
        new("batch_norm", ["weight", "bias"], ["output"]),
        new("rescale", ["gamma", "beta"], ["output"]), new("rescale_backward", ["grad_output"], ["grad_input", "grad_gamma", "grad_beta"]),
        new("mixed_rescale", ["gammas", "betas"], ["output"]), new("mixed_rescale_backward", ["grad_output"], ["grad_input", "grad_gammas", "grad_betas", "grad_coefficients"]),
        new("relu", ["input"], ["output"]), new("relu_backward", ["grad_output"], ["grad_input"]), new("feature_mask", ["input"], []),
        new("max_pool2d", ["input"], ["output"]), new("max_pool2d_backward", ["grad_output"], ["grad_input"]),
        new("avg_pool2d", ["input"], ["output"]), new("avg_pool2d_backward", ["grad_output"], ["grad_input"]),
        new("global_avg_pool", ["input"], ["output"]), new("global_avg_pool_backward", ["grad_output"], ["grad_input"]),
        new("add", ["left", "right"], ["output"]), new("sum", ["input"], ["output"]), new("mean", ["input"], ["output"]), new("dlr_loss", ["input"], []), new("margin_loss", ["input"], ["output"]),
        new("sgd_step", ["param", "grad", "momentum_buffer"], ["param", "momentum_buffer"]), new("pgd_step", ["grad"], []),
    ];

    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        // The floors of these two are not scaled along: 10⁻¹² under both norms.
        if (operation is "dlr_loss" || (operation == "pgd_step" && given.Attribute("norm") == "l2"))
        {
            return null;
        }

        (string, ITensor?)[] scaled = [.. inputs.Where(given.Request.Inputs.ContainsKey).Select(name => (name, (ITensor?)TensorCuts.Map(given.Input(name), value => value * Factor)))];
        LawRun other = given.Run(scaled);
        foreach (string output in given.Asked.Outputs)
        {
            LawResult result = Same(other, given.Asked, output, output, null, outputs.Contains(output) ? Factor : 1);
            if (result.Breach is not null)
            {
                return result;
            }
        }

        return LawResult.Held;
    }
}
