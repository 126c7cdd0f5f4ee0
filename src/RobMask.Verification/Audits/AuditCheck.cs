namespace RobMask.Verification.Audits;

/// <summary>One check of a recorded step.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="Kind">«certain», «bounded» or «measured».</param>
/// <param name="Verdict">What came out.</param>
/// <param name="Detail">In words; empty where there is nothing to be said.</param>
public sealed record AuditCheck(string Name, string Kind, AuditVerdict Verdict, string Detail)
{
    internal const string Certain = "certain";
    internal const string Bounded = "bounded";
    internal const string Measured = "measured";
}

/// <summary>How far a recorded tensor is from the reference in double, in units of one step's rounding noise.</summary>
/// <param name="Name">The parameter whose gradient it is, or the running statistic.</param>
/// <param name="Elements">How many there are.</param>
/// <param name="Rms">Root mean square of the differences, over the noise's.</param>
/// <param name="Largest">The largest difference, over the noise's.</param>
/// <param name="Relative">Root mean square of the differences, over that of the tensor itself.</param>
public sealed record AuditTensor(string Name, int Elements, double Rms, double Largest, double Relative)
{
    /// <summary>The greater of both ratios: what is judged.</summary>
    public double Ratio => Math.Max(Rms, Largest);
}
