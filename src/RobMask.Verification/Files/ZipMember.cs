namespace RobMask.Verification.Files;

/// <summary>One member of a zip archive, as its central directory and its local header agree.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Start">Where its bytes begin in the file.</param>
/// <param name="Deflated">True where they are deflated, false where they are stored.</param>
/// <param name="StoredLength">How many they are in the file.</param>
/// <param name="Length">How many they are unpacked.</param>
/// <param name="Crc">The checksum of the unpacked bytes.</param>
internal sealed record ZipMember(string Name, long Start, bool Deflated, long StoredLength, long Length, uint Crc);
