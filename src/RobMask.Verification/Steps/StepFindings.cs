using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobMask.Verification.Steps;

/// <summary>What the JSON of robmask's verbs says, in a line or two, and the same JSON without its long lists.</summary>
internal static class StepFindings
{
    private const int MostElements = 40;
    private const string Images = "imagesPerSecond";

    /// <summary>Lines; none for a form that is not known.</summary>
    public static IReadOnlyList<string> Of(JsonNode result) =>
        result["backend"] is not null && result["operations"] is JsonArray operations ? [Check(result, operations)]
        : result["steps"] is JsonArray steps && result["torch"] is not null ? Lockstep(steps, result["verdict"])
        : ImagesPerSecond(result) is double speed ? [Speed(result, speed)]
        : result["results"]?["sections"] is JsonArray sections ? [.. sections.SelectMany(Section)]
        : Text(result["libtorch"], "description") is string libtorch ? [libtorch]
        : Text(result, "summary") is string summary ? [summary]
        : Scalars(result);

    /// <summary>Images a second; null where the JSON says nothing of them.</summary>
    public static double? ImagesPerSecond(JsonNode? result) => Number(result, Images) ?? Number(Figure(result), Images);

    /// <summary>The most memory that was taken on the device.</summary>
    public static double? DeviceBytes(JsonNode? result) => Number(result, "peakDeviceBytes") ?? (Text(result, "device") == "cpu" ? null : Number(Figure(result), "peakBytes"));

    /// <summary>A copy in which no list is longer than <see cref="MostElements"/>, and histograms are left out.</summary>
    public static JsonNode? Shorten(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray array:
                JsonArray shorter = [.. array.Take(MostElements).Select(Shorten)];
                if (array.Count > MostElements)
                {
                    shorter.Add(string.Create(CultureInfo.InvariantCulture, $"… {array.Count - MostElements} more"));
                }

                return shorter;
            case JsonObject members:
                return new JsonObject(members.Where(pair => pair.Key is not ("histogram" or "masks" or "samples")).Select(pair => KeyValuePair.Create(pair.Key, Shorten(pair.Value))));
            default:
                return node?.DeepClone();
        }
    }

    private static string Check(JsonNode result, JsonArray operations)
    {
        double Sum(string name) => operations.Sum(one => Number(one, name) ?? 0);
        string[] wrong = [.. operations.Where(one => Text(one, "verdict") is "wrong" or "explained").Select(one => $"{Text(one, "operation")} {Text(one, "verdict")}")];
        double broken = result["laws"] is JsonArray laws ? laws.Sum(law => Number(law, "broken") ?? 0) : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{Text(result, "precision")}, seed {Text(result, "seed")}: {operations.Count} operations, {Sum("cases")} cases: {Sum("bitwise")} bitwise, {Sum("within")} within, {Sum("explained")} explained, {Sum("wrong")} wrong, {Sum("unproven")} unproven, {Sum("unsupported")} unsupported; laws broken {broken} times{(wrong.Length == 0 ? string.Empty : "; " + string.Join(", ", wrong))}");
    }

    private static List<string> Lockstep(JsonArray steps, JsonNode? verdict)
    {
        List<string> lines = [];
        if (steps.LastOrDefault() is JsonNode last)
        {
            lines.Add($"{steps.Count} steps; loss {Text(last, "leftLoss")} managed, {Text(last, "rightLoss")} torch");
        }

        if (verdict is not null)
        {
            int count = verdict["operations"] is JsonArray operations ? operations.Count : 0;
            lines.Add($"{count} operations judged by bounds: {Text(verdict, "verdict")}{(Text(verdict, "firstWrong") is string first ? $", first wrong: {first}" : string.Empty)}");
        }

        return lines;
    }

    private static string Speed(JsonNode result, double speed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Text(result, "network")}, {Text(result, "method") ?? Text(Figure(result), "method")}, batch {Text(result, "batch") ?? Text(Figure(result), "batch")}, {Text(result, "precision")}: {speed:0.##} images/s{(DeviceBytes(result) is double bytes ? string.Create(CultureInfo.InvariantCulture, $", {bytes / (1 << 20):0} MiB on the device") : string.Empty)}");

    // bench/pytorch_baseline.py gives a list of one figure a method; gpu-check.sh asks for one.
    private static JsonNode? Figure(JsonNode? result) => result is JsonObject members && members["figures"] is JsonArray { Count: > 0 } figures ? figures[0] : null;

    private static IEnumerable<string> Section(JsonNode? section)
    {
        if (section?["measurements"] is JsonArray measurements)
        {
            foreach (IGrouping<string?, JsonNode?> network in measurements.GroupBy(one => Text(one, "network")))
            {
                yield return $"{network.Key}: {string.Join(", ", network.Select(one => string.Create(CultureInfo.InvariantCulture, $"{100 * (Number(one?["accuracy"], "correct") ?? 0) / Math.Max(1, Number(one?["accuracy"], "count") ?? 1):0.0} % {Text(one, "condition")}")))}";
            }
        }

        if (section?["findings"] is JsonArray findings)
        {
            foreach (JsonNode? finding in findings)
            {
                yield return $"{(Text(finding, "verdict") is "notShown" ? "not shown" : Text(finding, "verdict"))}: {Text(finding, "claim")}";
            }
        }
    }

    private static string[] Scalars(JsonNode result) => result is not JsonObject members ? []
        : [string.Join(", ", members.Where(pair => pair.Value is JsonValue value && value.ToString().Length is > 0 and < 80).Take(12).Select(pair => $"{pair.Key} {Text(result, pair.Key)}"))];

    private static double? Number(JsonNode? node, string name) =>
        node is JsonObject members && members[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : null;

    private static string? Text(JsonNode? node, string name) => node is JsonObject members && members[name] is JsonValue value
        ? value.GetValueKind() == JsonValueKind.Number ? value.ToJsonString() : value.ToString()
        : null;
}
