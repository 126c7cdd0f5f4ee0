using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;

namespace RobMask.Verification.Operations;

/// <summary>Runs an operation from file to file.</summary>
public static class OperationFile
{
    /// <summary>Reads the inputs of an operation from a file, runs it and writes its outputs, completely or not at all.</summary>
    /// <param name="operation">The operation's name.</param>
    /// <param name="inputPath">Its inputs by their names; null for an operation without inputs.</param>
    /// <param name="outputPath">Where its outputs go.</param>
    /// <param name="attributes">Its settings, «name=value» each.</param>
    /// <param name="precision">The precision, or null for that of the inputs.</param>
    /// <exception cref="ArgumentException">The operation's name, an attribute or an extension is wrong; the message says what was expected.</exception>
    /// <exception cref="InvalidDataException">The input file is damaged, or a tensor in it has a wrong name, shape, type or label.</exception>
    public static IReadOnlyList<NamedTensor> Run(string operation, string? inputPath, string outputPath, IReadOnlyList<string> attributes, OperationPrecision? precision) =>
        Run(OperationCatalog.Find(operation), inputPath, outputPath, attributes, precision);

    /// <summary>The same with proven bounds: for each output also its value in double, «NAME.value», and how far a result in a declared precision may be from it, «NAME.bound».</summary>
    /// <param name="operation">The operation's name.</param>
    /// <param name="inputPath">Its inputs by their names; null for an operation without inputs.</param>
    /// <param name="outputPath">Where its outputs go.</param>
    /// <param name="attributes">Its settings, «name=value» each.</param>
    /// <param name="precision">The precision of the outputs, or null for that of the inputs.</param>
    /// <param name="model">The declared precision that the bounds hold for.</param>
    /// <returns>What was written, and for each output the theorem that proves its bound; null where none is proven, and then there is neither value nor bound.</returns>
    /// <exception cref="ArgumentException">The operation's name, an attribute or an extension is wrong; the message says what was expected.</exception>
    /// <exception cref="InvalidDataException">The input file is damaged, or a tensor in it has a wrong name, shape, type or label.</exception>
    public static (IReadOnlyList<NamedTensor> Outputs, IReadOnlyDictionary<string, string?> Theorems) RunBounded(
        string operation, string? inputPath, string outputPath, IReadOnlyList<string> attributes, OperationPrecision? precision, ArithmeticModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Dictionary<string, string?> theorems = new(StringComparer.Ordinal);
        IReadOnlyList<NamedTensor> outputs = Run(OperationCatalog.Find(operation), inputPath, outputPath, attributes, precision, Bounds);
        return (outputs, theorems);

        IEnumerable<NamedTensor> Bounds(OperationRequest request)
        {
            foreach (BoundedOutput output in OperationBounds.Compute(request, model))
            {
                theorems.Add(output.Name, output.Theorem);
                if (output.Theorem is not null)
                {
                    yield return new NamedTensor(output.Name + ".value", output.Tensor.Value);
                    yield return new NamedTensor(output.Name + ".bound", output.Tensor.Bound ?? new DenseTensor<double>(output.Tensor.Shape));
                }
            }
        }
    }

    /// <summary>The same for an operation that need not be in the catalogue.</summary>
    internal static IReadOnlyList<NamedTensor> Run(Operation operation, string? inputPath, string outputPath, IReadOnlyList<string> attributes, OperationPrecision? precision, Func<OperationRequest, IEnumerable<NamedTensor>>? beside = null)
    {
        TensorFile.RequireExtension(outputPath);
        OperationRequest request = Read(operation, inputPath, attributes) with { Precision = precision };
        RequireInputs(operation, request, inputPath);
        IReadOnlyList<NamedTensor> outputs = OperationCatalog.Run(operation, request);
        outputs = beside is null ? outputs : [.. outputs, .. beside(request)];
        TensorFile.Write(outputPath, outputs, [new("operation", operation.Name), new("profile", "fma1"), .. request.Attributes.Select(a => new KeyValuePair<string, string>("attribute." + a.Key, a.Value))]);
        return outputs;
    }

    /// <summary>Reads what an operation is asked to do; its inputs are not checked yet.</summary>
    internal static OperationRequest Read(Operation operation, string? inputPath, IReadOnlyList<string> attributes)
    {
        if (inputPath is null && operation.Inputs.Count > 0)
        {
            string expected = string.Join(", ", operation.Inputs.Select(i => i.Optional ? i.Name + " (optional)" : i.Name));
            throw new ArgumentException($"{operation.Name}: there is no input file; expected one with {expected}", nameof(inputPath));
        }

        Dictionary<string, ITensor> inputs = inputPath is null ? [] : TensorFile.ReadAll(inputPath).ToDictionary(t => t.Name, t => t.Tensor);
        return new OperationRequest(operation.Name, inputs, Parse(operation.Name, attributes));
    }

    /// <summary>Checks the inputs; what the binding says of a tensor, it says of the file that holds it.</summary>
    internal static void RequireInputs(Operation operation, OperationRequest request, string? inputPath)
    {
        OperationBinding.Attributes(operation, request.Attributes);
        bool wide = OperationBinding.Precision(operation, request) == OperationPrecision.F64;
        try
        {
            _ = wide ? OperationBinding.Inputs<double>(operation, request.Inputs) : OperationBinding.Inputs<float>(operation, request.Inputs);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{inputPath}: {error.Message}", error);
        }
    }

    private static Dictionary<string, string> Parse(string operation, IReadOnlyList<string> attributes)
    {
        Dictionary<string, string> parsed = new(StringComparer.Ordinal);
        foreach (string attribute in attributes)
        {
            int sign = attribute.IndexOf('=', StringComparison.Ordinal);
            if (sign < 1 || !parsed.TryAdd(attribute[..sign], attribute[(sign + 1)..]))
            {
                throw new ArgumentException($"{operation}: attribute «{attribute}»; expected name=value, each name once", nameof(attributes));
            }
        }

        return parsed;
    }
}
