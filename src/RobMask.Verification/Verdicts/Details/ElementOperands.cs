namespace RobMask.Verification.Verdicts.Details;

/// <summary>What an element was computed from.</summary>
/// <param name="Index">The element's place in row-major order.</param>
/// <param name="Terms">How many operands or products there are in all.</param>
/// <param name="Head">The columns: of products «input», «weight», «product», else a name and a value.</param>
/// <param name="Rows">The operands, the greatest products first; at most a dozen.</param>
public sealed record ElementOperands(int Index, long Terms, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows);
