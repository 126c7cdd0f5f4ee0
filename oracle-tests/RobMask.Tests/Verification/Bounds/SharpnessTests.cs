using RobMask.Tensors;
using RobMask.Tests.Spec;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Bounds are not loose: a search for operands whose roundings all go one way comes near them.</summary>
public sealed class SharpnessTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(27)]
    [InlineData(576)]
    [InlineData(1152)]
    [InlineData(4608)]
    public void Searched_sums_of_positive_products_reach_a_tenth_of_their_bound(int terms)
    {
        const int Cases = 9;
        double[] ratios = new double[Cases];
        for (int i = 0; i < Cases; i++)
        {
            Draw draw = new(unchecked(Draw.RunSeed + i));
            float[] a = [.. Enumerable.Range(0, terms).Select(_ => draw.Float(0.5, 1))];
            float[] b = Climb(a, draw);
            BoundCase one = new BoundCase("linear", draw, Manner.Ordinary).Input("input", a, 1, terms).Input("weight", b, 1, terms);
            ratios[i] = Within.Check(one, "searched", OperationBounds.Compute(one.Request, ArithmeticModel.Fp32), OperationCatalog.Run(one.Request));
        }

        Array.Sort(ratios);
        output.WriteLine($"{terms} terms: err / bound {ratios[0]:F3} to {ratios[^1]:F3}, median {ratios[Cases / 2]:F3}, SPEC_SEED={Draw.RunSeed}");
        Assert.True(ratios[Cases / 2] >= 0.1, $"median {ratios[Cases / 2]}");
    }

    /// <summary>For each operation the largest ratio of a climb from random cases: inputs are changed a few units at a time and kept where the ratio grows.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(NoFalseAlarmTests.Operations), MemberType = typeof(NoFalseAlarmTests))]
    public void Climbs_of_every_operation(string operation)
    {
        const int Cases = 15;
        const int Steps = 300;
        List<double> ratios = [];
        for (int i = 0; i < Cases; i++)
        {
            Draw draw = new(unchecked(Draw.RunSeed + (i * 7919)));
            BoundCase one = BoundCase.Random(operation, draw, Manner.Ordinary);
            double best = Ratio(one);
            for (int step = 0; step < Steps && one.Inputs.Count > 0; step++)
            {
                DenseTensor<float>[] floats = [.. one.Inputs.Values.OfType<DenseTensor<float>>()];
                DenseTensor<float> chosen = floats[draw.Between(0, floats.Length - 1)];
                int index = draw.Between(0, chosen.Length - 1);
                float before = chosen.Span[index];
                chosen.Span[index] = before * (1 + draw.Float(-0.1, 0.1));
                double ratio = Ratio(one);
                (best, chosen.Span[index]) = ratio >= best ? (ratio, chosen.Span[index]) : (best, before);
            }

            ratios.Add(best);
        }

        ratios.Sort();
        output.WriteLine($"{operation}: median {ratios[Cases / 2]:F2}, largest {ratios[^1]:F2}");
    }

    private static double Ratio(BoundCase one) => Within.Check(one, "climbing", OperationBounds.Compute(one.Request, ArithmeticModel.Fp32), OperationCatalog.Run(one.Request));

    // The operands of the chain acc = fma(a, b, acc): each b is the best of a few for a rounding upwards.
    private static float[] Climb(float[] a, Draw draw)
    {
        float[] b = new float[a.Length];
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double largest = double.NegativeInfinity;
            for (int trial = 0; trial < 24; trial++)
            {
                float candidate = draw.Float(0.5, 1);
                double exact = sum + ((double)a[i] * candidate);
                double rounding = MathF.FusedMultiplyAdd(a[i], candidate, sum) - exact;
                (largest, b[i]) = rounding > largest ? (rounding, candidate) : (largest, b[i]);
            }

            sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        }

        return b;
    }
}
