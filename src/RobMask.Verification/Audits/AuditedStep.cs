namespace RobMask.Verification.Audits;

/// <summary>A recorded step and what the audit says of it.</summary>
/// <param name="Training">The training's name in its run.</param>
/// <param name="Step">The step, from 1.</param>
/// <param name="Epoch">Its epoch, from 1.</param>
/// <param name="Batch">Its batch of the epoch, from 1.</param>
/// <param name="Engine">What computed it.</param>
/// <param name="Arithmetic">What its products were declared to be computed in.</param>
/// <param name="Factor">How many times the noise a measured tensor may be away.</param>
/// <param name="Checks">What was checked.</param>
/// <param name="Tensors">Gradients and running statistics beside the reference.</param>
/// <param name="Causes">Guesses at what went wrong.</param>
public sealed record AuditedStep(
    string Training,
    long Step,
    int Epoch,
    int Batch,
    string Engine,
    string Arithmetic,
    double Factor,
    IReadOnlyList<AuditCheck> Checks,
    IReadOnlyList<AuditTensor> Tensors,
    IReadOnlyList<string> Causes)
{
    /// <summary>That of the worst check; what could not be checked does not count.</summary>
    public AuditVerdict Verdict => Checks.Select(check => check.Verdict).Where(verdict => verdict != AuditVerdict.NotChecked).DefaultIfEmpty(AuditVerdict.NotChecked).Max();

    /// <summary>The tensor that is farthest from the reference; null where none was measured.</summary>
    public AuditTensor? Worst => Tensors.MaxBy(tensor => tensor.Ratio);
}
