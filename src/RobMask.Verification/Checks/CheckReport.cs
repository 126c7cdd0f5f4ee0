using RobMask.Verification.Verdicts;

namespace RobMask.Verification.Checks;

/// <summary>What a check of a backend found.</summary>
public sealed record CheckReport
{
    /// <summary>The backend's name.</summary>
    public required string Backend { get; init; }

    /// <summary>The precision that it was judged by.</summary>
    public required string Precision { get; init; }

    /// <summary>The key of the cases.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The operations, in the catalogue's order.</summary>
    public required IReadOnlyList<OperationCheck> Operations { get; init; }

    /// <summary>The laws, operation by operation.</summary>
    public required IReadOnlyList<LawCheck> Laws { get; init; }

    /// <summary>The smallest failing case of each operation and of each broken law.</summary>
    public required IReadOnlyList<CheckFailure> Failures { get; init; }

    /// <summary>Whether every answer was within its bounds and every law held.</summary>
    public bool Passed => Failures.Count == 0;
}

/// <summary>How the answers to the cases of one operation were judged.</summary>
public sealed record OperationCheck
{
    /// <summary>The operation.</summary>
    public required string Operation { get; init; }

    /// <summary>Cases that were judged.</summary>
    public int Cases { get; init; }

    /// <summary>Cases with the bits of profile fma1.</summary>
    public int Bitwise { get; init; }

    /// <summary>Other cases within their bounds.</summary>
    public int Within { get; init; }

    /// <summary>Cases that only a less precise model covers.</summary>
    public int Explained { get; init; }

    /// <summary>Cases for which no bound is proven.</summary>
    public int Unproven { get; init; }

    /// <summary>Cases that no model covers, the backend's own errors and missing outputs among them.</summary>
    public int Wrong { get; init; }

    /// <summary>Cases that the backend said it does not support; they are not judged.</summary>
    public int Unsupported { get; init; }

    /// <summary>The greatest error / bound of the cases that were within.</summary>
    public double Gauge { get; init; }

    /// <summary>The verdict on all of them: the worst.</summary>
    public Verdict Verdict => Wrong > 0 ? Verdict.Wrong : Unproven > 0 ? Verdict.Unproven : Explained > 0 ? Verdict.Explained : Within > 0 ? Verdict.Within : Verdict.Bitwise;
}

/// <summary>How often a law held in the cases of one operation.</summary>
/// <param name="Law">The law.</param>
/// <param name="Statement">What it says.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Cases">Cases of which it says something.</param>
/// <param name="Broken">Cases in which it did not hold.</param>
public sealed record LawCheck(string Law, string Statement, string Operation, int Cases, int Broken);

/// <summary>A failing case, made as small as it was found to fail.</summary>
public sealed record CheckFailure
{
    /// <summary>The operation.</summary>
    public required string Operation { get; init; }

    /// <summary>The law that is broken; null where the answer itself is judged.</summary>
    public string? Law { get; init; }

    /// <summary>The verdict: wrong, or explained.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The precision that explains it, of all failing cases of the operation; null where none does.</summary>
    public string? Explanation { get; init; }

    /// <summary>What was found, in words.</summary>
    public required string What { get; init; }

    /// <summary>A guess at the cause; null where nothing is guessed.</summary>
    public string? Cause { get; init; }

    /// <summary>The operation with its shapes and attributes.</summary>
    public required string Case { get; init; }

    /// <summary>The number of the random case that it was made from.</summary>
    public int Number { get; init; }

    /// <summary>Where it was saved; null where it was not.</summary>
    public string? File { get; init; }
}
