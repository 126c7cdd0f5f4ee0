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
        int tap = (plan.Paired ? 2 : 1) * (unit % plan.TapTiles);
        int columnPanel = unit / plan.TapTiles % plan.ColumnPanels;
        int group = unit / plan.TapTiles / plan.ColumnPanels;
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
                if (plan.Chains == 1)
                {
                    Store(tile, group, panel, columnPanel, tap);
                    continue;
                }

                Push(tile, unitSums + (plan.Panels.Start(panel) * plan.Width), levelLength, plan.Panels.Height(panel) * plan.Width, firstChain + chain);
            }
        }

        if (plan.Chains > 1 && firstChain + chains == plan.Chains)
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
        nint second = TTile.Lanes;
        if (plan.Paired)
        {
            // An odd number of taps leaves the last one beside itself.
            second = plan.TapOffset(Math.Min(tap + 1, (plan.Shape.R * plan.Shape.S) - 1)) - plan.TapOffset(tap);
        }

        if (finite && !plan.Unrolled)
        {
            rows = plan.RowsInside(tap / plan.Shape.S);
            columns = plan.ColumnsInside(tap % plan.Shape.S);
        }

        if (finite && plan.Paired && tap + 1 < plan.Shape.R * plan.Shape.S)
        {
            rows = Union(rows, plan.RowsInside((tap + 1) / plan.Shape.S));
            columns = Union(columns, plan.ColumnsInside((tap + 1) % plan.Shape.S));
        }

        Advance(height, chainLeft, chainRight, tile, images, rows, columns, second);
        bool whole = rows == (0, plan.Shape.P) && columns == (0, plan.Shape.Q);
        if (!whole && NegativeZero.IsAmong(tile, height * plan.Width))
        {
            Advance(height, chainLeft, chainRight, tile, images, (0, plan.Shape.P), (0, plan.Shape.Q), second);
        }
    }

    private static (int First, int End) Union((int First, int End) a, (int First, int End) b) =>
        a.First == a.End ? b : b.First == b.End ? a : (Math.Min(a.First, b.First), Math.Max(a.End, b.End));

    private void Advance(
        int height, T* chainLeft, T* chainRight, T* tile, int images, (int First, int End) rows, (int First, int End) columns, nint second)
    {
        TileWalk walk = new()
        {
            Columns = columns.End - columns.First,
            Rows = rows.End - rows.First,
            Images = images,
            LeftColumn = height,
            LeftRow = plan.Shape.Q * height,
            LeftImage = (nint)plan.Shape.P * plan.Shape.Q * height,
            RightColumn = plan.PixelWidth,
            RightRow = plan.RowPitch,
            RightImage = plan.PlaneLength,
            Second = second,
        };
        walk.Flatten();
        chainLeft += ((rows.First * plan.Shape.Q) + columns.First) * height;
        chainRight += (rows.First * plan.RowPitch) + (columns.First * plan.PixelWidth);
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
        int taps = plan.Shape.R * plan.Shape.S;
        int firstColumn = columnPanel * plan.Width;
        int columns = Math.Min(plan.Paired ? TTile.Lanes : plan.Width, (plan.Unrolled ? plan.Shape.Terms : plan.Shape.ChannelsPerGroup) - firstColumn);
        for (int row = 0; row < rows; row++)
        {
            int k = (group * plan.Shape.OutputsPerGroup) + firstOutput + row;
            T* to = gradWeight + ((nint)k * plan.Shape.Terms);
            T* from = tile + (row * plan.Width);
            if (plan.Unrolled)
            {
                new ReadOnlySpan<T>(from, columns).CopyTo(new Span<T>(to + firstColumn, columns));
                continue;
            }

            to += ((nint)firstColumn * taps) + tap;
            if (taps == 1)
            {
                new ReadOnlySpan<T>(from, columns).CopyTo(new Span<T>(to, columns));
                continue;
            }

            Transposition.Strided(from, 1, columns, to, taps);
            if (plan.Paired && tap + 1 < taps)
            {
                Transposition.Strided(from + TTile.Lanes, 1, columns, to + 1, taps);
            }
        }
    }
}
