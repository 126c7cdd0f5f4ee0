using static TorchSharp.torch;

namespace RobMask.Torch.Tests.Support;

/// <summary>Bounds, in units of u, for softmax and what is made of it, from logits [N, K] in double.</summary>
/// <remarks>
/// Blanchard, D. Higham and N. Higham, «Accurately computing the log-sum-exp and softmax functions», IMA J. Numer. Anal.
/// 41(4), 2021, for the shifted algorithm: |Δs_i| ≤ s_i·u·(|x_i−M| + Σ_j s_j|x_j−M| + 2e + K + 2), and log-sum-exp wrong by
/// u·(|M| + |lse| + Σ_j s_j|x_j−M| + e + K) and the error of log, with e the error of exp and log in u: 2 admits one ulp.
/// </remarks>
internal sealed class SoftmaxBounds
{
    private const double FunctionError = 2;
    private readonly Tensor _logits;
    private readonly Tensor _maximum;
    private readonly Tensor _range;
    private readonly long _classes;

    public SoftmaxBounds(Tensor logits)
    {
        _logits = logits;
        _classes = logits.shape[1];
        _maximum = logits.amax([1], keepdim: true);
        Probabilities = logits.softmax(1);
        Tensor distance = (logits - _maximum).abs();
        _range = (Probabilities * distance).sum(1, keepdim: true);
        RelativeError = distance + _range + (2 * FunctionError) + _classes + 2;
        LogSumExp = logits.logsumexp(1, keepdim: true);
        Tensor log = (LogSumExp - _maximum).abs();
        LogSumExpError = _maximum.abs() + LogSumExp.abs() + _range + FunctionError + _classes + (FunctionError * log);
        LogError = LogSumExpError + (logits - LogSumExp).abs() + distance;
    }

    /// <summary>s, [N, K].</summary>
    public Tensor Probabilities { get; }

    /// <summary>The relative error of s in u, [N, K].</summary>
    public Tensor RelativeError { get; }

    /// <summary>log Σ exp, [N, 1].</summary>
    public Tensor LogSumExp { get; }

    /// <summary>Its absolute error in u, [N, 1].</summary>
    public Tensor LogSumExpError { get; }

    /// <summary>The absolute error of log s in u, by either order of the two subtractions, [N, K].</summary>
    public Tensor LogError { get; }

    /// <summary>The absolute error in u of Σ_i q_i (lse − x_i) for weights q [N, K] that sum to 1, [N].</summary>
    public Tensor CrossEntropyError(Tensor targets)
    {
        // K + 3 roundings of the sum and of the weights, whichever way it is arranged: as log-probabilities or as logits.
        Tensor terms = (targets * (_logits.abs() + LogSumExp.abs())).sum(1);
        return (targets * LogError).sum(1) + LogSumExpError.squeeze(1) + ((_classes + 3) * terms);
    }
}
