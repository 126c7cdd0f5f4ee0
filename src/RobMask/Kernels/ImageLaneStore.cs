using System.Numerics;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Writes finished tiles of a rectangle to the output.</summary>
internal static unsafe class ImageLaneStore<T, TTile>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileFamily<T>
{
    /// <summary>Writes a row panel, [position][row][image], with bias and addend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(ImageLanePlan<T>* plan, in ImageLaneRectangle<T> rectangle, int panel, T* tiles)
    {
        SlidingProduct<T>* product = &plan->Product;
        int width = plan->Width;
        int height = plan->Panels.Height(panel);
        int firstOutput = plan->Panels.Start(panel);
        int outputs = Math.Min(height, plan->Panels.Rows - firstOutput);
        int tileLength = height * width;
        int columns = rectangle.EndColumn - rectangle.FirstColumn;
        int rows = rectangle.EndRow - rectangle.FirstRow;
        Restore(plan, rectangle, firstOutput, outputs, tileLength, tiles);
        if (columns == product->OutputRowPitch)
        {
            columns *= rows;
            rows = 1;
        }

        for (int m = 0; m < outputs; m++)
        {
            int channel = (rectangle.Group * product->Outputs) + firstOutput + m;
            T* from = tiles + (m * width);
            if (product->Bias is not null)
            {
                AddBias(from, rectangle.Positions, tileLength, product->Bias[channel]);
            }

            nint start = (rectangle.FirstImage * product->OutputImagePitch) + (channel * product->OutputChannelPitch)
                + (rectangle.FirstRow * product->OutputRowPitch) + rectangle.FirstColumn;
            for (int row = 0; row < rows; row++)
            {
                Write(plan, from, tileLength, columns, rectangle.Images, start);
                from += columns * tileLength;
                start += product->OutputRowPitch;
            }
        }
    }

    /// <summary>A run of positions: [position][image] becomes [image][position].</summary>
    private static void Write(ImageLanePlan<T>* plan, T* from, int tileLength, int positions, int images, nint start)
    {
        SlidingProduct<T>* product = &plan->Product;
        if (product->Addend is null)
        {
            T* to = product->Output + start;
            bool aligned = (((nuint)to | (nuint)(product->OutputImagePitch * sizeof(T)) | (nuint)(positions * sizeof(T))) & 63) == 0;
            Transposition.Run(from, tileLength, positions, images, to, product->OutputImagePitch, plan->WritesPast && aligned);
            return;
        }

        T* run = Scratch.Get<T>(ScratchSlot.PartTables, (long)positions * images);
        Transposition.Run(from, tileLength, positions, images, run, positions);
        for (int n = 0; n < images; n++)
        {
            StripPacking<T, TTile>.AddExactly(run, product->Addend + start, product->Output + start, positions);
            run += positions;
            start += product->OutputImagePitch;
        }
    }

    private static void AddBias(T* values, int positions, int tileLength, T bias)
    {
        for (int position = 0; position < positions; position++)
        {
            TTile.Add(values, bias, values);
            TTile.Add(values + TTile.Lanes, bias, values + TTile.Lanes);
            values += tileLength;
        }
    }

    /// <summary>Computes by its definition what ends in −0 after terms of the padding were left out: see <see cref="ImageLanePlan{T}"/>.</summary>
    private static void Restore(ImageLanePlan<T>* plan, in ImageLaneRectangle<T> rectangle, int firstOutput, int outputs, int tileLength, T* tiles)
    {
        for (int u = rectangle.FirstRow; u < rectangle.EndRow; u++)
        {
            for (int v = rectangle.FirstColumn; v < rectangle.EndColumn; v++)
            {
                bool whole = plan->RowTaps[u].Inside == plan->RowTaps[u].Count && plan->ColumnTaps[v].Inside == plan->ColumnTaps[v].Count;
                if (!whole && NegativeZero.IsAmong(tiles, tileLength))
                {
                    for (int i = 0; i < outputs * plan->Width; i++)
                    {
                        int n = i % plan->Width;
                        if (n < rectangle.Images && T.IsNegative(tiles[i]) && tiles[i] == T.Zero)
                        {
                            tiles[i] = Chain(plan, rectangle.FirstImage + n, rectangle.Group, firstOutput + (i / plan->Width), u, v);
                        }
                    }
                }

                tiles += tileLength;
            }
        }
    }

    /// <summary>One chain with all its terms.</summary>
    private static T Chain(ImageLanePlan<T>* plan, int n, int group, int m, int u, int v)
    {
        SlidingProduct<T>* product = &plan->Product;
        AxisTaps rows = plan->RowTaps[u];
        AxisTaps columns = plan->ColumnTaps[v];
        T* source = product->Source + (n * product->SourceImagePitch) + ((nint)group * product->Channels * product->SourceChannelPitch);
        T* weight = product->Weight + (group * product->WeightGroupPitch) + (m * product->WeightOutputPitch);
        T chain = T.Zero;
        for (int c = 0; c < product->Channels; c++)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                for (int j = 0; j < columns.Count; j++)
                {
                    int row = rows.FirstSource + (i * rows.SourceStep);
                    int column = columns.FirstSource + (j * columns.SourceStep);
                    if (plan->FromEnd)
                    {
                        row = product->SourceRows - 1 - row;
                        column = product->SourceColumns - 1 - column;
                    }

                    bool inside = (uint)row < (uint)product->SourceRows && (uint)column < (uint)product->SourceColumns;
                    T value = inside ? source[(c * product->SourceChannelPitch) + (row * product->SourceRowPitch) + (column * product->SourceColumnPitch)] : T.Zero;
                    T factor = weight[(c * product->WeightChannelPitch) + ((rows.FirstTap + (i * rows.TapStep)) * product->WeightTapRowPitch)
                        + ((columns.FirstTap + (j * columns.TapStep)) * product->WeightTapColumnPitch)];
                    chain = T.FusedMultiplyAdd(value, factor, chain);
                }
            }
        }

        return chain;
    }
}
