using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Verification.Golden;

/// <summary>The folder <c>golden/</c>: frozen inputs, outputs and digests of every operation, for whoever computes the same bits elsewhere.</summary>
/// <param name="folder">Where the manifest lies.</param>
public sealed class GoldenCorpus(string folder)
{
    /// <summary>The manifest's name in the folder.</summary>
    public const string ManifestName = "manifest.json";

    private const string InputPrefix = "in.";

    /// <summary>The manifest's path.</summary>
    public string ManifestPath => Path.Combine(folder, ManifestName);

    /// <summary>Computes every case anew from its file or its draws and compares all bits.</summary>
    /// <param name="cases">The operations or cases that are wanted; empty for all.</param>
    /// <param name="progress">Told of each case as it is done.</param>
    /// <param name="cancellation">Stops between cases.</param>
    /// <returns>What differs; empty where nothing does.</returns>
    /// <exception cref="InvalidDataException">The manifest or a file is damaged.</exception>
    public IReadOnlyList<GoldenDifference> Check(IReadOnlyList<string> cases, IProgress<GoldenEntry>? progress = null, CancellationToken cancellation = default)
    {
        List<GoldenDifference> differences = [];
        foreach (GoldenEntry entry in Chosen(cases))
        {
            cancellation.ThrowIfCancellationRequested();
            (Dictionary<string, ITensor> inputs, Dictionary<string, ITensor> stored) = Read(entry);
            foreach ((string name, Operations.OperationPrecision precision) in GoldenRunner.Precisions)
            {
                if (entry.Sha256.TryGetValue(name, out IReadOnlyDictionary<string, string>? digests))
                {
                    Compare(entry, name, digests, GoldenRunner.Run(entry.Operation, entry.Attributes, inputs, precision), stored, differences);
                }
            }

            progress?.Report(entry);
        }

        return differences;
    }

    /// <summary>One digest an operation over all its cases in both precisions, computed anew, and one over all.</summary>
    /// <remarks>SHA-256 of the lines «case precision output digest», in the order of the manifest.</remarks>
    /// <inheritdoc cref="Check"/>
    public IReadOnlyList<(string Operation, string Digest)> Digests(IReadOnlyList<string> cases, CancellationToken cancellation = default)
    {
        List<(string Operation, string Line)> lines = [];
        foreach (GoldenEntry entry in Chosen(cases))
        {
            cancellation.ThrowIfCancellationRequested();
            Dictionary<string, ITensor> inputs = Read(entry).Inputs;
            foreach ((string name, Operations.OperationPrecision precision) in GoldenRunner.Precisions)
            {
                lines.AddRange(GoldenRunner.Run(entry.Operation, entry.Attributes, inputs, precision).Select(output => (entry.Operation, $"{entry.Name} {name} {output.Name} {GoldenBytes.Digest(output.Tensor)}\n")));
            }
        }

        return
        [
            .. lines.GroupBy(line => line.Operation).Select(group => (group.Key, GoldenBytes.Digest(string.Concat(group.Select(line => line.Line))))),
            ("all", GoldenBytes.Digest(string.Concat(lines.Select(line => line.Line)))),
        ];
    }

    /// <summary>Writes the corpus anew from the definitions in the code.</summary>
    /// <param name="accept">The cases whose digests may change; «all» for every one.</param>
    /// <returns>What was added, changed and removed.</returns>
    /// <exception cref="InvalidOperationException">A digest would change that was not accepted; nothing is written.</exception>
    public GoldenUpdate Update(IReadOnlyList<string> accept)
    {
        Dictionary<string, GoldenEntry> before = File.Exists(ManifestPath) ? GoldenManifest.Read(ManifestPath).Cases.ToDictionary(entry => entry.Name) : [];
        List<GoldenEntry> entries = [];
        Dictionary<string, (GoldenCase Case, Dictionary<string, IReadOnlyList<NamedTensor>> Outputs)> computed = [];
        foreach (GoldenCase one in GoldenCases.All)
        {
            Dictionary<string, IReadOnlyList<NamedTensor>> outputs = GoldenRunner.Precisions
                .ToDictionary(precision => precision.Name, precision => GoldenRunner.Run(one.Operation, one.Attributes, one.Inputs, precision.Precision));
            computed.Add(one.Name, (one, outputs));
            bool stored = one.Draws.Count == 0 && one.Inputs.Count > 0;
            entries.Add(new GoldenEntry
            {
                Name = one.Name,
                Operation = one.Operation,
                Attributes = one.Attributes,
                Why = one.Why,
                File = stored ? $"cases/{one.Name.Replace('/', '.')}.safetensors" : null,
                Draws = one.Draws.Count == 0 ? null : one.Draws,
                Sha256 = GoldenRunner.Digests(outputs),
            });
        }

        string[] added = [.. entries.Where(entry => !before.ContainsKey(entry.Name)).Select(entry => entry.Name)];
        string[] changed = [.. entries.Where(entry => before.TryGetValue(entry.Name, out GoldenEntry? old) && !Same(old, entry)).Select(entry => entry.Name)];
        string[] removed = [.. before.Keys.Except(entries.Select(entry => entry.Name))];
        string[] refused = [.. changed.Concat(removed).Except(accept)];
        if (refused.Length > 0 && !accept.Contains("all"))
        {
            throw new InvalidOperationException($"golden: the bits of {string.Join(", ", refused)} would change or go; nothing was written. Frozen bits change on purpose only: --accept NAME for each");
        }

        foreach (GoldenEntry entry in entries.Where(entry => entry.File is not null))
        {
            (GoldenCase one, Dictionary<string, IReadOnlyList<NamedTensor>> outputs) = computed[entry.Name];
            TensorFile.Write(
                Path.Combine(folder, entry.File!),
                [
                    .. one.Inputs.Select(input => new NamedTensor(InputPrefix + input.Key, input.Value)),
                    .. outputs.SelectMany(pair => pair.Value.Select(output => new NamedTensor($"{pair.Key}.{output.Name}", output.Tensor))),
                ],
                [new("case", entry.Name), new("profile", "fma1")]);
        }

        new GoldenManifest { Format = GoldenManifest.FormatName, Version = GoldenManifest.CurrentVersion, Profile = "fma1", Cases = entries }.Write(ManifestPath);
        foreach (string name in removed)
        {
            if (before[name].File is string file)
            {
                File.Delete(Path.Combine(folder, file));
            }
        }

        return new GoldenUpdate(added, changed, removed);
    }

