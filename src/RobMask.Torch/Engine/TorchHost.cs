using RobMask.Engines.Recording;
using RobMask.Tensors;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Copies tensors to the host for a recorder.</summary>
internal static class TorchHost
{
    /// <summary>A copy under a role; the name is that of something that no operation gives.</summary>
    public static RecordedTensor Recorded(string role, Tensor value, string? name = null)
    {
        using Tensor host = value.detach().to(CPU).contiguous();
        TensorShape shape = new([.. host.shape.Select(extent => (int)extent)]);
        return new RecordedTensor(
            role,
            host.dtype switch
            {
                ScalarType.Float64 => DenseTensor<double>.From(host.data<double>().ToArray(), [.. shape.Extents]),
                ScalarType.Int64 => DenseTensor<long>.From(host.data<long>().ToArray(), [.. shape.Extents]),
                _ => DenseTensor<float>.From(host.data<float>().ToArray(), [.. shape.Extents]),
            },
            name);
    }
}
