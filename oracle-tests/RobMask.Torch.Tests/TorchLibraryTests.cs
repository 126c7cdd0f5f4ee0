using RobMask.Torch.Native;
using TorchSharp;
using Xunit;

namespace RobMask.Torch.Tests;

public sealed class TorchLibraryTests
{
    [Fact]
    public async Task Libtorch_computes_after_loading_from_many_threads_at_once()
    {
        TorchLibraryInfo[] loaded = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(TorchLibrary.Load)));

        Assert.All(loaded, info => Assert.Same(loaded[0], info));
        using torch.Tensor sum = torch.ones(3).sum();
        Assert.Equal(3f, sum.item<float>());
    }

    [Fact]
    public void Libtorch_is_used_where_it_lies_and_not_copied_beside_the_tests()
    {
        TorchLibrary.Load();
        Assert.Empty(Directory.GetFiles(AppContext.BaseDirectory, "libtorch_cpu.so", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_dynamic_linkers_own_words_reach_the_caller()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "libnosuchthing.so");
        Assert.Equal(0, DynamicLinker.Open(path, out string error));
        Assert.Contains("libnosuchthing.so: cannot open shared object file", error, StringComparison.Ordinal);
    }
}
