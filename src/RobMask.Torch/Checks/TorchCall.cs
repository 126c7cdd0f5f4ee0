using System.Globalization;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using RobMask.Verification.Operations;
using static TorchSharp.torch;

namespace RobMask.Torch.Checks;

/// <summary>A request whose tensors become libtorch's, on a device, when they are asked for.</summary>
internal sealed class TorchCall(OperationRequest request, TorchEngine engine, Device device)
{
    /// <summary>Computes steps of attacks and of the optimiser.</summary>
    public TorchEngine Engine { get; } = engine;

    public Device Device { get; } = device;

    public TorchPrecision Precision => Engine.Precision;

    /// <summary>An input in float.</summary>
    public Tensor this[string name]
    {
        get
        {
            DenseTensor<float> given = (DenseTensor<float>)request.Inputs[name];
            return tensor(given.Span.ToArray(), TorchTensor.Extents(given.Shape), device: Device);
        }
    }

    public bool Has(string name) => request.Inputs.ContainsKey(name);

    public Tensor? Optional(string name) => Has(name) ? this[name] : null;

    public Tensor Labels(string name) => tensor(((DenseTensor<int>)request.Inputs[name]).Span.ToArray(), TorchTensor.Extents(request.Inputs[name].Shape), dtype: ScalarType.Int64, device: Device);

    public string Text(string name) => request.Attributes.TryGetValue(name, out string? text) ? text : OperationCatalog.Find(request.Name).Attributes.First(one => one.Name == name).Default!;

    public float Number(string name) => float.Parse(Text(name), CultureInfo.InvariantCulture);

    public int Integer(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);

    public bool Flag(string name) => Text(name) == "true";

    public (int Height, int Width) Pair(string name)
    {
        string[] parts = Text(name).Split(',');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
    }
}
