using System.Runtime.InteropServices;
using RobMask.Torch.Engine;
using TorchSharp;
using Xunit;

namespace RobMask.Torch.Tests.Engine;

public sealed class TorchMemoryTests
{
    // libtorch's own words; those of CUDA were never seen here: they are taken from its source.
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 1 has a total capacity of 139.80 GiB of which 4.75 MiB is free. Including non-PyTorch memory, this process has 139.79 GiB memory in use. Of the allocated memory 138.00 GiB is allocated by PyTorch, and 1.00 GiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.", "cuda:1: too little GPU memory: 20.00 MiB more were wanted, 4.75 MiB of 139.80 GiB are free")]
    [InlineData("CUDA out of memory. Tried to allocate 512.00 MiB (GPU 0; 10.76 GiB total capacity; 9.51 GiB already allocated; 20.44 MiB free; 9.60 GiB reserved in total by PyTorch)", "cuda:0: too little GPU memory: 512.00 MiB more were wanted, 20.44 MiB of 10.76 GiB are free")]
    [InlineData("[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 134217728 bytes. Error code 12 (Cannot allocate memory)", "cpu: too little memory: 128 MiB more were wanted")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "too little memory (CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`)")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported", "too little memory (CUDA error: out of memory)")]
    public void Memory_that_ran_out_is_told_from_other_errors(string message, string expected)
    {
        Assert.Equal(expected, TorchMemory.Explain(new ExternalException(message)));
        Assert.Equal(expected, TorchMemory.Explain(new AggregateException(new ExternalException(message))));
    }

    [Fact]
    public void Other_errors_are_not_about_memory()
    {
        Assert.Null(TorchMemory.Explain(new ExternalException("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)")));
        Assert.Null(TorchMemory.Explain(new InvalidOperationException("CUDA out of memory.")));
    }

    [Fact]
    public void What_this_libtorch_says_is_understood()
    {
        TorchLibrary.Load();
        ExternalException error = Assert.Throws<ExternalException>(() => torch.zeros(1L << 50));
        Assert.Equal("cpu: too little memory: 4294967296 MiB more were wanted", TorchMemory.Explain(error));
    }
}
