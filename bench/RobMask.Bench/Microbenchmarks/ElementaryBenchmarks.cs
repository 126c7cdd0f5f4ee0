using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>exp and log of 4096 numbers: ours, the same on every machine, beside the C runtime's.</summary>
public class ElementaryBenchmarks
{
    private const int Count = 4096;
    private readonly DenseTensor<double> _x = HostTensors.Random<double>(1, new TensorShape(Count));

    [Benchmark(OperationsPerInvoke = Count)]
    public double Exp() => Sum(Elementary.Exp);

    [Benchmark(OperationsPerInvoke = Count)]
    public double Log() => Sum(static x => Elementary.Log(Math.Abs(x)));

    [Benchmark(OperationsPerInvoke = Count)]
    public float FloatExp() => FloatSum(Elementary.Exp);

    [Benchmark(OperationsPerInvoke = Count)]
    public float FloatLog() => FloatSum(static x => Elementary.Log(MathF.Abs(x)));

    [Benchmark(OperationsPerInvoke = Count)]
    public double SystemExp() => Sum(Math.Exp);

    [Benchmark(OperationsPerInvoke = Count)]
    public double SystemLog() => Sum(static x => Math.Log(Math.Abs(x)));

    private double Sum(Func<double, double> function)
    {
        double sum = 0;
        foreach (double x in _x.Span)
        {
            sum += function(x);
        }

        return sum;
    }

    private float FloatSum(Func<float, float> function)
    {
        float sum = 0;
        foreach (double x in _x.Span)
        {
            sum += function((float)x);
        }

        return sum;
    }
}
