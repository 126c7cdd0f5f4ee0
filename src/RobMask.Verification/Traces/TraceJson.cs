using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using RobMask.Data;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Traces;

/// <summary>The program of a trace as JSON, read strictly: no unknown, double, missing or null member.</summary>
internal static partial class TraceJson
{
    private const string Format = "robmask.trace";
    private const string ByteOrder = "little";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a program.</summary>
    public static string Write(TraceProgram program) => JsonSerializer.Serialize(
        new Document
        {
            Format = Format,
            Version = TraceProgram.Version,
            ByteOrder = ByteOrder,
            Producer = program.Producer,
            Device = program.Device,
            Precision = program.Precision.Name,
            Switches = new(program.Switches),
            Operations =
            [
                .. program.Operations.Select(operation => new Step
                {
                    Name = operation.Name,
                    Op = operation.Op,
                    Phase = Name(operation.Phase),
                    Attributes = operation.Attributes.Count == 0 ? null : new(operation.Attributes),
                    Inputs = new(operation.Inputs),
                    Outputs = new(operation.Outputs),
                    Precision = operation.Precision?.Name,
                    Opaque = operation.Opaque,
                }),
            ],
        },
        Options);

    /// <summary>Reads a program.</summary>
    /// <exception cref="InvalidDataException">The text is not one; the message says where.</exception>
    public static TraceProgram Read(string file, string text)
    {
        Document document = Parse(file, text);
        if (document.Format != Format || document.Version != TraceProgram.Version)
        {
            throw Bad(file, $"format «{document.Format}» version {document.Version}; expected «{Format}» version {TraceProgram.Version}");
        }

        if (document.ByteOrder != ByteOrder)
        {
            throw Bad(file, $"byte_order is «{document.ByteOrder}»; expected «{ByteOrder}», the byte order of safetensors");
        }

        RequireValues(file, "switches", document.Switches);
        List<TraceOperation> operations = [];
        foreach (Step? step in document.Operations)
        {
            operations.Add(Operation(file, $"operations[{operations.Count}]", step ?? throw Bad(file, $"operations[{operations.Count}] is null")));
        }

        return new TraceProgram
        {
            Producer = document.Producer,
            Device = document.Device,
            Precision = Model(file, "precision", document.Precision),
            Switches = document.Switches,
            Operations = operations,
        };
    }

    /// <summary>The name of a phase in the file.</summary>
    public static string Name(TracePhase phase) => phase.ToString().ToLowerInvariant();

    private static Document Parse(string file, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Document>(text, Options) ?? throw Bad(file, "null instead of a program");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file}: {TraceProgram.MetadataKey}: {Words(error)}", error);
        }
    }

    // .NET speaks of members of its types, of which a trace has none.
    private static string Words(JsonException error)
    {
        string where = error.Path is null or "$" ? "the program" : error.Path.TrimStart('$', '.');
        return Unknown().Match(error.Message) is { Success: true } unknown ? $"{where}: there is no member «{unknown.Groups[1].Value}»"
            : Missing().Match(error.Message) is { Success: true } missing ? $"{where}: {missing.Groups[1].Value.Replace("'", string.Empty, StringComparison.Ordinal)} is missing"
            : error.Message.Contains("could not be converted", StringComparison.Ordinal) ? $"{where} has a value of the wrong type"
            : error.Message;
    }

    [GeneratedRegex("property '([^']*)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex(@"missing required properties including: (.*?)\.( Path|$)")]
    private static partial Regex Missing();

    private static TraceOperation Operation(string file, string where, Step step)
    {
        RequireValues(file, $"{where}.attributes", step.Attributes ?? []);
        RequireValues(file, $"{where}.inputs", step.Inputs);
        RequireValues(file, $"{where}.outputs", step.Outputs);
        TracePhase[] phases = Enum.GetValues<TracePhase>();
        int phase = Array.FindIndex(phases, one => Name(one) == step.Phase);
        return new TraceOperation(step.Name, step.Op, phase >= 0 ? phases[phase] : throw Bad(file, $"{where}.phase is «{step.Phase}»; expected {string.Join(", ", phases.Select(Name))}"))
        {
            Attributes = step.Attributes ?? [],
            Inputs = step.Inputs,
            Outputs = step.Outputs,
            Precision = step.Precision is null ? null : Model(file, $"{where}.precision", step.Precision),
            Opaque = step.Opaque,
        };
    }

    private static ArithmeticModel Model(string file, string where, string name) =>
        ArithmeticModel.All.FirstOrDefault(model => model.Name == name)
        ?? throw Bad(file, $"{where} is «{name}»; expected {string.Join(", ", ArithmeticModel.All.Select(model => model.Name))}");

    private static void RequireValues(string file, string where, Dictionary<string, string> values)
    {
        foreach ((string key, string? value) in values)
        {
            if (value is null)
            {
                throw Bad(file, $"{where}.{key} is null; expected text");
            }
        }
    }

    private static InvalidDataException Bad(string file, string rule) => BadFile.Of(file, $"{TraceProgram.MetadataKey}: {rule}");

    private sealed record Document
    {
        public required string Format { get; init; }

        public required int Version { get; init; }

        public required string ByteOrder { get; init; }

        public required string Producer { get; init; }

        public required string Device { get; init; }

        public required string Precision { get; init; }

        public required Dictionary<string, string> Switches { get; init; }

        public required List<Step> Operations { get; init; }
    }

    private sealed record Step
    {
        public required string Name { get; init; }

        public required string Op { get; init; }

        public required string Phase { get; init; }

        public Dictionary<string, string>? Attributes { get; init; }

        public required Dictionary<string, string> Inputs { get; init; }

        public required Dictionary<string, string> Outputs { get; init; }

        public string? Precision { get; init; }

        public bool Opaque { get; init; }
    }
}
