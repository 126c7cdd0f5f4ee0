using RobMask.Tests.Spec;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>No correct float implementation leaves its bounds, whatever the shape and the values.</summary>
public sealed class NoFalseAlarmTests(ITestOutputHelper output)
{
    private const int QuickCases = 800;
    private const int SlowCases = 200_000;

    public static TheoryData<string> Operations => [.. OperationCatalog.All.Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Correct_implementations_are_within_their_bounds(string operation) => Run(operation, QuickCases);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Operations))]
    public void Correct_implementations_are_within_their_bounds_in_200000_cases(string operation) => Run(operation, SlowCases);

    private void Run(string operation, int cases)
    {
        Manner[] manners = Enum.GetValues<Manner>();
        double largest = 0;
        long decided = 0;
        Parallel.For(0, Environment.ProcessorCount, worker =>
        {
            double mine = 0;
            long open = 0;
            for (int i = worker; i < cases; i += Environment.ProcessorCount)
            {
                Draw draw = new(unchecked(Draw.RunSeed + (i * 7919)));
                BoundCase one = BoundCase.Random(operation, draw, i % 2 == 0 ? Manner.Ordinary : manners[i / 2 % manners.Length]);
                IReadOnlyList<BoundedOutput> bounds = OperationBounds.Compute(one.Request, ArithmeticModel.Fp32);
                if (cases <= QuickCases || i % 4 == 0)
                {
                    mine = Math.Max(mine, Within.Check(one, "fma1", bounds, OperationCatalog.Run(one.Request)));
                }

                if (LooseOperations.Run(one) is { } got)
                {
                    mine = Math.Max(mine, Within.Check(one, "another order", bounds, got));
                }

                open += one.Manner == Manner.Ordinary && bounds.All(b => b.Tensor.Bound is null || !b.Tensor.Bound.Span.Contains(double.PositiveInfinity)) ? 1 : 0;
            }

            lock (manners)
            {
                largest = Math.Max(largest, mine);
                decided += open;
            }
        });

        // A bound that says nothing would pass all of this.
        Assert.True(decided >= 0.2 * cases, $"{operation}: only {decided} of {cases} cases were decided in every element");
        output.WriteLine($"{operation}: {cases} cases, {decided} decided throughout, largest err / bound {largest:F3}, SPEC_SEED={Draw.RunSeed}");
    }
}
