using RobMask.Verification.Files;

namespace RobMask.Verification.Compare;

/// <summary>Compares two files of tensors, one tensor of each in memory at a time.</summary>
/// <param name="Tensors">The tensors that both have, in the order of the first file.</param>
/// <param name="OnlyFirst">Names that only the first has.</param>
/// <param name="OnlySecond">Names that only the second has.</param>
public sealed record FileComparison(IReadOnlyList<TensorComparison> Tensors, IReadOnlyList<string> OnlyFirst, IReadOnlyList<string> OnlySecond)
{
    /// <summary>Whether both have the same tensors with the same types, shapes and bits.</summary>
    public bool IsSame => OnlyFirst.Count + OnlySecond.Count == 0 && Tensors.All(tensor => tensor.IsSame);

    /// <summary>Compares.</summary>
    /// <param name="firstPath">A file: .safetensors, .npz or .npy.</param>
    /// <param name="secondPath">Another, of any of these formats. Two files of one tensor each are compared whatever its name.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    /// <exception cref="ArgumentException">An extension names no format.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static FileComparison Of(string firstPath, string secondPath, CancellationToken cancellation = default)
    {
        using ITensorFile first = TensorFile.Open(firstPath);
        using ITensorFile second = TensorFile.Open(secondPath);
        if (first.Entries is [TensorEntry one] && second.Entries is [TensorEntry other])
        {
            return new FileComparison([Compare(first, one, second, other)], [], []);
        }

        Dictionary<string, TensorEntry> there = second.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        List<TensorComparison> tensors = [];
        foreach (TensorEntry entry in first.Entries.Where(entry => there.ContainsKey(entry.Name)))
        {
            cancellation.ThrowIfCancellationRequested();
            tensors.Add(Compare(first, entry, second, there[entry.Name]));
        }

        string[] names = [.. first.Entries.Select(entry => entry.Name)];
        return new FileComparison(tensors, [.. names.Except(there.Keys)], [.. there.Keys.Except(names)]);
    }

    private static TensorComparison Compare(ITensorFile first, TensorEntry one, ITensorFile second, TensorEntry other) =>
        TensorComparison.Of(one.Name == other.Name ? one.Name : $"{one.Name}, {other.Name}", (one.Type, first.Load(one.Name)), (other.Type, second.Load(other.Name)));
}
