namespace RobMask.Kernels;

/// <summary>One part's share of the outputs of a block of images.</summary>
internal unsafe struct ImageLaneRectangle<T>
    where T : unmanaged
{
    public int FirstImage, Images, Group, FirstPanel, EndPanel, FirstRow, EndRow, FirstColumn, EndColumn;

    /// <summary>Outputs of a channel in one image.</summary>
    public readonly int Positions => (EndRow - FirstRow) * (EndColumn - FirstColumn);

    /// <summary>Numbers the parts: row panels fastest, so that neighbours read the same source, then columns, rows, groups.</summary>
    public static ImageLaneRectangle<T> Of(ImageLanePlan<T>* plan, int firstImage, int index)
    {
        int part = index % plan->PanelParts;
        index /= plan->PanelParts;
        int across = index % plan->RectanglesAcross;
        index /= plan->RectanglesAcross;
        int rectanglesDown = plan->RectanglesDown;
        int down = index % rectanglesDown;
        int panels = plan->Panels.Count;
        return new ImageLaneRectangle<T>
        {
            FirstImage = firstImage,
            Images = Math.Min(plan->Width, plan->Product.Images - firstImage),
            Group = index / rectanglesDown,
            FirstPanel = (int)((long)panels * part / plan->PanelParts),
            EndPanel = (int)((long)panels * (part + 1) / plan->PanelParts),
            FirstRow = plan->FirstRow + (down * plan->Rows),
            EndRow = Math.Min(plan->EndRow, plan->FirstRow + ((down + 1) * plan->Rows)),
            FirstColumn = across * plan->Columns,
            EndColumn = Math.Min(plan->Product.OutputColumns, (across + 1) * plan->Columns),
        };
    }
}
