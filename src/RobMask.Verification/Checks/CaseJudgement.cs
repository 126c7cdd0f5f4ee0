using System.Globalization;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;

namespace RobMask.Verification.Checks;

/// <summary>What is said of a backend's answer to one case.</summary>
/// <param name="Verdict">The verdict; null where the backend does not support the case.</param>
/// <param name="What">What was found, in words; empty where nothing was.</param>
internal sealed record CaseJudgement(Verdict? Verdict, string What)
{
    /// <summary>The precision that explains the answer.</summary>
    public ArithmeticModel? Explanation { get; init; }

    /// <summary>A guess at the cause.</summary>
    public string? Cause { get; init; }

    /// <summary>The greatest error / bound.</summary>
    public double Gauge { get; init; }

    /// <summary>The answer; empty where there was none.</summary>
    public IReadOnlyList<NamedTensor> Answer { get; init; } = [];

    /// <summary>Whether the case fails.</summary>
    public bool Fails => Verdict is Verdicts.Verdict.Wrong or Verdicts.Verdict.Explained;

    /// <summary>Asks a backend and judges its answer.</summary>
    /// <exception cref="BackendException">The backend is broken, not wrong.</exception>
    public static CaseJudgement Of(IMaskingBackend backend, OperationRequest request, bool causes)
    {
        IReadOnlyList<NamedTensor> answer;
        try
        {
            answer = backend.Run(request);
        }
        catch (NotSupportedException reason)
        {
            return new CaseJudgement(null, reason.Message);
        }
        catch (Exception error) when (error is not (BackendException or OperationCanceledException or OutOfMemoryException))
        {
            return new CaseJudgement(Verdicts.Verdict.Wrong, "the backend failed: " + error.Message.Split('\n')[0].Trim());
        }

        OperationVerdict verdict = new OperationJudge(new JudgeOptions { Causes = causes })
            .Of(request, [.. answer.Select(tensor => new GotTensor(tensor.Name, tensor.Tensor, tensor.Stored ?? TensorFile.TypeOf(tensor.Tensor)))], backend.Precision);
        return Of(verdict) with { Answer = answer };
    }

    private static CaseJudgement Of(OperationVerdict verdict)
    {
        if (verdict.Missing.Count > 0)
        {
            return new CaseJudgement(Verdicts.Verdict.Wrong, $"{string.Join(", ", verdict.Missing)} is missing from the outputs");
        }

        TensorVerdict worst = verdict.Outputs.MaxBy(output => output.Verdict)!;
        return new CaseJudgement(verdict.Verdict, Words(worst))
        {
            Explanation = verdict.Outputs.Select(output => output.Explanation).Where(model => model is not null).MaxBy(model => ArithmeticModel.All.ToList().IndexOf(model!)),
            Cause = worst.Cause,
            Gauge = verdict.Outputs.Max(output => output.Gauge),
        };
    }

    private static string Words(TensorVerdict output)
    {
        if (output.Mismatch is not null)
        {
            return output.Mismatch.StartsWith(output.Name, StringComparison.Ordinal) ? output.Mismatch : $"{output.Name}: {output.Mismatch}";
        }

        return output.First is JudgedElement first
            ? string.Create(CultureInfo.InvariantCulture, $"{output.Name}{output.Shape}: {output.OutsideCount} of {output.Shape.Length} outside; [{first.Index}] is {first.Got:g9}, value {first.Expected:g9}, error {first.Error:g3}, bound {first.Bound:g3}")
            : string.Empty;
    }
}
