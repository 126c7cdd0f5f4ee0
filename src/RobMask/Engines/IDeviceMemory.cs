namespace RobMask.Engines;

/// <summary>An engine that can tell how much memory it took on its device.</summary>
public interface IDeviceMemory
{
    /// <summary>The most bytes that were taken so far; null where it cannot be told.</summary>
    long? PeakDeviceBytes { get; }
}
