namespace RobMask.Bench.Comparison;

/// <summary>Says on standard error what is going on; standard output is the result's.</summary>
internal static class Progress
{
    public static void Say(string what) => Console.Error.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}  {what}");
}
