using System.Text.Json;
using System.Text.Json.Serialization;

namespace RobMask.Training;

/// <summary>Writes a list of yes and no as one word of 1 and 0: ten thousand images fit a line.</summary>
internal sealed class BitListConverter : JsonConverter<IReadOnlyList<bool>>
{
    public override IReadOnlyList<bool> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = reader.GetString() ?? string.Empty;
        return text.AsSpan().IndexOfAnyExcept('0', '1') < 0
            ? [.. text.Select(letter => letter == '1')]
            : throw new JsonException("a word of 0 and 1 was expected");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<bool> value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Create(value.Count, value, static (span, bits) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = bits[i] ? '1' : '0';
            }
        }));
}
