using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>A tensor [N, C, …] seen as N·C planes, the plane of image n and channel c being neighbours in memory.</summary>
/// <param name="Images">N.</param>
/// <param name="Channels">C.</param>
/// <param name="Length">H·W, or 1 for a tensor [N, C].</param>
internal readonly record struct Planes(int Images, int Channels, int Length)
{
    /// <summary>The values of one channel: N·H·W.</summary>
    public long PerChannel => (long)Images * Length;

    /// <summary>Reads the extents of a tensor [N, C] or [N, C, H, W].</summary>
    /// <exception cref="ArgumentException">The tensor has fewer than two dimensions.</exception>
    public static Planes Of(string rule, string name, TensorShape shape)
    {
        if (shape.Rank < 2)
        {
            throw new ArgumentException($"{rule}: {name} is {shape}, it must be [N, C] or [N, C, H, W]", name);
        }

        int length = 1;
        foreach (int extent in shape.Extents[2..])
        {
            length *= extent;
        }

        return new Planes(shape[0], shape[1], length);
    }

    /// <summary>Where the plane of image n and channel c starts.</summary>
    public int Start(int n, int c) => ((n * Channels) + c) * Length;

    /// <summary>How many planes make a part of a job.</summary>
    public int PlanesPerPart => Math.Max(1, RowMap.Chunk / Math.Max(1, Length));

    /// <summary>Into how many parts a job on all planes divides.</summary>
    public int Parts => ((Images * Channels) + PlanesPerPart - 1) / PlanesPerPart;
}
