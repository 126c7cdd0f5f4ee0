using RobMask.Torch.Engine;
using RobMask.Torch.Native;
using Xunit;

namespace RobMask.Torch.Tests.Native;

public sealed class CudaMemoryTests
{
    [Fact]
    public void The_runtime_is_found_among_the_mapped_files()
    {
        string[] maps =
        [
            "7f00-7f01 r-xp 00000000 00:00 0 ",
            "7f02-7f03 r-xp 00000000 08:01 12    /usr/lib/libcudart-tools/libc.so.6",
            "7f04-7f05 r-xp 00000000 08:01 13    /opt/a torch/lib/libcudart-9335f6a2.so.12",
        ];
        Assert.Equal("/opt/a torch/lib/libcudart-9335f6a2.so.12", CudaMemory.RuntimeIn(maps));
        Assert.Null(CudaMemory.RuntimeIn(maps[..2]));
    }

    [Fact]
    public void On_the_processor_there_is_no_device_memory_to_tell()
    {
        using TorchEngine engine = new();
        Assert.Null(engine.PeakDeviceBytes);
    }
}
