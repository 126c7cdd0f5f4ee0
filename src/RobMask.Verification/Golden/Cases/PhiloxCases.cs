namespace RobMask.Verification.Golden.Cases;

/// <summary>philox.</summary>
internal static class PhiloxCases
{
    public static IEnumerable<GoldenCase> All()
    {
        foreach (string distribution in (string[])["words", "uniform", "normal"])
        {
            yield return Draw($"{distribution}-0", "the zero key", "0", "0", "17", distribution);
            yield return Draw($"{distribution}-long", "a key of more than 32 bits, more numbers than a part of a job", "1234567890123456789", "5", "70001", distribution);
        }
    }

    private static GoldenCase Draw(string name, string why, string seed, string stream, string count, string distribution) =>
        new GoldenCase(name, "philox", why).With("seed", seed).With("stream", stream).With("count", count).With("distribution", distribution);
}
