using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Golden;

/// <summary>Computes the outputs of a case in one precision.</summary>
internal static class GoldenRunner
{
    /// <summary>The precisions of every case, as the manifest names them.</summary>
    public static readonly IReadOnlyList<(string Name, OperationPrecision Precision)> Precisions = [("f32", OperationPrecision.F32), ("f64", OperationPrecision.F64)];

    /// <exception cref="ArgumentException">The case does not fit its operation.</exception>
    public static IReadOnlyList<NamedTensor> Run(string operation, IReadOnlyDictionary<string, string> attributes, IReadOnlyDictionary<string, ITensor> inputs, OperationPrecision precision)
    {
        Operation? whole = operation switch
        {
            "network_step" => new NetworkStepOperation(attributes),
            "pgd_attack" => new PgdAttackOperation(attributes),
            "training_run" => new TrainingRunOperation(attributes),
            _ => null,
        };
        return whole is null
            ? OperationCatalog.Run(new OperationRequest(operation, inputs, attributes) { Precision = precision })
            : OperationCatalog.Run(whole, new OperationRequest(operation, inputs, new Dictionary<string, string>()) { Precision = precision });
    }

    /// <summary>The digests of all outputs in all precisions.</summary>
    public static Dictionary<string, IReadOnlyDictionary<string, string>> Digests(IReadOnlyDictionary<string, IReadOnlyList<NamedTensor>> outputs) =>
        outputs.ToDictionary(
            pair => pair.Key,
            pair => (IReadOnlyDictionary<string, string>)pair.Value.ToDictionary(output => output.Name, output => GoldenBytes.Digest(output.Tensor), StringComparer.Ordinal),
            StringComparer.Ordinal);
}
