using System.Numerics;
using EvaluationOrder;
using RobMask.Numerics;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>Sums, exp, log and random numbers against the naive ones from the document.</summary>
public sealed class NumericsSpecTests
{
    [Fact]
    public void Lane_sums_have_the_bits_of_the_document() => SpecTheory.Repeat(180, LaneSums<float>, LaneSums<double>);

    [Fact]
    public void Exp_and_log_have_the_bits_of_the_document() => SpecTheory.Repeat(60, ExpLogs<float>, ExpLogs<double>);

    [Fact]
    public void Philox_has_the_bits_of_the_document() => SpecTheory.Repeat(60, Philoxes<float>, Philoxes<double>);

    private static void LaneSums<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = draw.Of(draw.Between(0, 40), draw.Between(60, 200), draw.Between(500, 1100));
        T[] x = draw.Values<T>(count, manner);
        T[] y = draw.Values<T>(count, manner);
        Trial<double> trial = new("LaneSum", draw);
        trial.Same("sum", [Sums.LaneSum(x)], [LaneSum.Sum<T>(x)]);
        trial.Same("sum of squares", [Sums.LaneSum(x, x)], [LaneSum.SumOfSquares<T>(x)]);
        trial.Same("sum of products", [Sums.LaneSum(x, y)], [LaneSum.Dot<T>(x, y)]);
        if (count == 0)
        {
            return;
        }

        Trial<T> sum = new("sum", draw);
        sum.Input("input", [.. x, .. y], 2, count);
        sum.Gives("output", [Ieee.Rounded<T>(Sums.LaneSum(x)), Ieee.Rounded<T>(Sums.LaneSum(y))]);
        Trial<T> mean = new("mean", draw);
        mean.Input("input", [.. x, .. y], 2, count);
        mean.Gives("output", [Ieee.Rounded<T>(Sums.LaneSum(x) / count), Ieee.Rounded<T>(Sums.LaneSum(y) / count)]);
    }

    private static void ExpLogs<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = [.. draw.Values<T>(20, manner), .. draw.Values<T>(20, Manner.Ordinary).Select(v => v * T.CreateTruncating(draw.Of(1, 20, 60, 400)))];
        foreach (T value in x)
        {
            if (value is float narrow)
            {
                Trial<float> trial = new("exp and log", draw);
                trial.Same($"exp({narrow:R})", [ExpLog.Exp(narrow)], [Elementary.Exp(narrow)]);
                trial.Same($"log({narrow:R})", [ExpLog.Log(narrow)], [Elementary.Log(narrow)]);
            }
            else
            {
                double wide = double.CreateTruncating(value);
                Trial<double> trial = new("exp and log", draw);
                trial.Same($"exp({wide:R})", [ExpLog.Exp(wide)], [Elementary.Exp(wide)]);
                trial.Same($"log({wide:R})", [ExpLog.Log(wide)], [Elementary.Log(wide)]);
            }
        }
    }

    private static void Philoxes<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long seed = draw.Of(0L, 1L, draw.Seed, long.MaxValue, 0x123456789ABCDEFL);
        uint stream = (uint)draw.Between(0, int.MaxValue);
        int count = draw.Between(1, 300);
        RandomNumbers expected = new((ulong)seed, stream, 0);
        int[] indices = [.. Enumerable.Range(0, count)];
        foreach (string distribution in new[] { "uniform", "normal", "words" })
        {
            Trial<T> trial = new("philox", draw);
            trial.Attribute("seed", seed);
            trial.Attribute("stream", stream);
            trial.Attribute("count", count);
            trial.Attribute("distribution", distribution);
            switch (distribution)
            {
                case "uniform": trial.Gives("output", [.. indices.Select(i => T.CreateTruncating(expected.Uniform(i)))]); break;
                case "normal": trial.Gives("output", [.. indices.Select(i => T.CreateTruncating((float)expected.Normal(i)))]); break;
                default: Assert.Equal(indices.Select(i => (long)expected.Draw32(i)), ((DenseTensor<long>)trial.Output("output")).Span.ToArray()); break;
            }
        }

        PhiloxStream actual = new(new PhiloxKey((ulong)seed, stream, 9));
        expected = new((ulong)seed, stream, 9);
        int[] permutation = new int[count];
        actual.Permutation(permutation);
        Assert.Equal(expected.Permutation(count), permutation);
        foreach (long i in new long[] { 0, 1, 2, 3, count, uint.MaxValue, (1L << 60) + 5 })
        {
            int bound = draw.Of(1, 2, 10, int.MaxValue, draw.Between(1, 1000));
            Assert.Equal(expected.Integer(i, bound), actual.Integer(i, bound));
            Assert.Equal(expected.Uniform(i), actual.Uniform(i));
            Assert.Equal(expected.Uniform53(i), actual.Uniform53(i));
            Assert.Equal(expected.Normal(i), actual.Normal(i));
        }

        (float low, float high, float deviation) = (draw.Float(-3, 0), draw.Float(0, 5), draw.Float(0, 3));
        T[] filled = new T[count];
        actual.FillUniform<T>(filled, low, high);
        new Trial<T>("FillUniform", draw).Same("destination", [.. indices.Select(i => T.CreateTruncating(low + ((high - low) * expected.Uniform(i))))], filled);
        actual.FillNormal<T>(filled, deviation);
        new Trial<T>("FillNormal", draw).Same("destination", [.. indices.Select(i => T.CreateTruncating((float)(expected.Normal(i) * deviation)))], filled);
    }
}
