using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks;

/// <summary>What is checked of a backend.</summary>
public sealed record CheckOptions
{
    /// <summary>The default of <see cref="Cases"/>.</summary>
    public const int DefaultCases = 100;

    /// <summary>Names of the catalogue; null for every operation that the backend has.</summary>
    public IReadOnlyList<string>? Operations { get; init; }

    /// <summary>The key of all random numbers: the same seed gives the same cases.</summary>
    public ulong Seed { get; init; }

    /// <summary>Random cases of each operation.</summary>
    public int Cases { get; init; } = DefaultCases;

    /// <summary>Names of the laws that are tested, each in a third of the cases; null for all, empty for none.</summary>
    public IReadOnlyList<string>? Laws { get; init; }

    /// <summary>The folder in which the smallest failing cases are saved; null to save none.</summary>
    public string? SaveFolder { get; init; }

    /// <summary>The most trials that making one failing case smaller may take.</summary>
    public int ShrinkBudget { get; init; } = 400;

    /// <summary>Checks the names.</summary>
    /// <exception cref="ArgumentException">One is none of the catalogue, or the backend does not have it, or there are no cases.</exception>
    internal IReadOnlyList<string> Choose(IMaskingBackend backend)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Cases, 1);
        foreach (string name in Operations ?? [])
        {
            OperationCatalog.Find(name);
            if (!backend.Operations.Contains(name))
            {
                throw new ArgumentException($"{backend.Name} does not have {name}; it has {string.Join(", ", backend.Operations)}");
            }
        }

        return Operations ?? [.. OperationCatalog.All.Select(operation => operation.Name).Where(backend.Operations.Contains)];
    }
}
