using RobMask.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Uniform numbers drawn on a device: Philox4x32-10 in 64-bit integers, with the bits of <see cref="PhiloxStream"/>.</summary>
/// <remarks>
/// Words are kept in the low halves of 64-bit integers. A product of two words modulo 2⁶⁴ has the right 64 bits, whatever
/// its sign. Normal numbers are not drawn here: their quantile function uses logarithms, which a device rounds otherwise.
/// </remarks>
internal static class TorchPhilox
{
    private const long Multiplier0 = 0xD2511F53;
    private const long Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;
    private const int WordBits = 32;
    private const int DroppedBits = 8;
    private const int WordsPerBlock = 4;

    /// <summary>Numbers 0 … count − 1 of <see cref="PhiloxStream.FillUniform{T}(Span{T}, float, float, long)"/>, in float.</summary>
    public static Tensor Uniform(PhiloxKey key, long count, float low, float high, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor words = Words(key, (count + WordsPerBlock - 1) / WordsPerBlock, device).flatten().narrow(0, 0, count);
        Tensor uniform = words.bitwise_right_shift(TorchMath.Whole(DroppedBits, device)).to(ScalarType.Float32).Times(1.0 / (1 << 24));
        return uniform.Times(high - low).Plus(low).MoveToOuterDisposeScope();
    }

    /// <summary>The words of the first blocks, [blocks, 4].</summary>
    private static Tensor Words(PhiloxKey key, long blocks, Device device)
    {
        Tensor low = TorchMath.Whole(uint.MaxValue, device);
        Tensor width = TorchMath.Whole(WordBits, device);
        Tensor number = TorchMath.Indices(blocks, device).squeeze(0);
        Tensor counter0 = number.bitwise_and(low);
        Tensor counter1 = number.bitwise_right_shift(width);
        Tensor counter2 = zeros_like(number).PlusWhole(key.Step);
        Tensor counter3 = zeros_like(number).PlusWhole(key.Stream);
        uint key0 = (uint)key.Seed;
        uint key1 = (uint)(key.Seed >> WordBits);
        for (int round = 0; round < Rounds; round++)
        {
            Tensor product0 = counter0.TimesWhole(Multiplier0);
            Tensor product1 = counter2.TimesWhole(Multiplier1);
            Tensor high0 = product0.bitwise_right_shift(width).bitwise_and(low);
            Tensor high1 = product1.bitwise_right_shift(width).bitwise_and(low);
            counter0 = high1.bitwise_xor(counter1).bitwise_xor(TorchMath.Whole(key0, device));
            counter2 = high0.bitwise_xor(counter3).bitwise_xor(TorchMath.Whole(key1, device));
            counter1 = product1.bitwise_and(low);
            counter3 = product0.bitwise_and(low);
            key0 = unchecked(key0 + Weyl0);
            key1 = unchecked(key1 + Weyl1);
        }

        return stack([counter0, counter1, counter2, counter3], 1);
    }
}
