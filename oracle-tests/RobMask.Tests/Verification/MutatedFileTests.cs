using System.IO.Compression;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>Damaged bytes give an error of data or a readable file: never another exception, a hang or a huge allocation.</summary>
public sealed class MutatedFileTests : IDisposable
{
    // A deflated member of so few bytes cannot claim to unpack to more than this.
    private const int MostBytes = 2_000_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".npy")]
    [InlineData(".npz")]
    [InlineData("deflated.npz")]
    public void Ten_thousand_mutations_give_an_error_of_data_or_a_readable_file(string kind) => Mutate(kind, 10_000, 20261123);

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".npy")]
    [InlineData(".npz")]
    [InlineData("deflated.npz")]
    public void A_hundred_thousand_mutations_give_an_error_of_data_or_a_readable_file(string kind) => Mutate(kind, 100_000, 4);

    private void Mutate(string kind, int rounds, int seed)
    {
        byte[] whole = Sample(kind);
        Random random = new(seed);
        string path = _folder["mutated" + (kind == "deflated.npz" ? ".npz" : kind)];
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            // ext4 writes a file to the disk when it is cut to nothing and filled again, but not when it is a new one.
            File.Delete(path);
            File.WriteAllBytes(path, Mutated(whole, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using ITensorFile file = TensorFile.Open(path);
                foreach (TensorEntry entry in file.Entries)
                {
                    Assert.Equal(entry.Shape, file.Load(entry.Name).Shape);
                }
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"{kind}, seed {seed}, round {round}: {error}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostBytes, $"{kind}, seed {seed}, round {round}: {allocated} bytes allocated");
        }

        // A test that refuses nothing, or everything, does not test the reader behind the first check.
        Assert.InRange(refused, rounds / 10, rounds - 1);
    }

    /// <summary>One to four changes: a byte replaced, a bit flipped, an extreme 32-bit number, the end cut off, or bytes doubled.</summary>
    private static byte[] Mutated(byte[] whole, Random random)
    {
        byte[] bytes = (byte[])whole.Clone();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int place = random.Next(bytes.Length);
            switch (random.Next(8))
            {
                case 0: bytes = bytes[..Math.Max(place, 1)]; break;
                case 1: bytes = [.. bytes[..place], .. bytes[Math.Max(0, place - random.Next(1, 64))..]]; break;
                case 2 when place + 4 <= bytes.Length: BitConverter.TryWriteBytes(bytes.AsSpan(place), random.Next(2) == 0 ? int.MaxValue : -random.Next(3)); break;
                case 3 or 4: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                default: bytes[place] = (byte)random.Next(256); break;
            }
        }

        return bytes;
    }

    private byte[] Sample(string kind)
    {
        string path = _folder["sample" + (kind == "deflated.npz" ? ".npz" : kind)];
        NamedTensor[] tensors = TensorSamples.Named();
        if (kind != "deflated.npz")
        {
            TensorFile.Write(path, kind == ".npy" ? tensors[..1] : tensors);
            return File.ReadAllBytes(path);
        }

        using (ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create))
        {
            foreach (NamedTensor tensor in tensors)
            {
                using Stream member = archive.CreateEntry(tensor.Name + ".npy", CompressionLevel.Optimal).Open();
                NpyWriter.Write(tensor.Tensor, member);
            }
        }

        return File.ReadAllBytes(path);
    }
}
