using System.Runtime.InteropServices;

namespace RobMask.Verification.Audits;

/// <summary>Compares states to the bit.</summary>
internal static class StateComparison
{
    /// <summary>Null where all tensors have the same bits, else the first that differs, in words.</summary>
    public static string? Difference(IEnumerable<KeyValuePair<string, float[]>> found, Func<string, float[]?> wanted)
    {
        int tensors = 0;
        string? first = null;
        foreach ((string name, float[] values) in found)
        {
            float[]? other = wanted(name);
            if (other is null || values.Length != other.Length)
            {
                return $"{name} has {values.Length} elements here and {other?.Length ?? 0} there";
            }

            int at = MemoryMarshal.Cast<float, int>(values).CommonPrefixLength(MemoryMarshal.Cast<float, int>(other));
            if (at < values.Length)
            {
                tensors++;
                first ??= FormattableString.Invariant($"{name}, element {at}: {values[at]:R} here, {other[at]:R} there");
            }
        }

        return first is null ? null : tensors == 1 ? first : $"{first}; {tensors} tensors differ";
    }
}
