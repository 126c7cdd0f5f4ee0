using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>Is told how a run goes on; nothing that it does can change a result.</summary>
public interface IRunObserver
{
    /// <summary>A training step is done.</summary>
    void Training(string name, TrainingProgress progress);

    /// <summary>A batch is evaluated.</summary>
    void Evaluating(string name, EvaluationProgress progress);

    /// <summary>A training or an evaluation has ended.</summary>
    /// <param name="name">Which.</param>
    /// <param name="outcome">What came out, in a few words.</param>
    void Done(string name, string outcome);

    /// <summary>Something that a reader of the results must know.</summary>
    void Warn(string message);
}
