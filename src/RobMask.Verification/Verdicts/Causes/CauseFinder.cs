using RobMask.Verification.Operations;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Guesses what went wrong.</summary>
internal static class CauseFinder
{
    /// <summary>The cause of what is wrong with an output, in words; null where nothing is guessed.</summary>
    public static string? Of(OperationRequest request, TensorVerdict verdict) => verdict.Verdict == Verdict.Wrong ? $"{verdict.OutsideCount} elements of {request.Name}" : null;
}
