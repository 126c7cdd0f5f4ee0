using RobMask.Torch.Native;
using Xunit;

namespace RobMask.Torch.Tests.Native;

public sealed class WeakenedCopyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robmask-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_stored_copy_is_reused_and_repaired_when_damaged()
    {
        string path = WeakenedCopy.Store([1, 2, 3], "x.so", [_folder]);
        File.WriteAllBytes(path, [1, 2]);

        Assert.Equal(path, WeakenedCopy.Store([1, 2, 3], "x.so", [_folder]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Different_contents_never_share_a_path() =>
        Assert.NotEqual(WeakenedCopy.Store([1], "x.so", [_folder]), WeakenedCopy.Store([2], "x.so", [_folder]));

    [Fact]
    public async Task Many_writers_at_once_leave_one_whole_file()
    {
        byte[] bytes = new byte[1 << 20];
        new Random(1).NextBytes(bytes);

        string[] paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => WeakenedCopy.Store(bytes, "x.so", [_folder]))));

        string path = Assert.Single(paths.Distinct());
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_gives_way_to_the_next_and_the_last_one_fails_by_name()
    {
        string blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "a file where a folder is wanted");

        Assert.StartsWith(Path.Combine(_folder, "next"), WeakenedCopy.Store([1], "x.so", [blocked, Path.Combine(_folder, "next")]), StringComparison.Ordinal);
        IOException error = Assert.Throws<IOException>(() => WeakenedCopy.Store([1], "x.so", [blocked]));
        Assert.Contains(blocked, error.Message, StringComparison.Ordinal);
    }
}
