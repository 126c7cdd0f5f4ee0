using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Golden;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Where the wrong elements are, in words.</summary>
internal static class PlacePatterns
{
    private const int MostLanes = 1024;
    private const string Whole = "all of it";

    /// <summary>The dimension's name in words: of four dimensions image, channel, row, column.</summary>
    public static string Name(TensorShape shape, int dimension) => (shape.Rank, dimension) switch
    {
        (4, 0) => "image",
        (4, 1) => "channel",
        (4, 2) => "row",
        (4, 3) => "column",
        (2, 0) => "row",
        (2, 1) => "column",
        (1, 0) => "element",
        _ => $"index of dimension {dimension}",
    };

    /// <summary>The dimension's letter.</summary>
    public static string Letter(TensorShape shape, int dimension) => shape.Rank == 4 ? "NCHW"[dimension].ToString() : $"dimension {dimension}";

    /// <summary>Where they are; null where they are everywhere or nowhere in particular.</summary>
    public static string? Find(Suspicion suspicion)
    {
        TensorShape shape = suspicion.Shape;
        int count = suspicion.Outside.Count;
        if (!suspicion.Fits || count == 0 || shape.Length < 2)
        {
            return null;
        }

        if (count == 1)
        {
            return $"one element, {GoldenBytes.Position(shape, suspicion.Outside[0])}";
        }

        if (count == shape.Length)
        {
            return null;
        }

        // Of one index and of regular lanes, that which is wrong as a whole.
        string? index = OneIndex(suspicion);
        return index is not null && index.EndsWith(Whole, StringComparison.Ordinal) ? index : Lanes(suspicion) ?? index ?? Border(suspicion) ?? Block(suspicion) ?? Scattered(suspicion);
    }

    private static string? OneIndex(Suspicion suspicion)
    {
        TensorShape shape = suspicion.Shape;
        List<string> fixedPlaces = [];
        int places = 1;
        int inner = shape.Length;
        for (int d = 0; d < shape.Rank; d++)
        {
            inner /= shape[d];
            int[] indices = [.. suspicion.Outside.Select(i => i / inner % shape[d]).Distinct()];
            if (indices.Length == 1 && shape[d] > 1)
            {
                fixedPlaces.Add($"{Name(shape, d)} {indices[0]}");
            }

            places *= indices.Length == 1 ? 1 : shape[d];
        }

        return fixedPlaces.Count == 0 ? null : $"only {string.Join(", ", fixedPlaces)}: {Share(suspicion.Outside.Count, places)}";
    }

    private static string? Border(Suspicion suspicion)
    {
        TensorShape shape = suspicion.Shape;
        if (shape.Rank != 4 || shape[2] < 3 || shape[3] < 3)
        {
            return null;
        }

        bool[] sides = new bool[4];
        foreach (int i in suspicion.Outside)
        {
            (int h, int w) = (i / shape[3] % shape[2], i % shape[3]);
            if (h > 0 && h < shape[2] - 1 && w > 0 && w < shape[3] - 1)
            {
                return null;
            }

            sides[0] |= h == 0;
            sides[1] |= h == shape[2] - 1;
            sides[2] |= w == 0;
            sides[3] |= w == shape[3] - 1;
        }

        return "only the border of the planes" + (sides.All(side => side) ? string.Empty : ", not every side of it");
    }

    private static string? Lanes(Suspicion suspicion)
    {
        for (int lanes = MostLanes; lanes >= 2; lanes /= 2)
        {
            int lane = suspicion.Outside[0] % lanes;
            int places = ((suspicion.Shape.Length - lane - 1) / lanes) + 1;
            if (places >= 4 && suspicion.Outside.Count >= places / 2 && suspicion.Outside.All(i => i % lanes == lane))
            {
                return string.Create(CultureInfo.InvariantCulture, $"only every {lanes}{(lanes % 10 == 2 ? "nd" : "th")} element from {lane} on: {Share(suspicion.Outside.Count, places)}");
            }
        }

        return null;
    }

    private static string? Block(Suspicion suspicion)
    {
        int length = suspicion.Outside[^1] - suspicion.Outside[0] + 1;
        return suspicion.Outside.Count >= 8 && suspicion.Outside.Count >= length / 2 && length <= suspicion.Shape.Length / 2
            ? string.Create(CultureInfo.InvariantCulture, $"only elements {suspicion.Outside[0]} to {suspicion.Outside[^1]} in memory: {Share(suspicion.Outside.Count, length)}")
            : null;
    }

    private static string? Scattered(Suspicion suspicion)
    {
        long every = suspicion.Shape.Length / suspicion.Outside.Count;
        return every >= 20 ? string.Create(CultureInfo.InvariantCulture, $"scattered, one element in {every}, as lost updates are") : null;
    }

    private static string Share(int count, long places) => count == places ? Whole : string.Create(CultureInfo.InvariantCulture, $"{count} of {places} elements");
}
