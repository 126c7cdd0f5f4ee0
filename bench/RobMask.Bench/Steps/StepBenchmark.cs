using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Kernels;
using RobMask.Torch;
using TorchSharp;

namespace RobMask.Bench.Steps;

/// <summary>Times training steps of both, in turn within one process, and measures their memory in processes of their own.</summary>
internal static class StepBenchmark
{
    public static int Run(BenchOptions options)
    {
        Workers.ThreadCount = options.Threads;
        TorchLibrary.Load();
        torch.set_num_threads(options.Threads);
        JsonArray results = [];
        foreach (int batch in options.Batches.Count > 0 ? options.Batches : [128, 32])
        {
            results.Add(options.Only is null ? Compare(batch, options) : Alone(batch, options));
        }

        if (options.Json)
        {
            Console.WriteLine(results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }

        return 0;
    }

    private static JsonObject Compare(int batch, BenchOptions options)
    {
        const int DefaultRounds = 5;
        int rounds = options.Rounds > 0 ? options.Rounds : DefaultRounds;
        string load = SystemFigures.LoadAverage;
        StepBatch data = new(batch);
        using ManagedStep ours = new(data);
        using TorchStep libtorch = new(data);

        // The first step of each allocates; its loss, from equal weights and images, shows that both do the same work.
        float ourLoss = ours.Step();
        float torchLoss = libtorch.Step();
        Timings ourTimes = new();
        Timings torchTimes = new();
        Timings ourProcessor = new();
        Timings torchProcessor = new();
        for (int round = 0; round < rounds; round++)
        {
            Time(ours, ourTimes, ourProcessor);
            Time(libtorch, torchTimes, torchProcessor);
        }

        JsonObject ourMemory = Memory("ours", batch, options);
        JsonObject torchMemory = Memory("libtorch", batch, options);
        JsonObject result = new()
        {
            ["benchmark"] = "training step of PreAct-ResNet-18, 3x32x32, 10 classes, SGD with momentum",
            ["batch"] = batch,
            ["threads"] = options.Threads,
            ["rounds"] = rounds,
            ["memory"] = KeptMemory.Mode,
            ["loadAverage"] = load,
            ["ours"] = Describe(ourTimes, ourProcessor, ourLoss, ourMemory),
            ["libtorch"] = Describe(torchTimes, torchProcessor, torchLoss, torchMemory),
            ["ratio"] = Round(ourTimes.RatioTo(torchTimes)),
            ["processorRatio"] = Round(ourProcessor.RatioTo(torchProcessor)),
        };
        if (!options.Json)
        {
            Print(result);
        }

        return result;
    }

    /// <summary>Steps of one contestant alone: what memory it takes and whether that grows.</summary>
    private static JsonObject Alone(int batch, BenchOptions options)
    {
        StepBatch data = new(batch);
        using ITrainingStep step = options.Only == "ours" ? new ManagedStep(data) : new TorchStep(data);
        step.Step();
        step.Step();
        long resident = SystemFigures.Resident;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        int rounds = options.Rounds > 0 ? options.Rounds : 2;
        for (int round = 0; round < rounds; round++)
        {
            step.Step();
        }

        return new JsonObject
        {
            ["allocatedBytesPerStep"] = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / rounds,
            ["residentGrowthBytesPerStep"] = (SystemFigures.Resident - resident) / rounds,
            ["peakBytes"] = SystemFigures.Peak,
        };
    }

    private static JsonObject Memory(string who, int batch, BenchOptions options)
    {
        string printed = string.Empty;
        string[] args =
        [
            "step", "--only", who, "--steps", "2", "--json",
            "--batch", batch.ToString(CultureInfo.InvariantCulture), "--threads", options.Threads.ToString(CultureInfo.InvariantCulture),
        ];
        int code = KeptMemory.Start(args, text => printed = text);
        return code == 0 ? JsonNode.Parse(printed)!.AsArray()[0]!.DeepClone().AsObject() : throw new InvalidOperationException($"bench: the memory run of {who} ended with {code}");
    }

    /// <summary>Elapsed and processor seconds: on a busy machine the second are what tells (all threads', waiting ones' too).</summary>
    private static void Time(ITrainingStep step, Timings elapsed, Timings processor)
    {
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        step.Step();
        elapsed.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    private static JsonObject Describe(Timings times, Timings processor, float firstLoss, JsonObject memory)
    {
        memory["medianProcessorSeconds"] = Round(processor.Median);
        memory["medianSeconds"] = Round(times.Median);
        memory["leastSeconds"] = Round(times.Least);
        memory["greatestSeconds"] = Round(times.Greatest);
        memory["firstLoss"] = firstLoss;
        return memory;
    }

    private static double Round(double value) => Math.Round(value, 4);

    private static void Print(JsonObject result)
    {
        Console.WriteLine($"{result["benchmark"]}, batch {result["batch"]}, {result["threads"]} threads, {result["rounds"]} rounds in turn, load before {result["loadAverage"]}, libtorch's memory {result["memory"]}");
        foreach (string who in new[] { "ours", "libtorch" })
        {
            JsonNode line = result[who]!;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {who,-9} median {line["medianSeconds"],7} s ({line["leastSeconds"]} to {line["greatestSeconds"]}), processor {line["medianProcessorSeconds"]} s  peak {(long)line["peakBytes"]! >> 20} MiB  a later step allocates {line["allocatedBytesPerStep"]} managed bytes, resident grows by {(long)line["residentGrowthBytesPerStep"]! >> 10} KiB  first loss {line["firstLoss"]}"));
        }

        Console.WriteLine($"  ours / libtorch: elapsed {result["ratio"]}, processor {result["processorRatio"]}");
    }
}
