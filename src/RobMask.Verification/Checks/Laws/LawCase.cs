using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>A case that a law looks at: a request, what a backend answered, and the way to ask more.</summary>
/// <param name="Asked">The request and its answer.</param>
/// <param name="Backend">Whom to ask.</param>
internal sealed record LawCase(LawRun Asked, IMaskingBackend Backend)
{
    /// <summary>The request.</summary>
    public OperationRequest Request => Asked.Request;

    /// <summary>Whether the backend has another operation.</summary>
    public bool Has(string operation) => Backend.Operations.Contains(operation);

    /// <summary>A float input.</summary>
    public DenseTensor<float> Input(string name) => (DenseTensor<float>)Request.Inputs[name];

    /// <summary>An attribute that is given, else its default.</summary>
    public string Attribute(string name) => Request.Attributes.TryGetValue(name, out string? text) ? text : OperationCatalog.Find(Request.Name).Attributes.First(one => one.Name == name).Default!;

    /// <summary>Asks another request.</summary>
    public LawRun Run(OperationRequest request) => new(request, Backend.Run(request), Backend.Precision);

    /// <summary>Asks the same with some inputs replaced; null removes one.</summary>
    public LawRun Run(params (string Name, ITensor? Tensor)[] changed) => Run(Request with { Inputs = With(changed) });

    /// <summary>Asks another operation.</summary>
    public LawRun Run(string operation, IReadOnlyDictionary<string, string> attributes, params (string Name, ITensor Tensor)[] inputs) =>
        Run(new OperationRequest(operation, inputs.ToDictionary(input => input.Name, input => input.Tensor), attributes));

    /// <summary>The inputs with some replaced; null removes one.</summary>
    public Dictionary<string, ITensor> With(params (string Name, ITensor? Tensor)[] changed)
    {
        Dictionary<string, ITensor> inputs = new(Request.Inputs, StringComparer.Ordinal);
        foreach ((string name, ITensor? tensor) in changed)
        {
            if (tensor is null)
            {
                inputs.Remove(name);
            }
            else
            {
                inputs[name] = tensor;
            }
        }

        return inputs;
    }

    /// <summary>Whether two answered numbers, times a factor, may be approximations of the same one; true where nothing is known.</summary>
    public static bool Agree(Approximate left, Approximate right, double factor = 1)
    {
        double tolerance = left.Error + (Math.Abs(factor) * right.Error);
        if (double.IsNaN(tolerance) || double.IsInfinity(tolerance))
        {
            return true;
        }

        double other = factor * right.Value;
        return left.Value.Equals(other) || left.Value == other || Math.Abs(left.Value - other) <= tolerance * (1 + 1e-9);
    }
}
