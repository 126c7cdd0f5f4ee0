using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch;
using TorchSharp;

namespace RobMask.Bench.Convolutions;

/// <summary>Times the convolutions of PreAct-ResNet-18, forward and both gradients, ours and libtorch's in turn.</summary>
internal static class ConvolutionBenchmark
{
    /// <summary>Input channels, output channels, extent, kernel, stride.</summary>
    private static readonly (int C, int K, int Extent, int Kernel, int Stride)[] _shapes =
    [
        (3, 64, 32, 3, 1), (64, 64, 32, 3, 1), (64, 128, 32, 3, 2), (64, 128, 32, 1, 2), (128, 128, 16, 3, 1),
        (128, 256, 16, 3, 2), (256, 256, 8, 3, 1), (256, 512, 8, 3, 2), (512, 512, 4, 3, 1),
    ];

    public static int Run(BenchOptions options)
    {
        Workers.ThreadCount = options.Threads;
        TorchLibrary.Load();
        torch.set_num_threads(options.Threads);
        JsonArray results = [];
        int batch = options.Batches.Count > 0 ? options.Batches[0] : 32;
        int rounds = options.Rounds > 0 ? options.Rounds : 7;
        if (!options.Json)
        {
            Console.WriteLine($"convolutions, batch {batch}, {options.Threads} threads, the fastest of {rounds} rounds in turn, load {SystemFigures.LoadAverage}, libtorch's memory {KeptMemory.Mode}; GFLOP/s ours, libtorch, time ratio");
        }

        foreach ((int c, int k, int extent, int kernel, int stride) in _shapes)
        {
            foreach (JsonObject line in Compare(batch, rounds, c, k, extent, ConvAttributes.Square(kernel, stride, kernel / 2)))
            {
                results.Add(line);
                if (!options.Json)
                {
                    Console.WriteLine($"  {line["shape"],-30} {line["pass"],-16} {line["ours"],7} {line["libtorch"],7} {line["ratio"],7}");
                }
            }
        }

        if (options.Json)
        {
            Console.WriteLine(results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }

        return 0;
    }

    private static List<JsonObject> Compare(int batch, int rounds, int c, int k, int extent, ConvAttributes a)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        DenseTensor<float> input = Random(1, batch, c, extent, extent);
        DenseTensor<float> weight = Random(2, k, c, a.KernelHeight, a.KernelWidth);
        DenseTensor<float> output = new(Conv2d.OutputShape(input.Shape, weight.Shape, a));
        DenseTensor<float> gradOutput = Random(3, output.Shape.Extents);
        DenseTensor<float> gradInput = new(input.Shape);
        DenseTensor<float> gradWeight = new(weight.Shape);
        torch.Tensor x = Copy(input);
        torch.Tensor w = Copy(weight);
        torch.Tensor g = Copy(gradOutput);
        torch.Tensor Forward(torch.Tensor from, torch.Tensor by) => torch.nn.functional.conv2d(from, by, null, [a.StrideHeight, a.StrideWidth], [a.PaddingHeight, a.PaddingWidth]);

        // autograd runs a gradient alone when only that operand asks for one; the graph is kept between rounds.
        torch.Tensor xLeaf = x.clone().requires_grad_(true);
        torch.Tensor wLeaf = w.clone().requires_grad_(true);
        torch.Tensor forInput = Forward(xLeaf, w);
        torch.Tensor forWeight = Forward(x, wLeaf);
        string shape = $"{batch}x{c}x{extent}x{extent} -> {k}, {a.KernelHeight}x{a.KernelWidth}/{a.StrideHeight}";
        double operations = 2.0 * output.Length * weight.Shape.LengthPerImage;
        return
        [
            Time(shape, "forward", operations, rounds, () => Conv2d.Forward(input, weight, null, a, output), () => Forward(x, w).Dispose()),
            Time(shape, "gradient of input", operations, rounds, () => Conv2d.BackwardInput(gradOutput, weight, a, gradInput), () => torch.autograd.grad([forInput], [xLeaf], [g], retain_graph: true)[0].Dispose()),
            Time(shape, "gradient of weight", operations, rounds, () => Conv2d.BackwardWeight(input, gradOutput, a, gradWeight), () => torch.autograd.grad([forWeight], [wLeaf], [g], retain_graph: true)[0].Dispose()),
        ];
    }

    private static JsonObject Time(string shape, string pass, double operations, int rounds, Action ours, Action libtorch)
    {
        // Milliseconds long: the fastest is the one that no other process interrupted.
        Timings ourTimes = new();
        Timings torchTimes = new();
        for (int round = -2; round < rounds; round++)
        {
            double mine = Seconds(ours);
            double theirs = Seconds(libtorch);
            if (round >= 0)
            {
                ourTimes.Add(mine);
                torchTimes.Add(theirs);
            }
        }

        return new JsonObject
        {
            ["shape"] = shape,
            ["pass"] = pass,
            ["ours"] = Math.Round(operations / ourTimes.Least / 1e9, 1),
            ["libtorch"] = Math.Round(operations / torchTimes.Least / 1e9, 1),
            ["ratio"] = Math.Round(ourTimes.Least / torchTimes.Least, 2),
        };
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static DenseTensor<float> Random(ulong seed, params ReadOnlySpan<int> extents)
    {
        DenseTensor<float> tensor = new(extents);
        new PhiloxStream(new PhiloxKey(seed, PhiloxStreams.Data, 0)).FillUniform(tensor.Span, -1, 1);
        return tensor;
    }

    private static torch.Tensor Copy(DenseTensor<float> tensor) =>
        torch.tensor(tensor.Span.ToArray(), Array.ConvertAll(tensor.Shape.Extents.ToArray(), extent => (long)extent));
}
