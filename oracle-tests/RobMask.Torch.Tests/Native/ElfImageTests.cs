using RobMask.Torch.Native;
using Xunit;

namespace RobMask.Torch.Tests.Native;

public sealed class ElfImageTests
{
    private static readonly HashSet<string> _old = ["NEW_1"];

    [Fact]
    public void A_needed_version_is_read_through_the_dynamic_segment()
    {
        VersionNeed need = Assert.Single(new ElfImage(SyntheticElf.Build(relocated: false), "x").VersionNeeds());

        Assert.Equal(new VersionNeed("libx.so.1", "NEW_2", 5, 0, SyntheticElf.FlagsOffset), need);
        Assert.True(need.IsRequired);
    }

    [Fact]
    public void Weakening_changes_the_one_flag_and_no_other_byte()
    {
        byte[] before = SyntheticElf.Build(relocated: false);
        byte[] after = (byte[])before.Clone();

        WeakenedCopy.Weaken(after, "x", "libx.so.1", _old);

        int changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        Assert.Equal(SyntheticElf.FlagsOffset, changed);
        Assert.Equal(2, after[changed]);
        Assert.Empty(WeakenedCopy.Missing(new ElfImage(after, "x"), "libx.so.1", _old));
    }

    [Fact]
    public void A_version_whose_symbol_has_a_relocation_is_never_weakened()
    {
        byte[] bytes = SyntheticElf.Build(relocated: true);
        byte[] before = (byte[])bytes.Clone();

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => WeakenedCopy.Weaken(bytes, "x", "libx.so.1", _old));

        Assert.Contains("marker", error.Message, StringComparison.Ordinal);
        Assert.Contains("NEW_2", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, bytes);
    }

    [Fact]
    public void A_version_that_the_system_gives_or_another_library_lacks_stays_required()
    {
        byte[] bytes = SyntheticElf.Build(relocated: false);
        byte[] before = (byte[])bytes.Clone();

        WeakenedCopy.Weaken(bytes, "x", "libx.so.1", new HashSet<string> { "NEW_2" });
        WeakenedCopy.Weaken(bytes, "x", "liby.so.1", _old);

        Assert.Equal(before, bytes);
    }

    [Fact]
    public void TorchSharps_own_libtorch_has_every_symbol_that_it_calls_and_another_would_be_named()
    {
        TorchLibraryInfo info = TorchLibrary.Load();
        ElfImage image = new(File.ReadAllBytes(info.TorchSharpFile!), info.TorchSharpFile!);

        Assert.Contains(image.RequiredSymbols(), symbol => symbol.StartsWith("_ZN2at", StringComparison.Ordinal));
        Assert.Empty(SymbolCheck.Missing(image, symbol => System.Runtime.InteropServices.NativeLibrary.TryGetExport(TorchLibrary.Handle, symbol, out _)));
        string[] withoutConvolution = SymbolCheck.Missing(image, symbol => !symbol.Contains("conv2d", StringComparison.Ordinal));
        Assert.NotEmpty(withoutConvolution);
        Assert.All(withoutConvolution, symbol => Assert.Contains("conv2d", symbol, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0x7e, "7F 45 4C 46")]
    [InlineData(4, 1, "64-bit")]
    [InlineData(56, 1, "a dynamic segment")]
    public void A_broken_header_is_named_with_its_offset(int offset, byte value, string expected)
    {
        byte[] bytes = SyntheticElf.Build(relocated: false);
        bytes[offset] = value;

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new ElfImage(bytes, "x.so"));

        Assert.StartsWith("x.so: at offset ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused_without_another_exception()
    {
        byte[] bytes = SyntheticElf.Build(relocated: true);
        for (int length = 0; length < 0x280; length++)
        {
            byte[] cut = bytes[..length];
            Assert.Throws<InvalidDataException>(() => WeakenedCopy.Weaken(cut, "x", "libx.so.1", _old));
        }
    }

    [Fact]
    public void The_real_library_names_its_marker_version_and_does_not_use_it()
    {
        string path = TorchFolders.ForTorchSharp().Select(folder => Path.Combine(folder, "libLibTorchSharp.so")).First(File.Exists);
        ElfImage image = new(File.ReadAllBytes(path), path);

        VersionNeed marker = Assert.Single(image.VersionNeeds(), need => need.Version == "GLIBCXX_3.4.32");
        VersionNeed used = Assert.Single(image.VersionNeeds(), need => need.Version == "GLIBCXX_3.4.30");

        Assert.Equal("libstdc++.so.6", marker.Library);
        Assert.Empty(image.RelocatedSymbols(marker));
        Assert.NotEmpty(image.RelocatedSymbols(used));
    }
}
