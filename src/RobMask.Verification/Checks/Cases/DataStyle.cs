namespace RobMask.Verification.Checks.Cases;

/// <summary>What the numbers of a tensor are like; the simplest first, which is where shrinking goes.</summary>
internal enum DataStyle
{
    /// <summary>Integers of −8 to 8: sums of their products are exact in every order and precision.</summary>
    Integers,

    /// <summary>About normal, mean 0, standard deviation 1.</summary>
    Normal,

    /// <summary>Above 0, at most 1: what follows a ReLU; no cancellation hides a missing term.</summary>
    Positive,

    /// <summary>A few values again and again, zeros of both signs among them: ties in every window.</summary>
    Ties,

    /// <summary>Near 1 and −1 in turns: sums are far below their terms.</summary>
    Cancelling,

    /// <summary>Mean far above the standard deviation, another one for each channel.</summary>
    Shifted,

    /// <summary>Many orders of magnitude at once.</summary>
    Wide,

    /// <summary>About the least normal number and below it.</summary>
    Tiny,

    /// <summary>2⁴⁰ to 2⁵⁹.</summary>
    Huge,

    /// <summary>About normal, with a NaN or an infinity here and there.</summary>
    Specials,
}
