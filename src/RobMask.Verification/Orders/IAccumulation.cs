namespace RobMask.Verification.Orders;

/// <summary>A black box that adds a fixed number of terms, many sums of them in one call.</summary>
public interface IAccumulation
{
    /// <summary>The terms of a sum.</summary>
    int Terms { get; }

    /// <summary>The sums that one call gives, all in the same order.</summary>
    int Sums { get; }

    /// <summary>Adds.</summary>
    /// <param name="left">[sums, terms], the terms or the left factors of products.</param>
    /// <param name="right">[terms], the right factors, the same for all sums; ones for probes.</param>
    /// <returns>The sums, or means, as they were given.</returns>
    float[] Add(float[] left, float[] right);
}
