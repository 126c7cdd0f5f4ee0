using RobMask.Verification.Bounds;
using RobMask.Verification.Checks.Cases;
using RobMask.Verification.Checks.Laws;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;

namespace RobMask.Verification.Checks;

/// <summary>Property-tests a backend: random cases, each judged by its bounds and by laws, failing ones made small.</summary>
/// <param name="backend">Who is checked.</param>
/// <param name="options">What is checked; null for the usual.</param>
public sealed class BackendCheck(IMaskingBackend backend, CheckOptions? options = null)
{
    private const int LawPeriod = 3;
    private readonly CheckOptions _options = options ?? new CheckOptions();

    /// <summary>Checks every chosen operation.</summary>
    /// <param name="progress">Told each operation that is done; null for nobody.</param>
    /// <param name="cancellation">Ends the check between two cases.</param>
    /// <exception cref="BackendException">The backend is broken, not wrong: nothing is said of its numbers.</exception>
    public CheckReport Run(IProgress<OperationCheck>? progress = null, CancellationToken cancellation = default)
    {
        List<OperationCheck> operations = [];
        List<LawCheck> laws = [];
        List<CheckFailure> failures = [];
        foreach (string name in _options.Choose(backend))
        {
            OperationCheck done = Run(name, laws, failures, cancellation);
            operations.Add(done);
            progress?.Report(done);
        }

        return new CheckReport { Backend = backend.Name, Precision = backend.Precision.Name, Seed = _options.Seed, Operations = operations, Laws = laws, Failures = failures };
    }

    /// <summary>Asks one case again and judges it, by its bounds and by every law of its operation.</summary>
    public CheckReport Replay(CaseFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        OperationRequest request = file.Request;
        CaseJudgement judgement = CaseJudgement.Of(backend, request, causes: true);
        OperationCheck operation = Count(new OperationCheck { Operation = request.Name }, judgement);
        List<CheckFailure> failures = [];
        if (judgement.Fails)
        {
            failures.Add(Failure(request, null, judgement, 0, judgement.Explanation));
        }

        List<LawCheck> laws = [];
        foreach (Law law in LawCatalog.Of(request.Name))
        {
            if (Test(law, request, judgement) is LawResult result)
            {
                laws.Add(new LawCheck(law.Name, law.Statement, request.Name, 1, result.Breach is null ? 0 : 1));
                if (result.Breach is not null)
                {
                    failures.Add(Failure(request, law, new CaseJudgement(Verdict.Wrong, result.Breach), 0, null));
                }
            }
        }

        return new CheckReport { Backend = backend.Name, Precision = backend.Precision.Name, Seed = _options.Seed, Operations = [operation], Laws = laws, Failures = failures };
    }

    private static OperationCheck Count(OperationCheck check, CaseJudgement judgement) => judgement.Verdict switch
    {
        null => check with { Unsupported = check.Unsupported + 1 },
        Verdict.Bitwise => check with { Cases = check.Cases + 1, Bitwise = check.Bitwise + 1, Gauge = Math.Max(check.Gauge, judgement.Gauge) },
        Verdict.Within => check with { Cases = check.Cases + 1, Within = check.Within + 1, Gauge = Math.Max(check.Gauge, judgement.Gauge) },
        Verdict.Explained => check with { Cases = check.Cases + 1, Explained = check.Explained + 1 },
        Verdict.Unproven => check with { Cases = check.Cases + 1, Unproven = check.Unproven + 1 },
        _ => check with { Cases = check.Cases + 1, Wrong = check.Wrong + 1 },
    };

