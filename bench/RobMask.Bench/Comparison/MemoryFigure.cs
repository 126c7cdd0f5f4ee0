using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobMask.Bench.Comparison;

/// <summary>What steps of one contestant, alone in a process, took of the memory.</summary>
internal sealed record MemoryFigure
{
    /// <summary>«ours», «libtorch», «libtorch, glibc's default memory».</summary>
    public string Who { get; init; } = string.Empty;

    public string Case { get; init; } = string.Empty;

    public int Batch { get; init; }

    /// <summary>The most that was resident, the runtime, its libraries and the first step's preparation included.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Resident before the network was made: runtime, libraries, the images and first weights for both.</summary>
    public long BaseBytes { get; init; }

    /// <summary>Managed bytes that a step after the second allocates.</summary>
    public long AllocatedBytesPerStep { get; init; }

    /// <summary>What such a step leaves resident.</summary>
    public long ResidentGrowthBytesPerStep { get; init; }

    /// <summary>The median of the later steps' seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Median processor time of a step, of all threads.</summary>
    public double ProcessorSeconds { get; init; }

    /// <summary>What the step itself took: the network, its gradients and momentum, activations, scratch.</summary>
    public long StepBytes => PeakBytes - BaseBytes;

    public static MemoryFigure Parse(string json) => JsonSerializer.Deserialize<MemoryFigure>(json)
        ?? throw new InvalidDataException("bench: the child process printed no figures");

    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this)!;
}
