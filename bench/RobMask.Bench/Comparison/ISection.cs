namespace RobMask.Bench.Comparison;

/// <summary>A part of the comparison that can be run alone.</summary>
internal interface ISection
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>What is compared and how, for a reader of the table.</summary>
    string Title { get; }

    /// <summary>Measures; lines are printed as they come.</summary>
    IEnumerable<Figure> Run(BenchOptions options);
}
