using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Bench.Comparison;
using RobMask.Bench.Machine;
using RobMask.Kernels;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Kernels;

/// <summary>The convolutions of PreAct-ResNet-18 in the three directions, beside the machine's ceiling.</summary>
internal static class KernelBenchmark
{
    public static int Run(BenchOptions options)
    {
        Workers.ThreadCount = options.Threads;
        int batch = options.BatchesOr(128)[0];
        int rounds = options.Rounds > 0 ? options.Rounds : 7;
        double ceiling = Ceiling.Measure<float>(options.Threads);
        JsonArray results = [];
        double total = 0;
        if (!options.Json)
        {
            Console.WriteLine($"convolutions, batch {batch}, {options.Threads} threads, {VectorBits.Best} bits, best of {rounds}{(options.Threads == 1 ? " in processor time" : string.Empty)}; ceiling in registers {ceiling:F0} GFLOP/s");
            Console.WriteLine($"  {"shape",-28} {"forward",16} {"input gradient",16} {"weight gradient",16}   GFLOP/s with padding, share of the ceiling without");
        }

        foreach (ConvolutionCase shape in ConvolutionCase.PreActResNet18)
        {
            double[] seconds = Measure(batch, rounds, shape);
            total += shape.Times * seconds.Sum();
            double[] rates = [.. seconds.Select(time => shape.Operations(batch) / time / 1e9)];
            double useful = shape.LeastOperations(batch) / shape.Operations(batch);
            results.Add(new JsonObject { ["shape"] = shape.ToString(), ["forward"] = rates[0], ["gradInput"] = rates[1], ["gradWeight"] = rates[2], ["ceiling"] = ceiling });
            if (!options.Json)
            {
                Console.WriteLine($"  {shape,-28} {string.Join(' ', rates.Select(rate => $"{rate,9:F0} {rate * useful / ceiling,6:P0}"))}");
            }
        }

        Console.WriteLine(options.Json
            ? results.ToJsonString(new JsonSerializerOptions { WriteIndented = true })
            : $"  all convolutions of one training step: {total * 1e3:F0} ms");
        return 0;
    }

    private static double[] Measure(int batch, int rounds, ConvolutionCase shape)
    {
        ConvAttributes attributes = shape.Attributes;
        DenseTensor<float> input = HostTensors.Random(1, shape.Input(batch).Extents);
        DenseTensor<float> weight = HostTensors.Random(2, shape.Weight.Extents);
        DenseTensor<float> output = new(shape.Output(batch));
        DenseTensor<float> gradOutput = HostTensors.Random(3, output.Shape.Extents);
        DenseTensor<float> gradInput = new(input.Shape);
        DenseTensor<float> gradWeight = new(weight.Shape);
        return
        [
            Best(rounds, () => Conv2d.Forward(input, weight, null, attributes, output)),
            Best(rounds, () => Conv2d.BackwardInput(gradOutput, weight, attributes, gradInput)),
            Best(rounds, () => Conv2d.BackwardWeight(input, gradOutput, attributes, gradWeight)),
        ];
    }

    /// <summary>Seconds of the fastest round; with one thread of processor time, so that what else the machine does counts little.</summary>
    private static double Best(int rounds, Action action)
    {
        double best = double.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            action();
            double seconds = Workers.ThreadCount == 1
                ? (Environment.CpuUsage.TotalTime - before).TotalSeconds
                : Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Min(best, seconds);
        }

        return best;
    }
}
