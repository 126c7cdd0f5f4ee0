namespace RobMask.Tests.Spec;

/// <summary>Runs the trials of one operation in float and double.</summary>
internal static class SpecTheory
{
    /// <summary>The trials walk through every manner of values.</summary>
    public static void Repeat(int trials, Action<Draw, Manner> inFloat, Action<Draw, Manner> inDouble)
    {
        Manner[] manners = Enum.GetValues<Manner>();
        for (int i = 0; i < trials; i++)
        {
            int seed = unchecked(Draw.RunSeed + (i * 7919));
            inFloat(new Draw(seed), manners[i % manners.Length]);
            inDouble(new Draw(seed), manners[i % manners.Length]);
        }
    }
}
