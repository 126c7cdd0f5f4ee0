namespace RobMask.Kernels;

/// <summary>The order in which a <see cref="RegisterTile"/> meets its steps: columns, the fastest, in rows in images, and where they lie.</summary>
/// <remarks>Pitches count elements from the start of one column, row or image to the start of the next, in each operand.</remarks>
internal struct TileWalk
{
    /// <summary>How many there are of each.</summary>
    public nint Columns, Rows, Images;

    /// <summary>Pitches of the left operand.</summary>
    public nint LeftColumn, LeftRow, LeftImage;

    /// <summary>Pitches of the right operand.</summary>
    public nint RightColumn, RightRow, RightImage;

    /// <summary>Elements from a step's first vector to its second one.</summary>
    public nint Second;

    /// <summary>Steps that lie one behind the other in both operands.</summary>
    public static TileWalk Contiguous(nint steps, nint height, nint width) =>
        new() { Columns = steps, Rows = 1, Images = 1, LeftColumn = height, RightColumn = width, Second = width / 2 };

    /// <summary>Makes the fastest loop long where the inner ones have one turn; the order of the steps stays.</summary>
    public void Flatten()
    {
        if (Columns == 1)
        {
            (Columns, LeftColumn, RightColumn) = (Rows, LeftRow, RightRow);
            Rows = 1;
        }

        if (Rows == 1)
        {
            (Rows, LeftRow, RightRow) = (Images, LeftImage, RightImage);
            Images = 1;
            if (Columns == 1)
            {
                (Columns, LeftColumn, RightColumn) = (Rows, LeftRow, RightRow);
                Rows = 1;
            }
        }

        if (RightRow == Columns * RightColumn && LeftRow == Columns * LeftColumn)
        {
            Columns *= Rows;
            Rows = 1;
        }
    }
}
