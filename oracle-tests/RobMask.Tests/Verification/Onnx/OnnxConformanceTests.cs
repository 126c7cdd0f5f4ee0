using System.Text.Json;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>The single-operator cases that ONNX froze (outputs of NumPy and of PyTorch's kernels), replayed through the catalogue.</summary>
/// <remarks>A case passes by bit equality where the operation or the data are exact, else by a proven bound around the value in double, which the published output and ours must both keep.</remarks>
public sealed class OnnxConformanceTests(ITestOutputHelper log)
{
    // How each operator of ONNX is expressed, and how many cases of it there are.
    private static readonly Dictionary<string, (int Cases, string By, Action<OnnxCase, OnnxJudge> Judge)> Covered = new()
    {
        ["Conv"] = (7, "conv2d; gauge, bits where integers", OnnxProducts.Conv),
        ["ConvTranspose"] = (5, "conv2d_backward, grad_input; gauge, bits where integers", OnnxProducts.ConvTranspose),
        ["Gemm"] = (5, "linear; gauge", OnnxProducts.Gemm),
        ["MatMul"] = (2, "linear; gauge", OnnxProducts.MatMul),
        ["MaxPool"] = (7, "max_pool2d, argmax by max_pool2d_backward; bits", OnnxPooling.MaxPool),
        ["AveragePool"] = (8, "avg_pool2d of input and of ones, conv2d where dilated; n + 3 roundings", OnnxPooling.AveragePool),
        ["GlobalAveragePool"] = (2, "global_avg_pool; n + 1 roundings", OnnxPooling.GlobalAveragePool),
        ["BatchNormalization"] = (6, "normalize, rescale; bound of the statistics", OnnxNormalisation.BatchNormalization),
        ["Softmax"] = (4, "softmax; bound of Blanchard, Higham and Higham", OnnxLosses.Softmax),
        ["LogSoftmax"] = (5, "log_softmax; bound of Blanchard, Higham and Higham", OnnxLosses.LogSoftmax),
        ["SoftmaxCrossEntropyLoss"] = (17, "cross_entropy, log_softmax; weights and ignored labels applied to the losses of the images", OnnxLosses.CrossEntropy),
        ["Relu"] = (2, "relu; bits", OnnxSteps.Relu),
        ["Clip"] = (6, "pgd_step; bits", OnnxSteps.Clip),
        ["Sign"] = (1, "pgd_step; bits", OnnxSteps.Sign),
        ["Momentum"] = (3, "sgd_step; 4 and 8 roundings", OnnxSteps.Momentum),
    };

    // Cases that no operation can express, with the reason. There is none at present.
    private static readonly Dictionary<string, string> NotApplicable = [];

    public static TheoryData<string> Operators => [.. Covered.Keys];

    [SkippableTheory]
    [MemberData(nameof(Operators))]
    public void Published_cases_agree(string name)
    {
        string folder = SharedData.RequireConformance("onnx");
        int count = 0;
        foreach (string path in Directory.GetFiles(folder, "*.safetensors").Order(StringComparer.Ordinal))
        {
            using OnnxCase test = new(path);
            if (test.Operator != name || NotApplicable.ContainsKey(test.Name))
            {
                continue;
            }

            OnnxJudge judge = new(test.Name);
            Covered[name].Judge(test, judge);
            test.RequireAllAttributesRead();
            log.WriteLine($"{test.Name}: {(judge.BitsOnly ? "same bits" : $"at most {judge.WorstRatio:F3} of the bound")}; {Covered[name].By}");
            count++;
        }

        Assert.Equal(Covered[name].Cases, count);
    }

    [SkippableFact]
    public void Every_case_is_covered_or_has_a_reason_not_to_be()
    {
        string folder = SharedData.RequireConformance("onnx");
        List<(string Case, string Operator)> listed = [];
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "MANIFEST.json")));
        foreach (JsonElement entry in manifest.RootElement.EnumerateArray())
        {
            listed.Add((entry.GetProperty("case").GetString()!, entry.GetProperty("op").GetString()!));
        }

        Assert.Equal(
            listed.Select(l => l.Case + ".safetensors").Order(StringComparer.Ordinal),
            Directory.GetFiles(folder, "*.safetensors").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal));
        Assert.All(listed, l => Assert.True(Covered.ContainsKey(l.Operator) != NotApplicable.ContainsKey(l.Case), $"{l.Case} ({l.Operator}) is neither covered nor listed with a reason"));
        Assert.Equal(listed.Count, Covered.Values.Sum(c => c.Cases) + NotApplicable.Count);
    }
}
