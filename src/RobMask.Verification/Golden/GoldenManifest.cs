using System.Text.Encodings.Web;
using System.Text.Json;
using RobMask.Checkpoints;

namespace RobMask.Verification.Golden;

/// <summary>The list of all golden cases, <c>golden/manifest.json</c>.</summary>
public sealed record GoldenManifest
{
    /// <summary>The version of the corpus' format that this code reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The only value of <see cref="Format"/>.</summary>
    public const string FormatName = "robmask-golden";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    /// <summary>What this file is.</summary>
    public required string Format { get; init; }

    /// <summary>The version of the format.</summary>
    public required int Version { get; init; }

    /// <summary>The profile of evaluation orders whose bits these are: docs/evaluation-order.md.</summary>
    public required string Profile { get; init; }

    /// <summary>The cases, in the order of their operations.</summary>
    public required IReadOnlyList<GoldenEntry> Cases { get; init; }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="InvalidDataException">The file is not one; the message says where.</exception>
    public static GoldenManifest Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: there is no such file; a golden corpus has its manifest there");
        }

        try
        {
            GoldenManifest manifest = JsonSerializer.Deserialize<GoldenManifest>(File.ReadAllText(path), Json) ?? throw new InvalidDataException($"{path}: null instead of a manifest");
            if (manifest.Cases.ToList().FindIndex(entry => entry is null) is >= 0 and int nothing)
            {
                throw new InvalidDataException($"{path}: case {nothing} is null");
            }

            return manifest.Format == FormatName && manifest.Version == CurrentVersion
                ? manifest
                : throw new InvalidDataException($"{path}: format «{manifest.Format}» version {manifest.Version}; expected «{FormatName}» version {CurrentVersion}");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: not a manifest at line {error.LineNumber + 1}, byte {error.BytePositionInLine}: {error.Message}", error);
        }
    }

    /// <summary>Writes the manifest, complete or not at all.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Json) + "\n");
}

/// <summary>One golden case.</summary>
public sealed record GoldenEntry
{
    /// <summary>Its name, «operation/case»: stable, never given to another case.</summary>
    public required string Name { get; init; }

    /// <summary>The operation: one of <c>robmask op --list</c>, or <c>network_step</c>, <c>pgd_attack</c>, <c>training_run</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Its attributes, as text.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Why the case exists.</summary>
    public required string Why { get; init; }

    /// <summary>The file, beside the manifest, with the inputs «in.NAME» and the outputs «f32.NAME» and «f64.NAME»; null where the inputs are drawn.</summary>
    public string? File { get; init; }

    /// <summary>How the inputs are drawn, where there is no file.</summary>
    public IReadOnlyDictionary<string, GoldenDraw>? Draws { get; init; }

    /// <summary>SHA-256 of each output, by precision («f32», «f64») and name: of its elements, little-endian, every NaN as the quiet one of sign 0 and payload 0.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Sha256 { get; init; }
}

/// <summary>Numbers of <c>robmask op philox</c> as an input, in F32.</summary>
/// <param name="Shape">Its extents.</param>
/// <param name="Distribution">normal or uniform.</param>
/// <param name="Seed">The key.</param>
/// <param name="Stream">The stream.</param>
public sealed record GoldenDraw(IReadOnlyList<int> Shape, string Distribution, ulong Seed, uint Stream);
