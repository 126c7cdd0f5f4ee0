namespace RobMask.Training;

/// <summary>The learning rate of every iteration, a function of its number alone.</summary>
/// <remarks>
/// With t = iteration / all iterations: constant η; step η·factor^(milestones passed), by whole epochs; cosine
/// η·(1 + cos πt)/2 as in Loshchilov and Hutter 2017, by iterations; cyclic η·t/p up to the peak p, then
/// η·(1 − t)/(1 − p), as numpy.interp does for Wong et al. 2020. Warm-up multiplies by (iteration + 1)/its iterations.
/// Everything is computed in double without any function of the C runtime, so that rates have the same bits everywhere.
/// </remarks>
public static class LearningRate
{
    /// <summary>The rate of an iteration.</summary>
    /// <param name="schedule">The course.</param>
    /// <param name="epochs">All epochs.</param>
    /// <param name="iterationsPerEpoch">Steps of an epoch.</param>
    /// <param name="iteration">From 0.</param>
    public static double At(ScheduleSettings schedule, int epochs, int iterationsPerEpoch, long iteration)
    {
        double total = (double)epochs * iterationsPerEpoch;
        double t = iteration / total;
        double rate = schedule.Kind switch
        {
            ScheduleKind.Step => StepRate(schedule, epochs, (int)(iteration / iterationsPerEpoch)),
            ScheduleKind.Cosine => schedule.LearningRate * HalfCosine(t),
            ScheduleKind.Cyclic => schedule.LearningRate * (t <= schedule.PeakFraction ? t / schedule.PeakFraction : (1 - t) / (1 - schedule.PeakFraction)),
            _ => schedule.LearningRate,
        };
        double warmUp = schedule.WarmUpEpochs * iterationsPerEpoch;
        return iteration < warmUp ? rate * Math.Min(1, (iteration + 1) / warmUp) : rate;
    }

    /// <summary>(1 + cos πt)/2 for 0 ≤ t ≤ 1: 1 − sin²(πt/2), the sine by its Taylor series, or its mirror image for t > ½.</summary>
    private static double HalfCosine(double t)
    {
        double x = Math.PI / 2 * Math.Min(t, 1 - t);
        double term = x;
        double sine = x;
        for (int n = 1; n <= 10; n++)
        {
            term *= -(x * x) / (2 * n * ((2 * n) + 1));
            sine += term;
        }

        return t <= 0.5 ? 1 - (sine * sine) : sine * sine;
    }

    private static double StepRate(ScheduleSettings schedule, int epochs, int epoch)
    {
        double rate = schedule.LearningRate;
        foreach (int milestone in schedule.Milestones ?? [epochs / 2, epochs * 3 / 4])
        {
            rate = epoch >= milestone ? rate * schedule.StepFactor : rate;
        }

        return rate;
    }
}
