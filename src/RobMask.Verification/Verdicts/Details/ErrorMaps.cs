namespace RobMask.Verification.Verdicts.Details;

/// <summary>Where the errors of an output are: a few small pictures of error / bound.</summary>
/// <param name="Pictures">The pictures, the most general first.</param>
public sealed record ErrorMaps(IReadOnlyList<ErrorMap> Pictures);

/// <summary>One picture: the greatest error / bound that falls on each cell.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Rows">What the rows are.</param>
/// <param name="Columns">What the columns are.</param>
/// <param name="Height">The number of rows.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Gauges">Row by row; NaN where every element is undecided.</param>
public sealed record ErrorMap(string Title, string Rows, string Columns, int Height, int Width, IReadOnlyList<float> Gauges);
