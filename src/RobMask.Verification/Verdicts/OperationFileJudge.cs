using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Verdicts;

/// <summary>Judges one operation from files.</summary>
/// <param name="judge">Judges.</param>
public sealed class OperationFileJudge(OperationJudge judge)
{
    /// <summary>Judges the outputs in one file by the inputs in another.</summary>
    /// <param name="name">The operation.</param>
    /// <param name="inputPath">Its inputs by their names; null for an operation without inputs.</param>
    /// <param name="gotPath">Its outputs by their names; a file of one tensor, under any name, serves an operation of one output.</param>
    /// <param name="attributes">Its settings, «name=value» each.</param>
    /// <param name="declared">The precision that the implementation declares.</param>
    /// <exception cref="ArgumentException">The operation's name or an attribute is wrong; the message says what was expected.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or has no tensor that is needed.</exception>
    public OperationVerdict Of(string name, string? inputPath, string gotPath, IReadOnlyList<string> attributes, ArithmeticModel declared)
    {
        Operation operation = OperationCatalog.Find(name);
        OperationRequest request = OperationFile.Read(operation, inputPath, attributes);
        OperationFile.RequireInputs(operation, request, inputPath);
        OperationVerdict verdict = judge.Of(request, Read(operation, gotPath), declared);
        return verdict.Outputs.Count > 0
            ? verdict
            : throw new InvalidDataException($"{gotPath}: has no output of {name}; expected {string.Join(", ", verdict.Missing)}, found {string.Join(", ", verdict.Unknown)}");
    }

    private static List<GotTensor> Read(Operation operation, string path)
    {
        using ITensorFile file = TensorFile.Open(path);
        List<GotTensor> got = [.. file.Entries.Select(entry => GotTensor.Load(file, entry))];
        return got is [GotTensor only] && operation.Outputs is [OperationOutput output] ? [only with { Name = output.Name }] : got;
    }
}
