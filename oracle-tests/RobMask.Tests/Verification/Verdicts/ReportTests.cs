using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

public sealed partial class ReportTests
{
    private static readonly Lazy<VerdictReport> Report = new(() =>
    {
        OperationRequest request = Judging.Convolution();
        DenseTensor<float> got = Judging.Right(request, "output");
        got.Span[41] = 77.5f;
        OperationRequest relu = Judging.Request("relu", [("input", DenseTensor<float>.From([1, 1], 2))]);
        OperationJudge judge = new(new JudgeOptions { Details = true });
        return new VerdictReport("a <b> & c", [judge.Of(request, [new("output", got, SafetensorsType.F32)], ArithmeticModel.Fp32, "conv<1>"), judge.Of(relu, [new("output", DenseTensor<float>.From([float.NaN, 1], 2), SafetensorsType.F32)], ArithmeticModel.Tf32)])
        {
            Facts = [new("device", "\"x\"")],
            Tables = [new VerdictTable("further", ["layer", "bits"], [["one", "2"]])],
        };
    });

    [Fact]
    public void The_page_is_well_formed_and_refers_to_nothing_outside()
    {
        string page = VerdictPage.Render(Report.Value);
        string xml = Void().Replace(page.Replace("<!DOCTYPE html>", string.Empty, StringComparison.Ordinal), string.Empty);
        XDocument document = XDocument.Parse(xml);
        Assert.Equal("html", document.Root?.Name.LocalName);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.All(Source().Matches(page), match => Assert.StartsWith("data:image/png;base64,", match.Groups[1].Value, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_shows_verdicts_maps_histogram_worst_elements_and_their_products()
    {
        string page = VerdictPage.Render(Report.Value);
        string[] shown =
        [
            "a &lt;b&gt; &amp; c", "conv&lt;1&gt;", "wrong", "one element, [0, 0, 4, 5]", "P1", "<svg", "by image and channel", "What [0, 0, 4, 5] was computed from", "<th scope=\"col\" class=\"n\">product</th>", "77.5",
            "The 12 greatest of 36", "further", "tf32",
        ];
        Assert.All(shown, text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.True(Source().Count(page) >= 3);
    }

    [Fact]
    public void The_products_of_a_worst_element_add_up_to_its_value()
    {
        OperationRequest request = Judging.Request("conv2d", [("input", TestTensors.Normal<float>(1, 1, 1, 5, 5)), ("weight", TestTensors.Normal<float>(2, 1, 1, 3, 3))]);
        DenseTensor<float> got = Judging.Right(request, "output");
        double value = got.Span[4];
        got.Span[4] += 1;
        TensorVerdict verdict = new OperationJudge(new JudgeOptions { Details = true }).Of(request, [new("output", got, SafetensorsType.F32)], ArithmeticModel.Fp32).Outputs[0];
        Assert.Equal(4, verdict.Operands[0].Index);
        Assert.Equal(9, verdict.Operands[0].Rows.Count);
        Assert.Equal(value, verdict.Operands[0].Rows.Sum(row => double.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture)), 1e-6);
    }

    [Fact]
    public void Json_keeps_its_names()
    {
        JsonNode json = JsonNode.Parse(VerdictJson.Of(Report.Value))!;
        Assert.Equal(["format", "version", "title", "facts", "verdict", "kept", "firstWrong", "operations", "tables"], Names(json));
        Assert.Equal("robmask-verdicts", (string?)json["format"]);
        Assert.Equal(1, (int?)json["version"]);
        Assert.Equal("wrong", (string?)json["verdict"]);
        Assert.False((bool?)json["kept"]);
        Assert.Equal("conv<1>", (string?)json["firstWrong"]);
        JsonNode operation = json["operations"]![0]!;
        Assert.Equal(["label", "operation", "attributes", "declared", "verdict", "missing", "unknown", "outputs"], Names(operation));
        JsonNode output = operation["outputs"]![0]!;
        string[] wanted =
        [
            "name", "shape", "stored", "verdict", "theorem", "elements", "bitwise", "undecided", "outside", "first", "gauge", "greatestError", "histogram", "bias", "biasFromZero", "cause", "worst",
        ];
        Assert.Empty(wanted.Except(Names(output)));
        Assert.Equal(["index", "place", "got", "expected", "bound", "gauge"], Names(output["first"]!));
        Assert.Equal(41, (int?)output["first"]!["index"]);
        Assert.Equal("NaN", (string?)json["operations"]![1]!["outputs"]![0]!["first"]!["got"]);
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(pair => pair.Key);

    [GeneratedRegex("<(meta|img)[^>]*>")]
    private static partial Regex Void();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Source();
}
