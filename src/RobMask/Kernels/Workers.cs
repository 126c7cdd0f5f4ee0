namespace RobMask.Kernels;

/// <summary>A piece of work that is divided into independent parts; a small struct that names what it needs.</summary>
public interface IWorkerJob
{
    /// <summary>Does part <paramref name="index"/>. Parts may run in any order and on any thread.</summary>
    /// <param name="index">Which part.</param>
    /// <param name="worker">
    /// Which worker of this call runs it, 0 ≤ worker &lt; <see cref="Workers.ThreadCount"/> at the call's start: for scratch
    /// memory that belongs to the call. Calls on other threads number their workers from 0 too, so memory that outlives
    /// the call belongs to a thread (<see cref="Scratch"/>), not to a worker.
    /// </param>
    void Run(int index, int worker);
}

/// <summary>A team of threads that shares the parts of a job.</summary>
/// <remarks>
/// The number of threads never shows in the bits: a part computes whole output elements, and nothing is summed across
/// parts except in an order that the operation's evaluation order states. A call inside a part, or while another thread
/// uses the team, runs all its parts on its caller. Nothing is allocated by a call after the first of its kind.
/// </remarks>
public static class Workers
{
    private static readonly WorkerTeam _team = new();
    private static int _threadCount = Math.Max(1, Environment.ProcessorCount);
    private static int _busy;

    [ThreadStatic]
    private static bool _inside;

    /// <summary>The number of threads, the caller's included. Default: the processors that this process may use.</summary>
    public static int ThreadCount
    {
        get => Volatile.Read(ref _threadCount);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WorkerTeam.MaximumHelpers + 1);
            Volatile.Write(ref _threadCount, value);
        }
    }

    /// <summary>Runs parts 0 … <paramref name="count"/> − 1 of <paramref name="job"/> and returns when all are done.</summary>
    /// <remarks>The first exception of a part is thrown here; parts that have not started by then are left out.</remarks>
    public static void For<TJob>(int count, TJob job)
        where TJob : struct, IWorkerJob
    {
        int helpers = Math.Min(ThreadCount, count) - 1;
        if (helpers <= 0 || _inside || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int index = 0; index < count; index++)
            {
                job.Run(index, 0);
            }

            return;
        }

        Box<TJob> box = Box<TJob>.Instance;
        box.Job = job;
        _inside = true;
        try
        {
            _team.Run(box, count, helpers)?.Throw();
        }
        finally
        {
            _inside = false;
            box.Job = default;
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Marks the calling thread as a helper for its whole life: what it calls runs on it alone.</summary>
    internal static void EnterAsHelper() => _inside = true;

    /// <summary>Holds the one job of its type that the team works on, so that a call does not box it anew.</summary>
    private sealed class Box<TJob> : WorkerTeam.Work
        where TJob : struct, IWorkerJob
    {
        public static readonly Box<TJob> Instance = new();
        public TJob Job;

        public override void Run(int index, int worker) => Job.Run(index, worker);
    }
}
