using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Kernels;

/// <summary>The convolutions of PreAct-ResNet-18 in the three directions, beside the machine's ceiling.</summary>
internal static class KernelBenchmark
{
    /// <summary>Input channels, output channels, extent, kernel, stride, how often the network has it.</summary>
    private static readonly (int C, int K, int Extent, int Kernel, int Stride, int Times)[] _shapes =
    [
        (3, 64, 32, 3, 1, 1), (64, 64, 32, 3, 1, 4), (64, 128, 32, 3, 2, 1), (64, 128, 32, 1, 2, 1), (128, 128, 16, 3, 1, 3),
        (128, 256, 16, 3, 2, 1), (128, 256, 16, 1, 2, 1), (256, 256, 8, 3, 1, 3), (256, 512, 8, 3, 2, 1), (256, 512, 8, 1, 2, 1), (512, 512, 4, 3, 1, 3),
    ];

    public static int Run(BenchOptions options)
    {
        Workers.ThreadCount = options.Threads;
        int batch = options.Batches.Count > 0 ? options.Batches[0] : 128;
        int rounds = options.Rounds > 0 ? options.Rounds : 7;
        double ceiling = Ceiling.Measure(options.Threads);
        JsonArray results = [];
        double total = 0;
        if (!options.Json)
        {
            int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
            Console.WriteLine($"convolutions, batch {batch}, {options.Threads} threads, {bits} bits, best of {rounds}{(options.Threads == 1 ? " in processor time" : string.Empty)}; ceiling in registers {ceiling:F0} GFLOP/s");
            Console.WriteLine($"  {"shape",-28} {"forward",16} {"input gradient",16} {"weight gradient",16}   GFLOP/s, share of the ceiling");
        }

        foreach ((int c, int k, int extent, int kernel, int stride, int times) in _shapes)
        {
            double[] seconds = Measure(batch, rounds, c, k, extent, ConvAttributes.Square(kernel, stride, kernel / 2), out double operations);
            total += times * seconds.Sum();
            double[] rates = [.. seconds.Select(time => operations / time / 1e9)];
            string shape = $"{c} -> {k} @{extent}, {kernel}x{kernel}/{stride}";
            results.Add(new JsonObject { ["shape"] = shape, ["forward"] = rates[0], ["gradInput"] = rates[1], ["gradWeight"] = rates[2], ["ceiling"] = ceiling });
            if (!options.Json)
            {
                Console.WriteLine($"  {shape,-28} {string.Join(' ', rates.Select(rate => $"{rate,9:F0} {rate / ceiling,6:P0}"))}");
            }
        }

        Console.WriteLine(options.Json
            ? results.ToJsonString(new JsonSerializerOptions { WriteIndented = true })
            : $"  all convolutions of one training step: {total * 1e3:F0} ms");
        return 0;
    }

    private static double[] Measure(int batch, int rounds, int c, int k, int extent, ConvAttributes attributes, out double operations)
    {
        DenseTensor<float> input = Random(1, batch, c, extent, extent);
        DenseTensor<float> weight = Random(2, k, c, attributes.KernelHeight, attributes.KernelWidth);
        DenseTensor<float> output = new(Conv2d.OutputShape(input.Shape, weight.Shape, attributes));
        DenseTensor<float> gradOutput = Random(3, output.Shape.Extents);
        DenseTensor<float> gradInput = new(input.Shape);
        DenseTensor<float> gradWeight = new(weight.Shape);
        operations = 2.0 * output.Length * weight.Shape.LengthPerImage;
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

    private static DenseTensor<float> Random(ulong seed, params ReadOnlySpan<int> extents)
    {
        DenseTensor<float> tensor = new(extents);
        new PhiloxStream(new PhiloxKey(seed, PhiloxStreams.Data, 0)).FillUniform(tensor.Span, -1, 1);
        return tensor;
    }
}
