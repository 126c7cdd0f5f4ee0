namespace RobMask.Verification.Golden.Cases;

/// <summary>Sums and means of rows.</summary>
internal static class SumCases
{
    public static IEnumerable<GoldenCase> All()
    {
        foreach (string operation in (string[])["sum", "mean"])
        {
            yield return new GoldenCase("prime-sizes", operation, "rows of 77 values: two rounds of the 32 lanes and 13 more").Normal("input", 5, 77);
            yield return new GoldenCase("one-value", operation, "rows of one value").Normal("input", 3, 1);
            yield return new GoldenCase("cancellation", operation, "large terms that cancel: the order of the lanes shows in f64").Cancelling("input", 4, 100);
            yield return new GoldenCase("hostile", operation, "hostile values").Hostile("input", 4, 9);
        }
    }
}
