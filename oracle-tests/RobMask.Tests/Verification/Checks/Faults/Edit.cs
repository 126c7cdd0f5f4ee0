using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Tests.Verification.Checks.Faults;

/// <summary>Small changes of requests and answers, from which faults are made.</summary>
internal static class Edit
{
    public static IReadOnlyList<NamedTensor> Right(OperationRequest request) => OperationCatalog.Run(request);

    public static DenseTensor<float> Input(this OperationRequest request, string name) => (DenseTensor<float>)request.Inputs[name];

    public static string Text(this OperationRequest request, string name) =>
        request.Attributes.TryGetValue(name, out string? text) ? text : OperationCatalog.Find(request.Name).Attributes.First(one => one.Name == name).Default!;

    public static float Number(this OperationRequest request, string name) => float.Parse(request.Text(name), CultureInfo.InvariantCulture);

    public static (int Height, int Width) Pair(this OperationRequest request, string name)
    {
        string[] parts = request.Text(name).Split(',');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
    }

    /// <summary>The request with an attribute replaced.</summary>
    public static OperationRequest With(this OperationRequest request, string name, string value) =>
        request with { Attributes = new Dictionary<string, string>(request.Attributes) { [name] = value } };

    /// <summary>The request with an input replaced.</summary>
    public static OperationRequest With(this OperationRequest request, string name, ITensor tensor) =>
        request with { Inputs = new Dictionary<string, ITensor>(request.Inputs) { [name] = tensor } };

    /// <summary>The request with every float input mapped.</summary>
    public static OperationRequest Mapped(this OperationRequest request, Func<float, float> map, params string[] names)
    {
        foreach (string name in names.Where(request.Inputs.ContainsKey))
        {
            request = request.With(name, request.Input(name).Map(map));
        }

        return request;
    }

    /// <summary>The request without an input.</summary>
    public static OperationRequest Without(this OperationRequest request, string name) =>
        request with { Inputs = request.Inputs.Where(input => input.Key != name).ToDictionary() };

    /// <summary>The answer with an output changed in place, element by element.</summary>
    public static IReadOnlyList<NamedTensor> Each(this IReadOnlyList<NamedTensor> answer, string name, Func<int, float, float> change)
    {
        DenseTensor<float>? tensor = answer.FirstOrDefault(one => one.Name == name)?.Tensor as DenseTensor<float>;
        for (int i = 0; tensor is not null && i < tensor.Length; i++)
        {
            tensor.Span[i] = change(i, tensor.Span[i]);
        }

        return answer;
    }

    public static DenseTensor<float> Map(this DenseTensor<float> tensor, Func<float, float> map) => tensor.Map((_, value) => map(value));

    public static DenseTensor<float> Map(this DenseTensor<float> tensor, Func<int, float, float> map)
    {
        DenseTensor<float> mapped = new(tensor.Shape);
        for (int i = 0; i < mapped.Length; i++)
        {
            mapped.Span[i] = map(i, tensor.Span[i]);
        }

        return mapped;
    }

    /// <summary>The indices of an element of [N, C, …]: image, channel, place in the plane.</summary>
    public static (int N, int C, int Place) Split(TensorShape shape, int index)
    {
        int plane = shape.LengthPerImage / shape[1];
        return (index / shape.LengthPerImage, index / plane % shape[1], index % plane);
    }

    /// <summary>To TF32 as hardware does it: the low 13 bits are cut.</summary>
    public static float Tf32(float value) => float.IsFinite(value) ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & ~0x1FFFu) : value;

    /// <summary>To bfloat16, nearest, ties to even.</summary>
    public static float Bf16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsFinite(value) ? BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000) : value;
    }

    public static float Fp16(float value) => (float)(Half)value;
}
