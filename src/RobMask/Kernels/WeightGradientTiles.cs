using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Runs the tiles of one tile column over a batch of packed images; a part is a range of its row panels.</summary>
internal readonly unsafe struct WeightGradientTiles<T, TTile>(
    WeightGradientPlan<T> plan, int rowParts, int firstChain, int chains, int images, T* left, T* right, T* sums, T* gradWeight, bool finite) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileFamily<T>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index, int worker)
    {
        int rowPart = index % rowParts;
        int unit = index / rowParts;
        int tap = unit % plan.Taps;
        int columnPanel = unit / plan.Taps % plan.ColumnPanels;
        int group = unit / plan.Taps / plan.ColumnPanels;
        int firstPanel = (int)((long)plan.Panels.Count * rowPart / rowParts);
        int endPanel = (int)((long)plan.Panels.Count * (rowPart + 1) / rowParts);
        nint levelLength = (nint)plan.Panels.PaddedRows * plan.Width;
        T* unitSums = sums + (unit * levelLength * plan.Levels);
        T* tile = Scratch.Get<T>(ScratchSlot.PartTiles, TTile.MaximumRows * plan.Width);
        for (int chain = 0; chain < chains; chain++)
        {
            int image = chain * plan.ImagesPerChain;
            int count = Math.Min(plan.ImagesPerChain, images - image);
            T* chainRight = right + plan.RightOffset(group, columnPanel, image) + plan.TapOffset(tap);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                Advance(panel, left + plan.LeftOffset(group, panel, image), chainRight, tap, tile, count);
                Push(tile, unitSums + (plan.Panels.Start(panel) * plan.Width), levelLength, plan.Panels.Height(panel) * plan.Width, firstChain + chain);
            }
        }

        if (firstChain + chains == plan.Chains)
        {
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                Fold(unitSums + (plan.Panels.Start(panel) * plan.Width), levelLength, plan.Panels.Height(panel) * plan.Width, tile);
                Store(tile, group, panel, columnPanel, tap);
            }
        }
    }

    /// <summary>
    /// Runs the chains of a tile. If all of the gradient of the output is finite, steps whose input is padding are left out, unless that
    /// shows: see <see cref="ImageLanePlan{T}"/>.
    /// </summary>
    private void Advance(int panel, T* chainLeft, T* chainRight, int tap, T* tile, int images)
    {
        int height = plan.Panels.Height(panel);
        (int First, int End) rows = (0, plan.Shape.P);
        (int First, int End) columns = (0, plan.Shape.Q);
        if (finite && !plan.Unrolled)
        {
            rows = plan.RowsInside(tap / plan.Shape.S);
            columns = plan.ColumnsInside(tap % plan.Shape.S);
        }

        Advance(height, chainLeft, chainRight, tile, images, rows, columns);
        bool whole = rows == (0, plan.Shape.P) && columns == (0, plan.Shape.Q);
        if (!whole && NegativeZero.IsAmong(tile, height * plan.Width))
        {
            Advance(height, chainLeft, chainRight, tile, images, (0, plan.Shape.P), (0, plan.Shape.Q));
        }
    }

    private void Advance(int height, T* chainLeft, T* chainRight, T* tile, int images, (int First, int End) rows, (int First, int End) columns)
    {
        nint rowPitch = (nint)plan.RowLength * plan.Width * (plan.Unrolled ? 1 : plan.RowStride);
        TileWalk walk = new()
        {
            Columns = columns.End - columns.First,
            Rows = rows.End - rows.First,
            Images = images,
            LeftColumn = height,
            LeftRow = plan.Shape.Q * height,
            LeftImage = (nint)plan.Shape.P * plan.Shape.Q * height,
            RightColumn = plan.Width,
            RightRow = rowPitch,
            RightImage = plan.PlaneLength,
        };
        walk.Flatten();
        chainLeft += ((rows.First * plan.Shape.Q) + columns.First) * height;
        chainRight += (rows.First * rowPitch) + (columns.First * plan.Width);
        TTile.Advance(height, chainLeft, chainRight, tile, walk, false);
    }

    /// <summary>Adds the chain to the sums of full subtrees: a binary counter, as <see cref="Numerics.PairwiseTree{T}"/>.</summary>
    private static void Push(T* tile, T* level, nint levelLength, int length, int chain)
    {
        Span<T> sum = new(tile, length);
        for (int bits = chain; (bits & 1) != 0; bits >>= 1)
        {
            TensorPrimitives.Add(new ReadOnlySpan<T>(level, length), sum, sum);
            level += levelLength;
        }

        sum.CopyTo(new Span<T>(level, length));
    }

    private void Fold(T* level, nint levelLength, int length, T* tile)
    {
        Span<T> sum = new(tile, length);
        bool first = true;
        for (int bits = plan.Chains; bits != 0; bits >>= 1)
        {
            if ((bits & 1) != 0)
            {
                ReadOnlySpan<T> subtree = new(level, length);
                if (first)
                {
                    subtree.CopyTo(sum);
                    first = false;
                }
                else
                {
                    TensorPrimitives.Add(subtree, sum, sum);
                }
            }

            level += levelLength;
        }
    }

    private void Store(T* tile, int group, int panel, int columnPanel, int tap)
    {
        int firstOutput = plan.Panels.Start(panel);
        int rows = Math.Min(plan.Panels.Height(panel), plan.Panels.Rows - firstOutput);
        int firstColumn = columnPanel * plan.Width;
        int columns = Math.Min(plan.Width, (plan.Unrolled ? plan.Shape.Terms : plan.Shape.ChannelsPerGroup) - firstColumn);
        int pitch = plan.Unrolled ? 1 : plan.Shape.R * plan.Shape.S;
        for (int row = 0; row < rows; row++)
        {
            int k = (group * plan.Shape.OutputsPerGroup) + firstOutput + row;
            T* to = gradWeight + ((nint)k * plan.Shape.Terms) + ((nint)firstColumn * pitch) + tap;
            T* from = tile + (row * plan.Width);
            for (int column = 0; column < columns; column++)
            {
                to[(nint)column * pitch] = from[column];
            }
        }
    }
}
