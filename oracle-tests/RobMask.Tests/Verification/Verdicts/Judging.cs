using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;

namespace RobMask.Tests.Verification.Verdicts;

/// <summary>Requests, results and planted faults for the tests of verdicts.</summary>
internal static class Judging
{
    /// <summary>A request of named inputs and «name=value» attributes.</summary>
    public static OperationRequest Request(string name, (string Name, ITensor Tensor)[] inputs, params string[] attributes) =>
        new(name, inputs.ToDictionary(input => input.Name, input => input.Tensor), attributes.Select(text => text.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]));

    /// <summary>The outputs of profile fma1.</summary>
    public static Dictionary<string, DenseTensor<float>> Right(OperationRequest request) =>
        OperationCatalog.Run(request).Where(output => output.Tensor is DenseTensor<float>).ToDictionary(output => output.Name, output => (DenseTensor<float>)output.Tensor);

    /// <summary>The one output of that name.</summary>
    public static DenseTensor<float> Right(OperationRequest request, string output) => Right(request)[output];

    /// <summary>The verdict on one output.</summary>
    public static TensorVerdict Of(OperationRequest request, string output, ITensor got, string declared = "fp32", SafetensorsType? stored = null)
    {
        OperationVerdict verdict = new OperationJudge().Of(request, [new GotTensor(output, got, stored ?? TensorFile.TypeOf(got))], ArithmeticModel.Find(declared));
        return verdict.Outputs.Single();
    }

    /// <summary>A small convolution with a bias: 3 images, 4 to 5 channels.</summary>
    public static OperationRequest Convolution(params string[] attributes) => Request(
        "conv2d",
        [("input", TestTensors.Normal<float>(1, 3, 4, 9, 9)), ("weight", TestTensors.Normal<float>(2, 5, 4, 3, 3)), ("bias", TestTensors.Normal<float>(3, 5))],
        attributes.Length == 0 ? ["padding=1"] : attributes);

    /// <summary>The request with another tensor.</summary>
    public static OperationRequest With(this OperationRequest request, string input, ITensor tensor) =>
        request with { Inputs = new Dictionary<string, ITensor>(request.Inputs) { [input] = tensor } };

    /// <summary>The request with another attribute.</summary>
    public static OperationRequest With(this OperationRequest request, string attribute, string value) =>
        request with { Attributes = new Dictionary<string, string>(request.Attributes) { [attribute] = value } };

    /// <summary>A float input of a request.</summary>
    public static DenseTensor<float> Input(this OperationRequest request, string name) => (DenseTensor<float>)request.Inputs[name];

    /// <summary>Element by element.</summary>
    public static DenseTensor<float> Map(DenseTensor<float> tensor, Func<float, float> map) => Map(tensor, (x, _) => map(x));

    /// <summary>Element by element, with its place.</summary>
    public static DenseTensor<float> Map(DenseTensor<float> tensor, Func<float, int, float> map)
    {
        DenseTensor<float> mapped = new(tensor.Shape);
        for (int i = 0; i < mapped.Length; i++)
        {
            mapped.Span[i] = map(tensor.Span[i], i);
        }

        return mapped;
    }

    /// <summary>Rounded to TF32: 11 significant bits.</summary>
    public static float Tf32(float x) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(x) + 0xfff + ((BitConverter.SingleToUInt32Bits(x) >> 13) & 1)) & 0xffffe000);

    /// <summary>Rounded to bf16: 8 significant bits.</summary>
    public static float BFloat16(float x) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(x) + 0x7fff + ((BitConverter.SingleToUInt32Bits(x) >> 16) & 1)) & 0xffff0000);
}
