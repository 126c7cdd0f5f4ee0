namespace RobMask.Kernels;

/// <summary>A piece of work that is divided into independent parts; a small struct that names what it needs.</summary>
public interface IWorkerJob
{
    /// <summary>Does part <paramref name="index"/>. Parts may run in any order and on any thread.</summary>
    /// <param name="index">Which part.</param>
    /// <param name="worker">Which worker runs it, 0 ≤ worker &lt; <see cref="Workers.ThreadCount"/>: for scratch memory.</param>
    void Run(int index, int worker);
}

/// <summary>A team of threads that shares the parts of a job.</summary>
/// <remarks>
/// The number of threads never shows in the bits: a part computes whole output elements, and nothing is summed across
/// parts except in an order that the operation's evaluation order states.
/// </remarks>
public static class Workers
{
    private static int _threadCount = Math.Max(1, Environment.ProcessorCount);

    /// <summary>The number of threads, the caller's included. Default: the processors that this process may use.</summary>
    public static int ThreadCount
    {
        get => _threadCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _threadCount = value;
        }
    }

    /// <summary>Runs parts 0 … <paramref name="count"/> − 1 of <paramref name="job"/> and returns when all are done.</summary>
    public static void For<TJob>(int count, TJob job)
        where TJob : struct, IWorkerJob
    {
        for (int index = 0; index < count; index++)
        {
            job.Run(index, 0);
        }
    }
}
