using System.Diagnostics;
using System.Text.Json;
using RobMask.Bench.Comparison;
using RobMask.Bench.Contests;
using RobMask.Bench.Machine;
using RobMask.Engines.Managed;
using RobMask.Kernels;
using RobMask.Torch;
using RobMask.Torch.Engine;
using RobMask.Training;
using TorchSharp;

namespace RobMask.Bench.Steps;

/// <summary>Steps of one contestant in a process of its own: what memory they take, and whether that grows.</summary>
internal static class AloneBenchmark
{
    private const int Warm = 2;

    public static int Run(BenchOptions options)
    {
        string who = options.Only ?? throw new ArgumentException("bench: alone needs --only ours, --only libtorch or --only engine");
        StepCase step = new((options.Networks ?? StepCase.Networks)[0], (options.Methods ?? [TrainingMethod.Standard])[0], options.BatchesOr(128)[0]);
        Workers.ThreadCount = options.Threads;
        if (who != BenchOptions.Ours)
        {
            TorchLibrary.Load();
            torch.set_num_threads(options.Threads);
        }

        StartingPoint start = new(step);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        SystemFigures.ForgetPeak();
        long before = SystemFigures.Resident;
        using ITrainingStep contestant = who switch
        {
            BenchOptions.Ours => new EngineStep(new ManagedEngine<float>(), start),
            BenchOptions.Engine => new EngineStep(new TorchEngine(), start),
            _ => new TorchStep(start),
        };
        for (int i = 0; i < Warm; i++)
        {
            contestant.Step();
        }

        List<Sample> samples = [];
        int rounds = options.Rounds > 0 ? options.Rounds : 3;
        long resident = SystemFigures.Resident;
        long allocated = 0;
        for (int round = 0; round < rounds; round++)
        {
            long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan used = Environment.CpuUsage.TotalTime;
            long begin = Stopwatch.GetTimestamp();
            contestant.Step();
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            allocated += GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
            samples.Add(new Sample(seconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds));
        }

        MemoryFigure figure = new()
        {
            Who = who,
            Case = step.Describe(),
            Batch = step.Batch,
            BaseBytes = before,
            PeakBytes = SystemFigures.Peak,
            AllocatedBytesPerStep = allocated / rounds,
            ResidentGrowthBytesPerStep = (SystemFigures.Resident - resident) / rounds,
            Seconds = new Timings(samples).Median,
            ProcessorSeconds = new Timings(samples).MedianProcessor,
        };
        Console.WriteLine(JsonSerializer.Serialize(figure));
        return 0;
    }
}
