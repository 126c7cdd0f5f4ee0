using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Golden;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

/// <summary>Every golden case of every operation, hostile ones included, right and spoilt: each has a verdict, a page and JSON, whatever the shapes and values.</summary>
public sealed class EveryOperationTests
{
    private static readonly GoldenCorpus Corpus = new(Path.Combine(AppContext.BaseDirectory, "golden"));

    public static TheoryData<string> Operations => [.. OperationCatalog.All.Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Right_outputs_are_bitwise_and_within_their_bounds(string operation)
    {
        foreach ((GoldenEntry entry, OperationRequest request, List<GotTensor> right) in Cases(operation))
        {
            OperationVerdict verdict = new OperationJudge().Of(request, right, ArithmeticModel.Fp32, entry.Name);
            Assert.All(verdict.Outputs, output =>
            {
                Assert.Equal(Verdict.Bitwise, output.Verdict);
                Assert.True(output.OutsideCount == 0, $"{entry.Name}, {output.Name}: {output.OutsideCount} of the profile's own elements are outside their bounds, first {output.First}");
                Assert.Null(output.Cause);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Spoilt_outputs_are_judged_explained_and_drawn(string operation)
    {
        Func<double, int, double>[] faults = [(x, i) => i == 0 ? x + 3 : x, (x, _) => 2 * x, (_, i) => i, (x, i) => i % 3 == 1 ? double.NaN : x, (x, _) => -x, (_, _) => double.PositiveInfinity];
        OperationJudge judge = new(new JudgeOptions { Details = true });
        foreach ((GoldenEntry entry, OperationRequest request, List<GotTensor> right) in Cases(operation))
        {
            for (int f = 0; f < faults.Length; f++)
            {
                List<GotTensor> got = [.. right.Select(tensor => tensor with { Tensor = Spoilt(tensor.Tensor, faults[f]) })];
                OperationVerdict verdict = judge.Of(request, got, ArithmeticModel.All[f % 4], entry.Name);
                Assert.Equal(right.Count, verdict.Outputs.Count);
                VerdictReport report = new(entry.Name, [verdict]);
                Assert.Contains(entry.Name, VerdictJson.Of(report), StringComparison.Ordinal);
                Assert.Contains("</html>", VerdictPage.Render(report), StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<(GoldenEntry Entry, OperationRequest Request, List<GotTensor> Right)> Cases(string operation)
    {
        foreach (GoldenEntry entry in Corpus.Entries().Where(entry => entry.Operation == operation && entry.File is not null))
        {
            OperationRequest request = new(entry.Operation, Corpus.Read(entry).Inputs, entry.Attributes);
            yield return (entry, request, [.. OperationCatalog.Run(request).Select(GotTensor.Of)]);
        }
    }

    private static DenseTensor<float> Spoilt(ITensor tensor, Func<double, int, double> fault)
    {
        DenseTensor<double> numbers = TensorNumbers.Of(tensor);
        DenseTensor<float> spoilt = new(numbers.Shape);
        for (int i = 0; i < spoilt.Length; i++)
        {
            spoilt.Span[i] = (float)fault(numbers.Span[i], i);
        }

        return spoilt;
    }
}
