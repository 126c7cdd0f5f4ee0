using RobMask.Experiments.Results;

namespace RobMask.Experiments.Suite;

/// <summary>Something that is measured: what it trains and evaluates, in which order, and what its report says.</summary>
public interface IExperiment
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>One line for the help.</summary>
    string Summary { get; }

    /// <summary>Checks what this experiment needs beyond <see cref="RunSettings.Validate"/>, before anything is written.</summary>
    /// <exception cref="ArgumentException">It cannot be carried out with these settings.</exception>
    void Validate(RunSettings settings)
    {
    }

    /// <summary>Trains and measures.</summary>
    /// <param name="laboratory">Does the work, and skips what an earlier run of the same folder has done.</param>
    RunResults Run(Laboratory laboratory);
}
