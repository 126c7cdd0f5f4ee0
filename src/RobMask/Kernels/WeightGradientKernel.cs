using System.Numerics;
using RobMask.Ops;

namespace RobMask.Kernels;

/// <summary>The gradient of a convolution's weight with packed operands, register tiles and all threads.</summary>
/// <remarks>Batches of images are packed, then every tile runs its chains over them; finished chains are added as they come.</remarks>
internal static unsafe class WeightGradientKernel
{
    /// <summary>Parts for each thread, so that the last ones end together.</summary>
    private const int PartsPerThread = 4;

    /// <summary>Pixels that a part packs, so that small images do not make parts shorter than handing them out takes.</summary>
    private const int PackedPixelsPerPart = 512;

    /// <summary>Computes the gradient.</summary>
    public static void Run<T, TTile>(in ConvShape shape, T* input, T* gradOutput, T* gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTile : struct, ITileFamily<T>
    {
        WeightGradientPlan<T> plan = new(shape, TTile.Lanes, TTile.MaximumRows);
        T* left = Scratch.Get<T>(ScratchSlot.CallLeft, plan.LeftLength);
        T* right = Scratch.Get<T>(ScratchSlot.CallRight, plan.RightLength);
        long sumsLength = (long)plan.Units * plan.Levels * plan.Panels.PaddedRows * plan.Width;
        T* sums = Scratch.Get<T>(ScratchSlot.CallSums, sumsLength);
        int* infinite = Scratch.Get<int>(ScratchSlot.CallTables, 1);
        *infinite = 0;
        int rowParts = Math.Clamp(((PartsPerThread * Workers.ThreadCount) + plan.Units - 1) / plan.Units, 1, plan.Panels.Count);
        for (int firstChain = 0; firstChain < plan.Chains; firstChain += plan.ChainsPerBatch)
        {
            int chains = Math.Min(plan.ChainsPerBatch, plan.Chains - firstChain);
            int firstImage = firstChain * plan.ImagesPerChain;
            int images = Math.Min(chains * plan.ImagesPerChain, shape.N - firstImage);
            int imagesPerPart = Math.Max(1, PackedPixelsPerPart / (shape.P * shape.Q));
            int imageParts = (images + imagesPerPart - 1) / imagesPerPart;
            Workers.For(
                imageParts * (plan.ColumnPanels + plan.Panels.Count) * shape.Groups,
                new WeightGradientPacking<T>(plan, input, gradOutput, firstImage, images, imagesPerPart, left, right, infinite));
            Workers.For(
                plan.Units * rowParts,
                new WeightGradientTiles<T, TTile>(plan, rowParts, firstChain, chains, images, left, right, sums, gradWeight, *infinite == 0));
        }
    }
}