    private static bool Same(GoldenEntry left, GoldenEntry right) =>
        left.Sha256.Count == right.Sha256.Count
        && left.Sha256.All(pair => right.Sha256.TryGetValue(pair.Key, out IReadOnlyDictionary<string, string>? digests)
            && digests.Count == pair.Value.Count
            && pair.Value.All(output => digests.GetValueOrDefault(output.Key) == output.Value));

    private static void Compare(
        GoldenEntry entry, string precision, IReadOnlyDictionary<string, string> digests, IReadOnlyList<NamedTensor> outputs, Dictionary<string, ITensor> stored, List<GoldenDifference> differences)
    {
        foreach (string missing in digests.Keys.Except(outputs.Select(output => output.Name)))
        {
            differences.Add(new GoldenDifference(entry.Name, precision, missing, "it is not computed any more"));
        }

        foreach ((string name, ITensor actual) in outputs)
        {
            string? digest = digests.GetValueOrDefault(name);
            if (digest is null)
            {
                differences.Add(new GoldenDifference(entry.Name, precision, name, "the manifest does not know it"));
            }
            else if (!stored.TryGetValue($"{precision}.{name}", out ITensor? expected))
            {
                if (GoldenBytes.Digest(actual) != digest)
                {
                    differences.Add(new GoldenDifference(entry.Name, precision, name, $"its digest is {GoldenBytes.Digest(actual)}, expected {digest}; the case has no file that says where"));
                }
            }
            else if (GoldenBytes.Digest(expected) != digest)
            {
                throw new InvalidDataException($"{entry.File}: tensor {precision}.{name} has digest {GoldenBytes.Digest(expected)}, the manifest {digest}: the file is damaged or not the manifest's");
            }
            else if (!expected.Shape.Equals(actual.Shape) || expected.GetType() != actual.GetType())
            {
                differences.Add(new GoldenDifference(entry.Name, precision, name, $"its shape is {actual.Shape}, expected {expected.Shape}"));
            }
            else if (GoldenBytes.FirstDifference(expected, actual) is >= 0 and int i)
            {
                differences.Add(new GoldenDifference(entry.Name, precision, name, $"first at {GoldenBytes.Position(actual.Shape, i)}: {GoldenBytes.Show(actual, i)}, expected {GoldenBytes.Show(expected, i)}"));
            }
        }
    }

    private IEnumerable<GoldenEntry> Chosen(IReadOnlyList<string> cases)
    {
        GoldenManifest manifest = GoldenManifest.Read(ManifestPath);
        string? unknown = cases.FirstOrDefault(name => !manifest.Cases.Any(entry => entry.Name == name || entry.Operation == name));
        return unknown is null
            ? manifest.Cases.Where(entry => cases.Count == 0 || cases.Contains(entry.Name) || cases.Contains(entry.Operation))
            : throw new ArgumentException($"golden: there is no case or operation «{unknown}» in {ManifestPath}");
    }

    /// <summary>All cases, in the manifest's order.</summary>
    internal IReadOnlyList<GoldenEntry> Entries() => [.. Chosen([])];

    /// <summary>The inputs of a case, and its outputs where its file has them.</summary>
    internal (Dictionary<string, ITensor> Inputs, Dictionary<string, ITensor> Stored) Read(GoldenEntry entry)
    {
        if (entry.File is null)
        {
            return ((entry.Draws ?? new Dictionary<string, GoldenDraw>()).ToDictionary(draw => draw.Key, draw => (ITensor)GoldenCase.Draw(draw.Value)), []);
        }

        string path = Path.GetFullPath(Path.Combine(folder, entry.File));
        if (!path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{ManifestPath}: case {entry.Name} names {entry.File}, which lies outside the corpus");
        }

        IReadOnlyList<NamedTensor> tensors = TensorFile.ReadAll(path);
        return (
            tensors.Where(tensor => tensor.Name.StartsWith(InputPrefix, StringComparison.Ordinal)).ToDictionary(tensor => tensor.Name[InputPrefix.Length..], tensor => tensor.Tensor),
            tensors.Where(tensor => !tensor.Name.StartsWith(InputPrefix, StringComparison.Ordinal)).ToDictionary(tensor => tensor.Name, tensor => tensor.Tensor));
    }
}

/// <summary>One output whose bits differ.</summary>
/// <param name="Case">The case.</param>
/// <param name="Precision">f32 or f64.</param>
/// <param name="Output">The output.</param>
/// <param name="What">Where it differs first, with both values.</param>
public sealed record GoldenDifference(string Case, string Precision, string Output, string What);

/// <summary>What an update of the corpus did.</summary>
/// <param name="Added">New cases.</param>
/// <param name="Changed">Cases with other bits.</param>
/// <param name="Removed">Cases that are no longer defined.</param>
public sealed record GoldenUpdate(IReadOnlyList<string> Added, IReadOnlyList<string> Changed, IReadOnlyList<string> Removed);
