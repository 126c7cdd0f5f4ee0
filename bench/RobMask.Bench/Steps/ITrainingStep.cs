namespace RobMask.Bench.Steps;

/// <summary>A network that can be trained by one step on a fixed batch.</summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Forward, mean cross-entropy, backward, SGD with momentum.</summary>
    /// <returns>The mean loss before the step.</returns>
    float Step();
}
