using System.Runtime.InteropServices;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>Tensors as the little-endian bytes of their elements.</summary>
internal static class TensorBytes
{
    /// <summary>Makes a tensor of a type (not F16 or BF16) and lets <paramref name="fill"/> write its bytes.</summary>
    /// <exception cref="InvalidDataException">A BOOL is neither 0 nor 1.</exception>
    public static ITensor Make(string where, long offset, SafetensorsType type, TensorShape shape, Action<Span<byte>> fill)
    {
        ITensor tensor = type switch
        {
            SafetensorsType.F32 => new DenseTensor<float>(shape),
            SafetensorsType.F64 => new DenseTensor<double>(shape),
            SafetensorsType.I32 => new DenseTensor<int>(shape),
            SafetensorsType.I64 => new DenseTensor<long>(shape),
            SafetensorsType.U8 => new DenseTensor<byte>(shape),
            SafetensorsType.BOOL => new DenseTensor<bool>(shape),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "tensor file: no tensor in memory has this element type"),
        };
        ForEachPart(tensor, part => fill(part));
        if (tensor is DenseTensor<bool> mask)
        {
            int wrong = MemoryMarshal.AsBytes(mask.Span).IndexOfAnyExceptInRange((byte)0, (byte)1);
            if (wrong >= 0)
            {
                throw BadFile.At(where, offset + wrong, $"a boolean must be 0 or 1, found {MemoryMarshal.AsBytes(mask.Span)[wrong]}");
            }
        }

        return tensor;
    }

    /// <summary>Writes the bytes of a tensor.</summary>
    public static void Write(ITensor tensor, Stream stream) => ForEachPart(tensor, part => stream.Write(part));

    private delegate void PartAction(Span<byte> part);

    /// <summary>In parts, because a span of bytes cannot be as long as the longest span of doubles.</summary>
    private static void ForEachPart(ITensor tensor, PartAction action)
    {
        switch (tensor)
        {
            case DenseTensor<float> values: Parts(values.Span, action); break;
            case DenseTensor<double> values: Parts(values.Span, action); break;
            case DenseTensor<int> values: Parts(values.Span, action); break;
            case DenseTensor<long> values: Parts(values.Span, action); break;
            case DenseTensor<byte> values: Parts(values.Span, action); break;
            case DenseTensor<bool> values: Parts(values.Span, action); break;
            default: TensorFile.TypeOf(tensor); break;
        }
    }

    private static void Parts<T>(Span<T> values, PartAction action)
        where T : unmanaged
    {
        const int Chunk = 1 << 20;
        for (int done = 0; done < values.Length; done += Chunk)
        {
            action(MemoryMarshal.AsBytes(values.Slice(done, Math.Min(Chunk, values.Length - done))));
        }
    }
}
