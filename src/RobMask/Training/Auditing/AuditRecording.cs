namespace RobMask.Training.Auditing;

/// <summary>That a training records some of its steps for an audit: the state before, the batch, the state after. Recording changes no bit of the run.</summary>
/// <param name="Folder">Where the records go, one safetensors file a step; made where it is missing.</param>
/// <param name="Name">What the training is called; files are named after it.</param>
/// <param name="Every">The first step, every so many and the last are recorded.</param>
public sealed record AuditRecording(string Folder, string Name, int Every)
{
    /// <summary>Checks the number.</summary>
    /// <exception cref="ArgumentException">It is below 1.</exception>
    public void Validate()
    {
        if (Every < 1)
        {
            throw new ArgumentException($"audit: every {Every} steps; at least 1 is needed");
        }
    }
}
