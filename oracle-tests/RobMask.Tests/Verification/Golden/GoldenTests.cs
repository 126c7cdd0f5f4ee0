using RobMask.Kernels;
using RobMask.Tests.Cli;
using RobMask.Verification.Golden;
using Xunit;

namespace RobMask.Tests.Verification.Golden;

/// <summary>The frozen corpus: this machine has its bits, and a change of anything is seen.</summary>
[Collection(RunsAlone.Name)]
public sealed class GoldenTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "golden");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_case_has_its_frozen_bits_on_any_number_of_threads(int threads)
    {
        int before = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = threads;
            Assert.Empty(new GoldenCorpus(Folder).Check([]));
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    [Fact]
    public void Corpus_is_what_the_definitions_give()
    {
        using TemporaryFolder folder = new();
        GoldenUpdate update = new GoldenCorpus(folder["new"]).Update([]);
        Assert.Empty(update.Changed);
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, "manifest.json")), File.ReadAllText(folder["new", "manifest.json"]));
        foreach (string file in Directory.GetFiles(folder["new", "cases"]))
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "cases", Path.GetFileName(file))), File.ReadAllBytes(file));
        }

        Assert.Equal(Directory.GetFiles(Path.Combine(Folder, "cases")).Length, Directory.GetFiles(folder["new", "cases"]).Length);
    }

    [Fact]
    public void A_changed_bit_in_an_output_is_named_with_its_place()
    {
        using TemporaryFolder folder = Copied("relu/usual");
        string path = folder["cases", "relu.usual.safetensors"];
        byte[] bytes = File.ReadAllBytes(path);

        // The second input element: 4 bytes from the first, behind header and its length.
        int start = 8 + (int)BitConverter.ToUInt64(bytes) + 4;
        float input = BitConverter.ToSingle(bytes, start);
        BitConverter.GetBytes(Math.Abs(input) + 1).CopyTo(bytes, start);
        File.WriteAllBytes(path, bytes);
        GoldenDifference difference = new GoldenCorpus(folder[string.Empty]).Check(["relu/usual"])[0];
        Assert.Equal(("relu/usual", "f32", "output"), (difference.Case, difference.Precision, difference.Output));
        Assert.StartsWith("first at [0, 0, 0, 1]: ", difference.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_output_is_told_from_another_result()
    {
        using TemporaryFolder folder = Copied("relu/usual");
        string path = folder["cases", "relu.usual.safetensors"];
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("the file is damaged", Assert.Throws<InvalidDataException>(() => new GoldenCorpus(folder[string.Empty]).Check(["relu"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frozen_bits_change_by_name_only()
    {
        using TemporaryFolder folder = Copied("relu/usual");
        string manifest = folder["manifest.json"];
        string digest = GoldenManifest.Read(manifest).Cases.Single(entry => entry.Name == "relu/usual").Sha256["f32"]["output"];
        string changed = File.ReadAllText(manifest).Replace(digest, new string('0', 64), StringComparison.Ordinal);
        File.WriteAllText(manifest, changed);
        (int code, _, string error) = CommandLine.Run($"golden update --golden {folder[string.Empty]}");
        Assert.Equal(1, code);
        Assert.Contains("relu/usual would change", error, StringComparison.Ordinal);
        Assert.Equal(changed, File.ReadAllText(manifest));
        Assert.Contains("changed: relu/usual\n", CommandLine.Succeed($"golden update --golden {folder[string.Empty]} --accept relu/usual"), StringComparison.Ordinal);
        Assert.Contains("all bits are the same", CommandLine.Succeed($"golden check --golden {folder[string.Empty]}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cases/relu.usual.safetensors", "../relu.usual.safetensors", "outside the corpus")]
    [InlineData("\"version\": 1", "\"version\": 2", "version 2; expected «robmask-golden» version 1")]
    [InlineData("\"cases\": [", "\"cases\": [null,", "case 0 is null")]
    [InlineData("{", "", "not a manifest at line")]
    public void A_bad_manifest_is_refused(string old, string replacement, string message)
    {
        using TemporaryFolder folder = Copied("relu/usual");
        string text = File.ReadAllText(folder["manifest.json"]);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        File.WriteAllText(folder["manifest.json"], text[..at] + replacement + text[(at + old.Length)..]);
        (int code, _, string error) = CommandLine.Run($"golden check --golden {folder[string.Empty]} relu");
        Assert.Equal(3, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_of_an_operation_is_that_of_its_cases()
    {
        string[] lines = CommandLine.Succeed("digest relu").TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.EndsWith("  relu", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("  all", lines[1], StringComparison.Ordinal);
        Assert.Equal(lines[0][..64], lines[1][..64]);
        Assert.Equal(2, CommandLine.Run("digest nonsense").Code);
    }

    private static TemporaryFolder Copied(string name)
    {
        TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["cases"]);
        File.Copy(Path.Combine(Folder, "manifest.json"), folder["manifest.json"]);
        string file = $"{name.Replace('/', '.')}.safetensors";
        File.Copy(Path.Combine(Folder, "cases", file), folder["cases", file]);
        return folder;
    }
}
