using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Checks.Laws;

/// <summary>relu twice is relu once.</summary>
internal sealed class ReluIdempotentLaw() : Law("relu is idempotent", "relu(relu(x)) = relu(x)", "relu")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        if (!given.Asked.Has("output"))
        {
            return null;
        }

        DenseTensor<float> once = new(given.Asked.Shape("output"));
        for (int i = 0; i < once.Length; i++)
        {
            once.Span[i] = (float)given.Asked["output", i].Value;
        }

        LawRun twice = given.Run(("input", once));
        return Same(twice, given.Asked, "output", "output");
    }
}

/// <summary>The greatest of mapped values is the mapped greatest, for a map that keeps their order.</summary>
internal sealed class MaxPoolMonotoneLaw() : Law("max_pool commutes with monotone maps", "max_pool(f(x)) = f(max_pool(x)) for f = max(·, −¼) and for f = ¼·", "max_pool2d")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        if (!given.Asked.Has("output"))
        {
            return null;
        }

        foreach (Func<float, float> map in (Func<float, float>[])[value => value < -0.25f ? -0.25f : value, value => value / 4])
        {
            LawRun mapped = given.Run(("input", TensorCuts.Map(given.Input("input"), map)));
            for (int i = 0; i < given.Asked.Shape("output").Length; i++)
            {
                Approximate expected = new(map((float)given.Asked["output", i].Value), given.Asked["output", i].Error);
                if (mapped.Has("output") && !LawCase.Agree(mapped["output", i], expected))
                {
                    return LawResult.Broken("output", i, mapped["output", i].Value, expected.Value, mapped["output", i].Error + expected.Error);
                }
            }
        }

        return LawResult.Held;
    }
}

/// <summary>The same number added to all logits of an image changes nothing.</summary>
internal sealed class SoftmaxShiftLaw() : Law("softmax is shift-invariant", "softmax(x + c) = softmax(x), log_softmax too", "softmax", "log_softmax")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        // Logits of few bits, so that the shift is exact.
        DenseTensor<float> input = given.Input("input");
        if (input.Span.ToArray().Any(value => !float.IsFinite(value) || Math.Abs(value) > 500))
        {
            return null;
        }

        DenseTensor<float> few = TensorCuts.Map(input, value => MathF.Round(value * 1024) / 1024);
        LawRun one = given.Run(("input", few));
        LawRun other = given.Run(("input", TensorCuts.Map(few, value => value + 512)));
        return Same(other, one, "output", "output");
    }
}

/// <summary>Outputs that must add up to something in each row.</summary>
/// <param name="operation">The operation.</param>
/// <param name="output">The output.</param>
/// <param name="total">What a row adds up to.</param>
/// <param name="map">What is done to an element first.</param>
internal sealed class RowSumLaw(string operation, string output, double total, Func<Approximate, Approximate> map)
    : Law("rows add up", "softmax to 1, exp(log_softmax) to 1, gradients of losses on softmax to 0", operation)
{
    /// <summary>Every such operation.</summary>
    public static IReadOnlyList<RowSumLaw> All { get; } =
    [
        new("softmax", "output", 1, x => x), new("log_softmax", "output", 1, Approximate.Exp),
        new("cross_entropy_backward", "grad_input", 0, x => x), new("kl_div_backward", "grad_input", 0, x => x), new("kl_div_backward", "grad_reference", 0, x => x),
        new("margin_loss_backward", "grad_input", 0, x => x),
    ];

    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        if (!given.Asked.Has(output))
        {
            return null;
        }

        TensorShape shape = given.Asked.Shape(output);
        for (int n = 0; n < shape[0]; n++)
        {
            Approximate sum = 0;
            for (int j = 0; j < shape[1]; j++)
            {
                sum += map(given.Asked[output, (n * shape[1]) + j]);
            }

            if (double.IsFinite(sum.Value) && !LawCase.Agree(sum, total))
            {
                return new LawResult(string.Create(CultureInfo.InvariantCulture, $"row {n} of {output} adds up to {sum.Value:R}; expected {total}, bound {sum.Error:g3}"));
            }
        }

        return LawResult.Held;
    }
}

/// <summary>A batch that is normalised by its own statistics has mean 0 in every channel.</summary>
internal sealed class NormalizedMeanLaw() : Law("normalised channels have mean 0", "Σ normalize(x) = 0 over a channel in training", "normalize")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        if (given.Attribute("training") != "true" || !given.Asked.Has("output"))
        {
            return null;
        }

        TensorShape shape = given.Asked.Shape("output");
        int plane = shape.LengthPerImage / shape[1];
        Approximate[] sums = new Approximate[shape[1]];
        for (int i = 0; i < shape.Length; i++)
        {
            sums[i / plane % shape[1]] += given.Asked["output", i];
        }

        int wrong = Array.FindIndex(sums, sum => double.IsFinite(sum.Value) && !LawCase.Agree(sum, 0));
        return wrong < 0 ? LawResult.Held : new LawResult(string.Create(CultureInfo.InvariantCulture, $"channel {wrong} adds up to {sums[wrong].Value:R}; expected 0, bound {sums[wrong].Error:g3}"));
    }
}
