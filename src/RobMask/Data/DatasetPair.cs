namespace RobMask.Data;

/// <summary>A training and a test set of one shape and one list of classes; one of them may be missing.</summary>
/// <remarks>A missing half is an error only where it is asked for: a test set alone is enough to evaluate a network.</remarks>
public sealed class DatasetPair
{
    private const int MostNames = 100;

    private readonly Dataset? _train;
    private readonly Dataset? _test;
    private readonly string? _whyMissing;

    /// <summary>Makes a pair.</summary>
    /// <param name="train">The training images, or null where the source has none.</param>
    /// <param name="test">The test images, or null where the source has none.</param>
    /// <param name="whyMissing">What to say when a missing half is asked for, for example which files were looked for.</param>
    /// <exception cref="InvalidDataException">Both are missing, or their shapes or classes differ.</exception>
    public DatasetPair(Dataset? train, Dataset? test, string? whyMissing = null)
    {
        Dataset some = train ?? test ?? throw new InvalidDataException("data: neither training nor test images");
        if (train is not null && test is not null && !train.ImageShape.Equals(test.ImageShape))
        {
            throw new InvalidDataException($"{some.Name}: training images are {train.ImageShape}, test images {test.ImageShape}");
        }

        if (train is not null && test is not null && !train.ClassNames.SequenceEqual(test.ClassNames))
        {
            throw new InvalidDataException($"{some.Name}: training and test images have different classes: "
                + $"{string.Join(", ", train.ClassNames)} and {string.Join(", ", test.ClassNames)}");
        }

        _train = train;
        _test = test;
        _whyMissing = whyMissing;
        Name = some.Name;
    }

    /// <summary>What the data are called in reports.</summary>
    public string Name { get; }

    /// <summary>Whether there are training images.</summary>
    public bool HasTrain => _train is not null;

    /// <summary>Whether there are test images.</summary>
    public bool HasTest => _test is not null;

    /// <summary>The training images.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public Dataset Train => _train ?? throw Missing("training");

    /// <summary>The test images.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public Dataset Test => _test ?? throw Missing("test");

    /// <summary>The L∞ radius that is usual on these data; an experiment's default.</summary>
    public float SuggestedEpsilon { get; init; } = 8f / 255f;

    /// <summary>A balanced part: the first images of each class; null keeps a half as it is.</summary>
    /// <exception cref="ArgumentException">A half has fewer images than are asked for.</exception>
    public DatasetPair Take(int? trainCount, int? testCount) =>
        new(
            _train is not null && trainCount is int train ? SubsetDataset.Balanced(_train, train, "training") : _train,
            _test is not null && testCount is int test ? SubsetDataset.Balanced(_test, test, "test") : _test,
            _whyMissing)
        {
            SuggestedEpsilon = SuggestedEpsilon,
        };

    /// <summary>One line for reports: name, counts, shape, classes.</summary>
    public string Describe()
    {
        Dataset some = _train ?? _test!;
        return $"{Name}: {Count(_train)} training and {Count(_test)} test images of {string.Join("×", some.ImageShape.Extents.ToArray())}, "
            + $"{some.ClassNames.Count} classes: {string.Join(", ", some.ClassNames.Take(MostNames))}{(some.ClassNames.Count > MostNames ? ", …" : string.Empty)}";
    }

    private static string Count(Dataset? half) => half is null ? "no" : $"{half.Count}";

    private InvalidDataException Missing(string half) =>
        new($"{Name}: there are no {half} images" + (_whyMissing is null ? string.Empty : $": {_whyMissing}"));
}
