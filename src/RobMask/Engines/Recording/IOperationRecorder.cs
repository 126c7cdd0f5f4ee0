namespace RobMask.Engines.Recording;

/// <summary>Is told of every operation of a network, a loss, an optimiser or an attack as an engine has computed it.</summary>
public interface IOperationRecorder
{
    /// <summary>Takes an operation.</summary>
    void Record(RecordedOperation operation);
}
