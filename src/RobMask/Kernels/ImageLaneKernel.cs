using System.Numerics;
using RobMask.Ops;

namespace RobMask.Kernels;

/// <summary>Runs a <see cref="SlidingProduct{T}"/> with the images of a batch in the lanes of a vector: see <see cref="ImageLanePlan{T}"/>.</summary>
internal static unsafe class ImageLaneKernel
{
    /// <summary>Bytes that one row of a block of images may take, all channels.</summary>
    private const long LargestRow = 16 << 20;

    /// <summary>Whether the images fill enough of the lanes and a row of them is of moderate size.</summary>
    public static bool Fits<T>(in SlidingProduct<T> product, int lanes)
        where T : unmanaged
    {
        int width = 2 * lanes;
        int blocks = (product.Images + width - 1) / width;
        long rowBytes = ((long)product.SourceColumns + 1) * product.Groups * product.Channels * width * sizeof(T);
        return 4L * product.Images >= 3L * blocks * width && rowBytes <= LargestRow;
    }

    /// <summary>Computes all outputs; <paramref name="forward"/> tells which taps an output meets. No weight may be infinite or NaN.</summary>
    public static void Run<T, TTile>(in ConvShape shape, SlidingProduct<T> product, bool forward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTile : struct, ITileFamily<T>
    {
        AxisTaps* tables = Scratch.Get<AxisTaps>(ScratchSlot.CallTables, product.OutputRows + product.OutputColumns);
        ImageLanePlan<T> plan = new() { Product = product, RowTaps = tables, ColumnTaps = tables + product.OutputRows, FromEnd = !forward };
        if (forward)
        {
            PlaceForward(shape, &plan);
        }
        else
        {
            PlaceBackward(shape, &plan);
        }

        plan.Cut(2 * TTile.Lanes, TTile.MaximumRows, Workers.ThreadCount);
        plan.Product.PackedWeight = Scratch.Get<T>(ScratchSlot.CallLeft, (long)product.Groups * plan.Panels.PaddedRows * product.Channels * product.Taps);
        T* lanes = Scratch.Get<T>(ScratchSlot.CallRight, plan.LargestBand() * plan.RowPitch);
        Workers.For(product.Groups * plan.Panels.Count, new LeftPacking<T>(plan.Product, plan.Panels));

        // The plan lies on this stack, and this call outlives the parts.
        for (int firstImage = 0; firstImage < product.Images; firstImage += plan.Width)
        {
            for (int firstRow = 0; firstRow < product.OutputRows; firstRow += plan.BandRows)
            {
                plan.TurnTo(firstRow, lanes);
                Workers.For(product.Groups * product.Channels, new ImageLanePacking<T, TTile>(&plan, firstImage));
                Workers.For(plan.Parts, new ImageLaneParts<T, TTile>(&plan, firstImage));
            }
        }
    }

    private static void PlaceForward<T>(in ConvShape shape, ImageLanePlan<T>* plan)
        where T : unmanaged
    {
        ConvAttributes a = shape.Attributes;
        ref SlidingProduct<T> product = ref plan->Product;
        int strideHeight = a.StrideHeight;
        int strideWidth = a.StrideWidth;

        // A single tap reads every stride-th row or column: the others are left where they are.
        if (shape.R == 1 && a.PaddingHeight == 0)
        {
            product.SourceRows = shape.P;
            product.SourceRowPitch *= strideHeight;
            strideHeight = 1;
        }

        if (shape.S == 1 && a.PaddingWidth == 0)
        {
            product.SourceColumns = shape.Q;
            product.SourceColumnPitch *= strideWidth;
            strideWidth = 1;
        }

        for (int p = 0; p < shape.P; p++)
        {
            plan->RowTaps[p] = AxisTaps.Forward(p, product.SourceRows, shape.R, strideHeight, a.PaddingHeight, a.DilationHeight);
        }

        for (int q = 0; q < shape.Q; q++)
        {
            plan->ColumnTaps[q] = AxisTaps.Forward(q, product.SourceColumns, shape.S, strideWidth, a.PaddingWidth, a.DilationWidth);
        }
    }

    private static void PlaceBackward<T>(in ConvShape shape, ImageLanePlan<T>* plan)
        where T : unmanaged
    {
        ConvAttributes a = shape.Attributes;
        for (int h = 0; h < shape.H; h++)
        {
            plan->RowTaps[h] = AxisTaps.Backward(h, shape.H, shape.P, shape.R, a.StrideHeight, a.PaddingHeight, a.DilationHeight);
        }

        for (int w = 0; w < shape.W; w++)
        {
            plan->ColumnTaps[w] = AxisTaps.Backward(w, shape.W, shape.Q, shape.S, a.StrideWidth, a.PaddingWidth, a.DilationWidth);
        }
    }
}
