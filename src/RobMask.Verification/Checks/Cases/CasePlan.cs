using System.Collections.Immutable;

namespace RobMask.Verification.Checks.Cases;

/// <summary>A case before its tensors are filled: what a generator draws and a shrinker makes smaller.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Seed">The key of its numbers.</param>
/// <param name="Extents">The letters of the catalogue's shapes.</param>
/// <param name="Attributes">The attributes, as text.</param>
/// <param name="Styles">The inputs that are given, each with what its numbers are like.</param>
internal sealed record CasePlan(
    string Operation,
    ulong Seed,
    ImmutableSortedDictionary<string, int> Extents,
    ImmutableSortedDictionary<string, string> Attributes,
    ImmutableSortedDictionary<string, DataStyle> Styles)
{
    /// <summary>The extent of a letter; 1 where the operation has none of it.</summary>
    public int Extent(string letter) => Extents.GetValueOrDefault(letter, 1);

    /// <summary>An attribute of two integers.</summary>
    public (int Height, int Width) Pair(string name, int byDefault)
    {
        if (!Attributes.TryGetValue(name, out string? text))
        {
            return (byDefault, byDefault);
        }

        string[] parts = text.Split(',');
        return (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>An attribute of one integer.</summary>
    public int Integer(string name, int byDefault) => Attributes.TryGetValue(name, out string? text) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : byDefault;
}
