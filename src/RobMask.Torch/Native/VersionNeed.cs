namespace RobMask.Torch.Native;

/// <summary>One record of <c>.gnu.version_r</c>: this file wants that version of that library.</summary>
/// <param name="Library">The library's soname, for example <c>libstdc++.so.6</c>.</param>
/// <param name="Version">For example <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">The number by which <c>.gnu.version</c> refers to it.</param>
/// <param name="Flags">Bit 1 (value 2) is VER_FLG_WEAK: loading goes on without this version.</param>
/// <param name="FlagsOffset">Where the flags stand in the file.</param>
internal sealed record VersionNeed(string Library, string Version, ushort Index, ushort Flags, int FlagsOffset)
{
    /// <summary>VER_FLG_WEAK of <c>elf.h</c>.</summary>
    public const ushort Weak = 2;

    /// <summary>Whether the dynamic linker refuses the file when the version is missing.</summary>
    public bool IsRequired => (Flags & Weak) == 0;
}
