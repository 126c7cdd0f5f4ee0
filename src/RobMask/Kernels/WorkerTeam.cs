using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace RobMask.Kernels;

/// <summary>The helper threads behind <see cref="Workers"/>: one call at a time, parts handed out by a counter.</summary>
/// <remarks>
/// A helper joins a call by raising the count of active helpers in one atomic word while the call is open. The caller works
/// too, closes the call when no part is left, and waits only for helpers that have joined: one that is still asleep, or that
/// the system keeps from running, holds nothing up. Idle helpers spin for a quarter of a millisecond, because the next
/// call of a training step comes before that and waking a parked thread costs some tens of microseconds, then park.
/// </remarks>
internal sealed class WorkerTeam
{
    /// <summary>The most helpers that the atomic word can number.</summary>
    public const int MaximumHelpers = 1023;

    // The word: bit 0 open, bits 1 to 15 active helpers, bits 16 to 31 joined helpers, above them the call's number.
    private const long Open = 1;
    private const long OneActive = 1L << 1;
    private const long ActiveMask = 0x7FFFL << 1;
    private const long OneJoined = 1L << 16;
    private const int CallShift = 32;
    private static readonly long _spinTicks = Stopwatch.Frequency / 4_000;

    private readonly object _parking = new();
    private int _parked;
    private int _started;
    private long _word;
    private Work? _work;
    private int _count;
    private int _helpers;
    private int _next;
    private ExceptionDispatchInfo? _failure;

    /// <summary>The parts of a call.</summary>
    public abstract class Work
    {
        /// <summary>Does one part.</summary>
        public abstract void Run(int index, int worker);
    }

    /// <summary>Runs all parts on the caller and at most <paramref name="helpers"/> helpers; returns the first failure.</summary>
    public ExceptionDispatchInfo? Run(Work work, int count, int helpers)
    {
        while (_started < helpers)
        {
            _started++;
            Thread thread = new(Help) { IsBackground = true, Name = $"RobMask worker {_started}" };
            thread.Start();
        }

        _work = work;
        _count = count;
        _helpers = helpers;
        _next = 0;
        _failure = null;
        long call = (_word >> CallShift) + 1;
        Interlocked.Exchange(ref _word, (call << CallShift) | Open);
        if (Volatile.Read(ref _parked) > 0)
        {
            lock (_parking)
            {
                Monitor.PulseAll(_parking);
            }
        }

        RunParts(work, count, 0);
        Interlocked.And(ref _word, ~Open);
        SpinWait spin = default;
        while ((Volatile.Read(ref _word) & ActiveMask) != 0)
        {
            // Never the one-millisecond sleep: the parts still running are shorter than that.
            spin.SpinOnce(sleep1Threshold: -1);
        }

        _work = null;
        return _failure;
    }

    private void RunParts(Work work, int count, int worker)
    {
        try
        {
            for (int index = Interlocked.Increment(ref _next) - 1; index < count; index = Interlocked.Increment(ref _next) - 1)
            {
                work.Run(index, worker);
            }
        }
#pragma warning disable CA1031 // Whatever a part throws belongs to the caller of the job, not to this thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Volatile.Write(ref _next, count);
        }
    }

    private void Help()
    {
        Workers.EnterAsHelper();
        long seen = 0;
        while (true)
        {
            long word = WaitForCall(seen);
            seen = word >> CallShift;
            while ((word & Open) != 0)
            {
                int joined = (int)((word & 0xFFFF_0000L) >> 16);
                if (joined >= Volatile.Read(ref _helpers))
                {
                    break;
                }

                long before = Interlocked.CompareExchange(ref _word, word + OneActive + OneJoined, word);
                if (before == word)
                {
                    RunParts(_work!, _count, joined + 1);
                    Interlocked.Add(ref _word, -OneActive);
                    break;
                }

                word = before;
                seen = word >> CallShift;
            }
        }
    }

    /// <summary>Returns the word once its call is another than <paramref name="seen"/>.</summary>
    private long WaitForCall(long seen)
    {
        long start = Stopwatch.GetTimestamp();
        long word = Volatile.Read(ref _word);
        while (word >> CallShift == seen)
        {
            if (Stopwatch.GetTimestamp() - start < _spinTicks)
            {
                Thread.SpinWait(8);
                word = Volatile.Read(ref _word);
                continue;
            }

            lock (_parking)
            {
                Interlocked.Increment(ref _parked);
                word = Volatile.Read(ref _word);
                if (word >> CallShift == seen)
                {
                    Monitor.Wait(_parking);
                    word = Volatile.Read(ref _word);
                }

                Interlocked.Decrement(ref _parked);
            }
        }

        return word;
    }
}
