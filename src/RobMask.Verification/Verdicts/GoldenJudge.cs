using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Golden;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts;

/// <summary>Judges outputs that somebody else computed for cases of the golden corpus.</summary>
/// <remarks>Whole networks, attacks and training runs have no bounds: they are bitwise equal, or unproven.</remarks>
/// <param name="corpus">The corpus.</param>
/// <param name="judge">Judges.</param>
public sealed class GoldenJudge(GoldenCorpus corpus, OperationJudge judge)
{
    private const string Precision = "f32";

    /// <summary>Judges a file, or every file of tensors in a folder.</summary>
    /// <param name="path">A file named like its case with «.» for «/», «conv2d.3x3.npz»; or a folder of such files.</param>
    /// <param name="name">The case of a file of any name; null to go by the file's.</param>
    /// <param name="declared">The precision that the implementation declares.</param>
    /// <param name="cancellation">Stops between cases.</param>
    /// <exception cref="ArgumentException">There is no case of that name.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, names no case, or has none of its outputs.</exception>
    public IReadOnlyList<OperationVerdict> Of(string path, string? name, ArithmeticModel declared, CancellationToken cancellation = default)
    {
        IReadOnlyList<GoldenEntry> entries = corpus.Entries();
        if (!Directory.Exists(path))
        {
            if (!File.Exists(path))
            {
                throw new FileNotFoundException($"{path}: there is no such file or folder", path);
            }

            return [Of(path, Entry(entries, path, name), declared)];
        }

        if (name is not null)
        {
            throw new ArgumentException($"{path} is a folder, whose files name their cases; leave out the case {name}", nameof(name));
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file).ToLowerInvariant() is ".safetensors" or ".npz" or ".npy").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new InvalidDataException($"{path}: has no file of tensors (.safetensors, .npz or .npy)");
        }

        List<OperationVerdict> verdicts = [];
        foreach (string file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            verdicts.Add(Of(file, Entry(entries, file, null), declared));
        }

        return verdicts;
    }

    private static GoldenEntry Entry(IReadOnlyList<GoldenEntry> entries, string path, string? name)
    {
        string wanted = name ?? Path.GetFileNameWithoutExtension(path);
        return entries.FirstOrDefault(entry => entry.Name == wanted || entry.Name.Replace('/', '.') == wanted)
            ?? (name is null
                ? throw new InvalidDataException($"{path}: there is no golden case «{wanted}»; the file's name is that of its case with «.» for «/», or --case says it")
                : throw new ArgumentException($"there is no golden case «{name}»", nameof(name)));
    }

    private OperationVerdict Of(string path, GoldenEntry entry, ArithmeticModel declared)
    {
        (Dictionary<string, ITensor> inputs, _) = corpus.Read(entry);
        OperationRequest request = new(entry.Operation, inputs, entry.Attributes);
        string[] names = [.. entry.Sha256[Precision].Keys];
        List<GotTensor> got = Read(path, names);
        OperationVerdict verdict = OperationCatalog.All.Any(operation => operation.Name == entry.Operation)
            ? judge.Of(request, got, declared, entry.Name)
            : OfWhole(request, got, declared, entry.Name);
        return verdict.Outputs.Count > 0
            ? verdict
            : throw new InvalidDataException($"{path}: has no output of case {entry.Name}; expected {string.Join(", ", names)}");
    }

    private OperationVerdict OfWhole(OperationRequest request, List<GotTensor> got, ArithmeticModel declared, string label)
    {
        Dictionary<string, ITensor> bits = GoldenRunner.Run(request.Name, request.Attributes, request.Inputs, OperationPrecision.F32).ToDictionary(output => output.Name, output => output.Tensor);
        IReadOnlyList<BoundedOutput> values =
            [.. GoldenRunner.Run(request.Name, request.Attributes, request.Inputs, OperationPrecision.F64).Select(output => new BoundedOutput(output.Name, Open(output.Tensor), null))];
        return judge.Of(request, got, declared, label, bits, _ => values);
    }

    private static BoundedTensor Open(ITensor tensor) => new(TensorNumbers.Of(tensor));

    // A corpus file has its outputs as «f32.NAME» beside others; somebody else's has them as NAME.
    private static List<GotTensor> Read(string path, string[] names)
    {
        using ITensorFile file = TensorFile.Open(path);
        if (file.Entries is [TensorEntry only] && names is [string single])
        {
            return [GotTensor.Load(file, only) with { Name = single }];
        }

        List<GotTensor> got = [];
        foreach (string name in names)
        {
            TensorEntry? entry = file.Entries.FirstOrDefault(one => one.Name == $"{Precision}.{name}") ?? file.Entries.FirstOrDefault(one => one.Name == name);
            if (entry is not null)
            {
                got.Add(GotTensor.Load(file, entry) with { Name = name });
            }
        }

        return got;
    }
}
