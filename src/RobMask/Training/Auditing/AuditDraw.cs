using RobMask.Numerics;

namespace RobMask.Training.Auditing;

/// <summary>One sequence of random numbers that a step used.</summary>
/// <param name="Use">What for.</param>
/// <param name="Seed">The key of Philox.</param>
/// <param name="Stream">Counter word 3.</param>
/// <param name="Step">Counter word 2; an attack with restarts uses step · restarts and those that follow.</param>
internal sealed record AuditDraw(string Use, ulong Seed, uint Stream, uint Step)
{
    /// <summary>What a step of these settings draws.</summary>
    public static IReadOnlyList<AuditDraw> Of(TrainingSettings settings, int epoch, long iteration)
    {
        List<AuditDraw> draws = [new("shuffle", settings.Seed, PhiloxStreams.Shuffle, (uint)epoch)];
        if (!settings.Augmentation.IsNone)
        {
            draws.Add(new("augmentation", settings.Seed, PhiloxStreams.Augmentation, (uint)epoch));
        }

        if (settings.Method != TrainingMethod.Standard)
        {
            draws.Add(new("attack", settings.Seed, PhiloxStreams.TrainingAttack, checked((uint)iteration)));
        }

        if (settings.Method == TrainingMethod.RobMask && settings.RobMask.Epsilon == EpsilonDraw.Uniform)
        {
            draws.Add(new("epsilon", settings.Seed, PhiloxStreams.Epsilon, checked((uint)iteration)));
        }

        return draws;
    }
}