    private OperationCheck Run(string name, List<LawCheck> laws, List<CheckFailure> failures, CancellationToken cancellation)
    {
        OperationCheck check = new() { Operation = name };
        LawTally[] tallies = [.. LawCatalog.Of(name).Where(law => _options.Laws?.Contains(law.Name) ?? true).Select(law => new LawTally(law))];
        (int Number, CaseJudgement Judgement)? worst = null;
        ArithmeticModel? explanation = null;
        for (int number = 0; number < _options.Cases; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            OperationRequest request = CaseBuilder.Build(CaseGenerator.Case(name, _options.Seed, number));
            CaseJudgement judgement = CaseJudgement.Of(backend, request, causes: false);
            check = Count(check, judgement);
            if (judgement.Fails && (worst is null || judgement.Verdict > worst.Value.Judgement.Verdict))
            {
                worst = (number, judgement);
            }

            explanation = LessPrecise(explanation, judgement.Explanation);
            for (int i = 0; i < tallies.Length; i++)
            {
                if ((number + i) % LawPeriod == 0 && judgement.Answer.Count > 0)
                {
                    tallies[i].Add(number, Test(tallies[i].Law, request, judgement));
                }
            }
        }

        if (worst is { } found)
        {
            failures.Add(Shrink(name, found.Number, null, found.Judgement, explanation));
        }

        foreach (LawTally tally in tallies)
        {
            if (tally.Broken > 0)
            {
                failures.Add(Shrink(name, tally.First, tally.Law, new CaseJudgement(Verdict.Wrong, tally.Breach), null));
            }
        }

        laws.AddRange(tallies.Where(tally => tally.Cases > 0).GroupBy(tally => tally.Law.Name)
            .Select(group => new LawCheck(group.Key, group.First().Law.Statement, name, group.Sum(tally => tally.Cases), group.Sum(tally => tally.Broken))));
        return check;
    }

    private static ArithmeticModel? LessPrecise(ArithmeticModel? one, ArithmeticModel? other) =>
        one is null || other is null ? one ?? other : ArithmeticModel.All.Last(model => model == one || model == other);

    private LawResult? Test(Law law, OperationRequest request, CaseJudgement judgement)
    {
        try
        {
            return law.Check(new LawCase(new LawRun(request, judgement.Answer, backend.Precision), backend));
        }
        catch (NotSupportedException)
        {
            return null;
        }
        catch (OperationFailedException error)
        {
            return new LawResult("the backend failed: " + error.Message);
        }
    }

    private CheckFailure Shrink(string name, int number, Law? law, CaseJudgement found, ArithmeticModel? explanation)
    {
        CaseShrinker shrinker = new(
            request =>
            {
                CaseJudgement judgement = CaseJudgement.Of(backend, request, causes: false);
                return law is null ? judgement.Verdict == found.Verdict : judgement.Answer.Count > 0 && Test(law, request, judgement)?.Breach is not null;
            },
            _options.ShrinkBudget);
        CasePlan plan = CaseGenerator.Case(name, _options.Seed, number);
        OperationRequest smallest = shrinker.Smallest(plan);

        // A case of few numbers fits many causes; the one that was drawn fits few.
        CaseJudgement judgement = CaseJudgement.Of(backend, smallest, causes: false) with { Cause = law is null ? CaseJudgement.Of(backend, CaseBuilder.Build(plan), causes: true).Cause : null };
        if (law is not null)
        {
            judgement = new CaseJudgement(Verdict.Wrong, Test(law, smallest, judgement)?.Breach ?? found.What);
        }

        // A backend that does not fail twice alike is shown by what it did first.
        return Failure(smallest, law, judgement.Fails ? judgement : found with { What = found.What + " (not again when asked once more)" }, number, found.Verdict == Verdict.Explained ? explanation : null);
    }

    private CheckFailure Failure(OperationRequest request, Law? law, CaseJudgement judgement, int number, ArithmeticModel? explanation)
    {
        string? path = null;
        if (_options.SaveFolder is string folder)
        {
            Directory.CreateDirectory(folder);
            path = Path.Combine(folder, law is null ? $"{request.Name}.safetensors" : $"{request.Name}.{Slug(law.Name)}.safetensors");
            new CaseFile(request, law?.Name).Save(path, backend.Name, _options.Seed, number, judgement.What);
        }

        return new CheckFailure
        {
            Operation = request.Name,
            Law = law?.Name,
            Verdict = judgement.Verdict ?? Verdict.Wrong,
            Explanation = explanation?.Name,
            What = judgement.What,
            Cause = judgement.Cause,
            Case = CaseGenerator.Describe(request),
            Number = number,
            File = path,
        };
    }

    private static string Slug(string name) => string.Join('-', name.Split([' ', '_']).Where(word => word.All(char.IsAscii)));

    private sealed class LawTally(Law law)
    {
        public Law Law { get; } = law;

        public int Cases { get; private set; }

        public int Broken { get; private set; }

        public int First { get; private set; }

        public string Breach { get; private set; } = string.Empty;

        public void Add(int number, LawResult? result)
        {
            if (result is null)
            {
                return;
            }

            Cases++;
            if (result.Breach is string breach && Broken++ == 0)
            {
                (First, Breach) = (number, breach);
            }
        }
    }
}
