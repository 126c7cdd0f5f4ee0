using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Memory that a thread keeps for its next kernel: aligned, never moved, grown on demand and never given back.</summary>
/// <remarks>
/// A slot holds one buffer a thread. The caller of <see cref="Workers.For"/> may hand the address of its own slots to the
/// parts: the slots stay the caller's until it returns. Parts run on other threads, the caller's included, so slots for the
/// call and slots for the parts are different ones.
/// </remarks>
public static unsafe class Scratch
{
    /// <summary>The number of slots a thread.</summary>
    public const int Slots = 8;

    private const int Alignment = 4096;

    [ThreadStatic]
    private static byte[]?[]? _buffers;

    /// <summary>The address of at least <paramref name="length"/> elements, aligned to a page, with any content.</summary>
    public static T* Get<T>(int slot, long length)
        where T : unmanaged
    {
        long bytes = checked(length * sizeof(T));
        byte[]?[] buffers = _buffers ??= new byte[]?[Slots];
        byte[]? buffer = buffers[slot];
        if (buffer is null || buffer.LongLength < bytes + Alignment)
        {
            if (bytes > Array.MaxLength - Alignment)
            {
                throw new InsufficientMemoryException($"scratch: {bytes} bytes are more than one buffer holds; use a smaller batch");
            }

            // A quarter more than asked, so that slowly growing requests do not allocate each time.
            buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, bytes + (bytes / 4) + Alignment), pinned: true);
            buffers[slot] = buffer;
        }

        nuint address = (nuint)Unsafe.AsPointer(ref buffer[0]);
        return (T*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
