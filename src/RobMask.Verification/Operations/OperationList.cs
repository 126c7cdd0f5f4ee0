using System.Text.Encodings.Web;
using System.Text.Json;

namespace RobMask.Verification.Operations;

/// <summary>The catalogue as text, for people and for programs.</summary>
public static class OperationList
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All operations as one JSON object: version, and for each its inputs, attributes and outputs.</summary>
    public static string ToJson() => JsonSerializer.Serialize(
        new
        {
            OperationCatalog.Version,
            profile = "fma1",
            operations = OperationCatalog.All.Select(o => new
            {
                o.Name,
                o.Summary,
                inputs = o.Inputs.Select(i => new { i.Name, i.Type, i.Shape, i.Optional }),
                attributes = o.Attributes.Select(a => new { a.Name, kind = a.Kind.ToString().ToLowerInvariant(), required = a.Default is null, @default = a.Default, a.Range }),
                outputs = o.Outputs.Select(x => new { x.Name, x.Type, x.Shape, x.Condition }),
            }),
        },
        Json);

    /// <summary>Writes one operation after the other, a line for each of its parts.</summary>
    public static void Write(TextWriter output)
    {
        foreach (Operation operation in OperationCatalog.All)
        {
            output.WriteLine($"{operation.Name}: {operation.Summary}");
            foreach (OperationInput input in operation.Inputs)
            {
                output.WriteLine($"  in    {input.Name}{(input.Optional ? "?" : string.Empty)}  {input.Type}  {input.Shape}");
            }

            foreach (OperationSetting attribute in operation.Attributes)
            {
                output.WriteLine($"  attr  {attribute.Name}{(attribute.Default is null ? " (required)" : " = " + attribute.Default)}  {attribute.Range}");
            }

            foreach (OperationOutput given in operation.Outputs)
            {
                output.WriteLine($"  out   {given.Name}  {given.Type}  {given.Shape}{(given.Condition.Length == 0 ? string.Empty : "  " + given.Condition)}");
            }
        }
    }
}
