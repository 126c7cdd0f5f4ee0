using RobMask.Kernels;
using Xunit;

namespace RobMask.Tests.Kernels;

[Collection(RunsAlone.Name)]
public sealed class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_part_runs_once_on_a_worker_below_the_thread_count(int threads) => WithThreads(threads, () =>
    {
        foreach (int count in new[] { 0, 1, 2, 3, 100, 10_000 })
        {
            int[] runs = new int[count];
            int[] highest = [0];
            Workers.For(count, new Counting(runs, highest));
            Assert.All(runs, run => Assert.Equal(1, run));
            Assert.InRange(highest[0], 0, Math.Max(0, Math.Min(threads, count) - 1));
        }
    });

    [Fact]
    public void Two_workers_of_a_call_never_have_one_number_at_a_time() => WithThreads(7, () =>
    {
        int[] inUse = new int[7];
        Workers.For(5_000, new Occupying(inUse));
        Assert.All(inUse, value => Assert.Equal(0, value));
    });

    [Fact]
    public void A_call_inside_a_part_runs_all_its_parts() => WithThreads(2, () =>
    {
        int[] runs = new int[64 * 16];
        Workers.For(64, new Nesting(runs));
        Assert.All(runs, run => Assert.Equal(1, run));
    });

    [Fact]
    public void Calls_from_several_threads_at_once_all_finish() => WithThreads(2, () =>
    {
        Task<int>[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            int total = 0;
            for (int i = 0; i < 200; i++)
            {
                int[] runs = new int[50];
                Workers.For(50, new Counting(runs, [0]));
                total += runs.Sum();
            }

            return total;
        }))];
        Assert.All(Task.WhenAll(tasks).GetAwaiter().GetResult(), total => Assert.Equal(200 * 50, total));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void An_exception_of_a_part_reaches_the_caller_and_the_team_works_on(int threads) => WithThreads(threads, () =>
    {
        for (int i = 0; i < 20; i++)
        {
            InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => Workers.For(100, new Failing(37)));
            Assert.Equal("part 37", failure.Message);
            int[] runs = new int[100];
            Workers.For(100, new Counting(runs, [0]));
            Assert.All(runs, run => Assert.Equal(1, run));
        }
    });

    [Fact]
    public void The_thread_count_may_change_between_calls()
    {
        for (int i = 0; i < 200; i++)
        {
            WithThreads(1 + (i % 7), () =>
            {
                int[] runs = new int[33];
                Workers.For(33, new Counting(runs, [0]));
                Assert.All(runs, run => Assert.Equal(1, run));
            });
        }
    }

    [Fact]
    public void A_thread_count_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Workers.ThreadCount = 0);

    [Fact]
    public void A_call_after_the_first_allocates_nothing() => WithThreads(2, () =>
    {
        int[] runs = new int[1000];
        int[] highest = [0];
        Counting job = new(runs, highest);
        Workers.For(runs.Length, job);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            Workers.For(runs.Length, job);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    });

    private static void WithThreads(int threads, Action action)
    {
        int before = Workers.ThreadCount;
        Workers.ThreadCount = threads;
        try
        {
            action();
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    private readonly struct Counting(int[] runs, int[] highest) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            Interlocked.Increment(ref runs[index]);
            int seen = Volatile.Read(ref highest[0]);
            while (worker > seen)
            {
                int before = Interlocked.CompareExchange(ref highest[0], worker, seen);
                seen = before == seen ? worker : before;
            }
        }
    }

    private readonly struct Occupying(int[] inUse) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            if (Interlocked.Increment(ref inUse[worker]) != 1)
            {
                throw new InvalidOperationException($"worker {worker} twice at a time");
            }

            Thread.SpinWait(100);
            Interlocked.Decrement(ref inUse[worker]);
        }
    }

    private readonly struct Nesting(int[] runs) : IWorkerJob
    {
        public void Run(int index, int worker) => Workers.For(16, new Inner(runs, index * 16));
    }

    private readonly struct Inner(int[] runs, int start) : IWorkerJob
    {
        public void Run(int index, int worker) => Interlocked.Increment(ref runs[start + index]);
    }

    private readonly struct Failing(int part) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            if (index == part)
            {
                throw new InvalidOperationException($"part {index}");
            }
        }
    }
}
