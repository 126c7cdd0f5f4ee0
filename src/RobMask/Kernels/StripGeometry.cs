namespace RobMask.Kernels;

/// <summary>Where the pixels of one strip read the source, and where their outputs go.</summary>
/// <remarks>
/// The source rows under the strip are staged one channel at a time with their zero edges, columns sorted by their residue
/// modulo the column stride, so that each tap reads runs of neighbours whatever the stride and padding.
/// </remarks>
internal unsafe struct StripGeometry
{
    /// <summary>A run of neighbours: offset in the stage, offset in the packed operand, length.</summary>
    public struct Segment
    {
        public int Stage;
        public int Packed;
        public int Length;
    }

    /// <summary>A run of outputs: column panel, lane and length in a row of tiles; column and offset in a channel of the output.</summary>
    public struct OutputRun
    {
        public int Panel;
        public int Lane;
        public int Length;
        public int Column;
        public nint Output;
    }

    /// <summary>The staged rows of one image.</summary>
    public struct StagedImage
    {
        public int Image;
        public int FirstRow;
        public int Rows;
        public int Stage;
    }

    public Segment* Segments;
    public OutputRun* Runs;
    public StagedImage* Staged;
    public int* TapOffsets;
    public int SegmentCount, RunCount, StagedCount, StageLength, StagePitch, PhaseWidth, LowestRow, LowestColumn, ShortestSegment, LongestSegment;

    /// <summary>Builds the tables of pixels <paramref name="start"/> to <paramref name="end"/> − 1 in the part's scratch memory.</summary>
    public static StripGeometry Build<T>(in SlidingProduct<T> product, int start, int end, int width, int panelPitch)
        where T : unmanaged
    {
        int pixels = end - start;
        byte* tables = Scratch.Get<byte>(
            ScratchSlot.PartTables,
            ((long)pixels * (sizeof(OutputRun) + sizeof(Segment) + sizeof(StagedImage))) + ((long)product.Taps * sizeof(int)));
        StripGeometry geometry = default;
        geometry.Runs = (OutputRun*)tables;
        geometry.Segments = (Segment*)(geometry.Runs + pixels);
        geometry.Staged = (StagedImage*)(geometry.Segments + pixels);
        geometry.TapOffsets = (int*)(geometry.Staged + pixels);
        geometry.PlaceTaps(product);
        geometry.StageImages(product, start, end);
        geometry.CutSegments(product, start, end, width, panelPitch);
        geometry.CutRuns(product, start, end, width);
        return geometry;
    }

    private void PlaceTaps<T>(in SlidingProduct<T> product)
        where T : unmanaged
    {
        int rowReach = Math.Max(0, product.TapRows - 1) * product.RowStep;
        int columnReach = Math.Max(0, product.TapColumns - 1) * product.ColumnStep;
        LowestRow = product.FirstRow + Math.Min(0, rowReach);
        LowestColumn = product.FirstColumn + Math.Min(0, columnReach);
        int columns = ((product.OutputColumns - 1) * product.ColumnStride) + Math.Abs(columnReach) + 1;
        PhaseWidth = (columns + product.ColumnStride - 1) / product.ColumnStride;
        StagePitch = PhaseWidth * product.ColumnStride;
        for (int i = 0; i < product.TapRows; i++)
        {
            int row = product.FirstRow + (i * product.RowStep) - LowestRow;
            for (int j = 0; j < product.TapColumns; j++)
            {
                int column = product.FirstColumn + (j * product.ColumnStep) - LowestColumn;
                TapOffsets[(i * product.TapColumns) + j] =
                    (row * StagePitch) + (column % product.ColumnStride * PhaseWidth) + (column / product.ColumnStride);
            }
        }
    }

    private void StageImages<T>(in SlidingProduct<T> product, int start, int end)
        where T : unmanaged
    {
        int perImage = product.OutputRows * product.OutputColumns;
        int rowReach = Math.Max(0, product.TapRows - 1) * Math.Abs(product.RowStep);
        for (int image = start / perImage; image <= (end - 1) / perImage; image++)
        {
            int firstRow = (Math.Max(start, image * perImage) - (image * perImage)) / product.OutputColumns;
            int lastRow = (Math.Min(end, (image + 1) * perImage) - 1 - (image * perImage)) / product.OutputColumns;
            int rows = ((lastRow - firstRow) * product.RowStride) + rowReach + 1;
            Staged[StagedCount++] = new StagedImage
            {
                Image = image,
                FirstRow = (firstRow * product.RowStride) + LowestRow,
                Rows = rows,
                Stage = StageLength,
            };
            StageLength += rows * StagePitch;
        }
    }

    private void CutSegments<T>(in SlidingProduct<T> product, int start, int end, int width, int panelPitch)
        where T : unmanaged
    {
        int perImage = product.OutputRows * product.OutputColumns;
        int firstImage = start / perImage;
        ShortestSegment = int.MaxValue;
        for (int pixel = start; pixel < end;)
        {
            int image = pixel / perImage;
            int u = pixel % perImage / product.OutputColumns;
            int v = pixel % perImage % product.OutputColumns;
            int lane = (pixel - start) % width;
            int length = Math.Min(Math.Min(product.OutputColumns - v, end - pixel), width - lane);
            StagedImage staged = Staged[image - firstImage];
            Segments[SegmentCount++] = new Segment
            {
                Stage = staged.Stage + (((u * product.RowStride) + LowestRow - staged.FirstRow) * StagePitch) + v,
                Packed = ((pixel - start) / width * panelPitch) + lane,
                Length = length,
            };
            ShortestSegment = Math.Min(ShortestSegment, length);
            LongestSegment = Math.Max(LongestSegment, length);
            pixel += length;
        }
    }

    private void CutRuns<T>(in SlidingProduct<T> product, int start, int end, int width)
        where T : unmanaged
    {
        int perImage = product.OutputRows * product.OutputColumns;
        bool joined = product.OutputColumnPitch == 1 && product.OutputRowPitch == product.OutputColumns;
        int runLimit = joined ? perImage : product.OutputColumns;
        for (int pixel = start; pixel < end;)
        {
            int image = pixel / perImage;
            int inImage = pixel % perImage;
            int lane = (pixel - start) % width;
            int length = Math.Min(Math.Min(runLimit - (inImage % runLimit), end - pixel), width - lane);
            Runs[RunCount++] = new OutputRun
            {
                Panel = (pixel - start) / width,
                Lane = lane,
                Length = length,
                Column = inImage % product.OutputColumns,
                Output = (image * product.OutputImagePitch) + (inImage / product.OutputColumns * product.OutputRowPitch)
                    + (inImage % product.OutputColumns * product.OutputColumnPitch),
            };
            pixel += length;
        }
    }
}
