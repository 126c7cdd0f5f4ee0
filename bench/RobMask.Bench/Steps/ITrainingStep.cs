namespace RobMask.Bench.Steps;

/// <summary>A network that can be trained by one step on a fixed batch.</summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Attack where the method has one, forward, backward, SGD with momentum.</summary>
    /// <returns>The objective before the step, a mean over the images.</returns>
    float Step();
}
