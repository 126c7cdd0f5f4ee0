using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Numbers of a network or a mask as tensors, copied to a device once and not at every pass, which would wait for it.</summary>
internal static class TorchConstants
{
    private static readonly ConditionalWeakTable<object, Dictionary<(ScalarType Type, string Device), Tensor>> _known = [];

    /// <summary>The tensor of some numbers.</summary>
    /// <param name="owner">The object whose numbers they are, which never change.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="extents">The tensor's.</param>
    /// <param name="like">Has the type and the device.</param>
    public static Tensor Of(object owner, Func<float[]> values, long[] extents, Tensor like)
    {
        Dictionary<(ScalarType, string), Tensor> known = _known.GetOrCreateValue(owner);
        lock (known)
        {
            if (!known.TryGetValue((like.dtype, like.device.ToString()), out Tensor? constant))
            {
                constant = tensor(values(), extents, dtype: like.dtype, device: like.device).DetachFromDisposeScope();
                known.Add((like.dtype, like.device.ToString()), constant);
            }

            return constant;
        }
    }
}
