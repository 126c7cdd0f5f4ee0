using System.Text.Json;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Checkpoints;

/// <summary>The JSON header of a safetensors file, read strictly.</summary>
/// <remarks>
/// One object whose keys are tensor names, each with exactly <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>, and at
/// most one <c>__metadata__</c> of strings. A name occurs once at every level. The tensors' byte ranges, sorted, follow
/// each other without a gap from 0 to the end of the file.
/// </remarks>
internal static class SafetensorsHeader
{
    /// <summary>Where the header begins in the file, after its 64-bit length.</summary>
    public const int Start = 8;

    // The integers that every JSON reader agrees on; sums of two of them stay far from overflow.
    private const long LargestInteger = 1L << 53;

    private const string MetadataKey = "__metadata__";

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The number of bytes after the header.</param>
    /// <param name="metadata">Receives the metadata.</param>
    /// <returns>The tensors in the order of their bytes.</returns>
    public static List<SafetensorsEntry> Parse(string file, ReadOnlySpan<byte> json, long dataLength, Dictionary<string, string> metadata)
    {
        Utf8JsonReader reader = new(json);
        try
        {
            List<SafetensorsEntry> entries = ParseRoot(file, ref reader, Start + json.Length, metadata);
            return InFileOrder(file, entries, Start + json.Length, dataLength);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw BadFile.At(file, Start + reader.TokenStartIndex, $"the header must be valid JSON in UTF-8: {error.Message}", error);
        }
    }

    private static List<SafetensorsEntry> ParseRoot(string file, ref Utf8JsonReader reader, long dataStart, Dictionary<string, string> metadata)
    {
        List<SafetensorsEntry> entries = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        reader.Read();
        Expect(file, ref reader, JsonTokenType.StartObject, "the header must be one object");
        while (ReadKey(file, ref reader, names) is string name)
        {
            reader.Read();
            Expect(file, ref reader, JsonTokenType.StartObject, $"«{name}» must be an object");
            if (name == MetadataKey)
            {
                ParseMetadata(file, ref reader, metadata);
            }
            else
            {
                entries.Add(ParseEntry(file, name, ref reader, dataStart));
            }
        }

        if (reader.Read())
        {
            throw Bad(file, ref reader, "nothing may follow the header's object");
        }

        return entries;
    }

    private static void ParseMetadata(string file, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (ReadKey(file, ref reader, keys) is string key)
        {
            reader.Read();
            Expect(file, ref reader, JsonTokenType.String, $"metadata «{key}» must be a string");
            metadata.Add(key, reader.GetString()!);
        }
    }

    private static SafetensorsEntry ParseEntry(string file, string name, ref Utf8JsonReader reader, long dataStart)
    {
        SafetensorsType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (ReadKey(file, ref reader, keys) is string key)
        {
            reader.Read();
            switch (key)
            {
                case "dtype":
                    Expect(file, ref reader, JsonTokenType.String, $"dtype of «{name}» must be a string");
                    type = ParseType(file, name, ref reader);
                    break;
                case "shape":
                    shape = ParseNumbers(file, $"shape of «{name}»", ref reader);
                    break;
                case "data_offsets":
                    offsets = ParseNumbers(file, $"data_offsets of «{name}»", ref reader);
                    break;
                default:
                    throw Bad(file, ref reader, $"«{name}» has dtype, shape and data_offsets, and no «{key}»");
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw Bad(file, ref reader, $"«{name}» must have a dtype, a shape and two data_offsets");
        }

        Int128 elements = 1;
        int[] extents = new int[shape.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            elements *= shape[i];
            if (elements > Array.MaxLength || shape[i] > Array.MaxLength)
            {
                throw Bad(file, ref reader, $"«{name}» of shape [{string.Join(", ", shape)}] has more than {Array.MaxLength} elements");
            }

            extents[i] = (int)shape[i];
        }

        long length = (long)elements * type.Value.Size();
        return begin <= end && end - begin == length
            ? new SafetensorsEntry(name, type.Value, new TensorShape(extents), dataStart + begin)
            : throw Bad(file, ref reader, $"«{name}» of {type} [{string.Join(", ", shape)}] has {length} bytes, data_offsets say {begin} to {end}");
    }

    private static SafetensorsType ParseType(string file, string name, ref Utf8JsonReader reader)
    {
        string text = reader.GetString()!;
        string[] known = Enum.GetNames<SafetensorsType>();
        return known.Contains(text)
            ? Enum.Parse<SafetensorsType>(text)
            : throw Bad(file, ref reader, $"dtype of «{name}» is «{text}», not one of {string.Join(", ", known)}");
    }

    private static long[] ParseNumbers(string file, string what, ref Utf8JsonReader reader)
    {
        Expect(file, ref reader, JsonTokenType.StartArray, $"{what} must be an array");
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(file, ref reader, JsonTokenType.Number, $"{what} must hold numbers");
            if (!reader.TryGetInt64(out long number) || number < 0 || number > LargestInteger)
            {
                throw Bad(file, ref reader, $"{what} must hold integers from 0 to 2⁵³");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static List<SafetensorsEntry> InFileOrder(string file, List<SafetensorsEntry> entries, long dataStart, long dataLength)
    {
        List<SafetensorsEntry> sorted = [.. entries.OrderBy(e => e.Offset).ThenBy(e => e.ByteLength)];
        long end = dataStart;
        foreach (SafetensorsEntry entry in sorted)
        {
            if (entry.Offset != end)
            {
                throw BadFile.At(file, end, $"the next tensor must begin here, but «{entry.Name}» begins at byte {entry.Offset}");
            }

            end += entry.ByteLength;
        }

        return end == dataStart + dataLength
            ? sorted
            : throw BadFile.At(file, end, $"the file must end where its last tensor ends, but it has {dataStart + dataLength} bytes");
    }

    private static string? ReadKey(string file, ref Utf8JsonReader reader, HashSet<string> seen)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        string key = reader.GetString()!;
        return seen.Add(key) ? key : throw Bad(file, ref reader, $"«{key}» occurs twice");
    }

    private static void Expect(string file, ref Utf8JsonReader reader, JsonTokenType type, string rule)
    {
        if (reader.TokenType != type)
        {
            throw Bad(file, ref reader, $"{rule}, found {reader.TokenType}");
        }
    }

    private static InvalidDataException Bad(string file, ref Utf8JsonReader reader, string rule) =>
        BadFile.At(file, Start + reader.TokenStartIndex, rule);
}
