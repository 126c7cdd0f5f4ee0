using RobMask.Verification.Checks;
using RobMask.Verification.Checks.Laws;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Verification.Xunit;

/// <summary>The check of a backend as facts of an xunit run: derive a class, hand in the backend.</summary>
/// <remarks>
/// <code>
/// public sealed class MyBackendFacts : MaskingBackendFacts
/// {
///     protected override IMaskingBackend Backend { get; } = new MyBackend();
/// }
/// </code>
/// Operations that the backend does not have are skipped. What fails is shown as the smallest failing case; the same
/// <see cref="Seed"/> gives the same cases.
/// </remarks>
public abstract class MaskingBackendFacts
{
    /// <summary>Every operation of the catalogue.</summary>
    public static TheoryData<string> Operations => [.. OperationCatalog.All.Select(operation => operation.Name)];

    /// <summary>Every law with the operations in whose cases it is tested.</summary>
    public static TheoryData<string, string> Laws
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach ((string law, string operation) in LawCatalog.All.SelectMany(law => law.Operations.Select(operation => (law.Name, operation))).Distinct())
            {
                data.Add(law, operation);
            }

            return data;
        }
    }

    /// <summary>The implementation that is tested.</summary>
    protected abstract IMaskingBackend Backend { get; }

    /// <summary>The random cases of each fact.</summary>
    protected virtual int Cases => 60;

    /// <summary>The key of the random cases.</summary>
    protected virtual ulong Seed => 1;

    /// <summary>Every answer lies within the proven bounds of the declared precision.</summary>
    [SkippableTheory]
    [MemberData(nameof(Operations))]
    public void Answers_are_within_their_bounds(string operation) => Check(operation, []);

    /// <summary>A law that every right implementation obeys, tested on the backend's own answers.</summary>
    [SkippableTheory]
    [MemberData(nameof(Laws))]
    public void A_law_holds(string law, string operation) => Check(operation, [law]);

    private void Check(string operation, string[] laws)
    {
        Skip.IfNot(Backend.Operations.Contains(operation), $"{Backend.Name} does not have {operation}");
        CheckReport report = new BackendCheck(Backend, new CheckOptions { Operations = [operation], Seed = Seed, Cases = Cases, Laws = laws }).Run();
        CheckFailure? failure = report.Failures.FirstOrDefault(one => (one.Law is null) == (laws.Length == 0));
        Assert.True(failure is null, failure is null ? string.Empty : $"seed {Seed}, case {failure.Number}: {failure.Law ?? failure.Verdict.ToString()}: {failure.What}\nsmallest case: {failure.Case}");
    }
}
