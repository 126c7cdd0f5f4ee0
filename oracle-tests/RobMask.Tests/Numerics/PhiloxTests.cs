using MathNet.Numerics.Distributions;
using RobMask.Numerics;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Numerics;

public sealed class PhiloxTests
{
    /// <summary>kat_vectors of Random123 (Salmon et al.), philox4x32 with 10 rounds.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0xa4093822u, 0x299f31d0u, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_the_published_known_answers(uint key0, uint key1, uint c0, uint c1, uint c2, uint c3, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox.Block(key0, key1, c0, c1, c2, c3));

    [Fact]
    public void Draws_lie_in_the_words_of_the_block_that_the_layout_names()
    {
        PhiloxStream stream = new(new PhiloxKey(0x0123_4567_89ab_cdef, 7, 9));
        long index = (5L << 34) + 2;
        (uint _, uint _, uint word2, uint word3) = Philox.Block(0x89ab_cdef, 0x0123_4567, (uint)(index >> 2), (uint)(index >> 34), 9, 7);
        Assert.Equal((word2 >> 8) / 16777216f, stream.Uniform(index));
        (uint word0, uint word1, word2, word3) = Philox.Block(0x89ab_cdef, 0x0123_4567, (uint)(index >> 1), (uint)(index >> 33), 9, 7);
        Assert.Equal(((((ulong)word1 << 32) | word0) >> 11) / 9007199254740992.0, stream.Uniform53(index));
        Assert.Equal(((((ulong)word3 << 32) | word2) >> 11) / 9007199254740992.0, stream.Uniform53(index + 1));
    }

    [Fact]
    public void Filling_gives_each_element_the_draw_of_its_index_wherever_it_starts()
    {
        PhiloxStream stream = new(new PhiloxKey(1, 2, 3));
        foreach (int start in new[] { 0, 1, 2, 3, 4097 })
        {
            float[] uniform = new float[37];
            float[] normal = new float[37];
            stream.FillUniform<float>(uniform, -1, 3, start);
            stream.FillNormal<float>(normal, 0.5f, start);
            for (int i = 0; i < uniform.Length; i++)
            {
                Assert.Equal(-1 + (4 * stream.Uniform(start + i)), uniform[i]);
                Assert.Equal((float)(0.5 * stream.Normal(start + i)), normal[i]);
            }
        }
    }

    [Fact]
    public void Double_tensors_get_the_floats_of_float_tensors()
    {
        PhiloxStream stream = new(new PhiloxKey(5, 6, 7));
        DenseTensor<float> narrow = new(10_001);
        DenseTensor<double> wide = new(10_001);
        stream.FillUniform(narrow, -0.1f, 0.3f);
        stream.FillUniform(wide, -0.1f, 0.3f);
        Assert.Equal(TestTensors.Widen(narrow).Span.ToArray(), wide.Span.ToArray());
        stream.FillNormal(narrow, 0.02f);
        stream.FillNormal(wide, 0.02f);
        Assert.Equal(TestTensors.Widen(narrow).Span.ToArray(), wide.Span.ToArray());
    }

    [Fact]
    public void Normal_is_the_quantile_of_its_uniform_number()
    {
        foreach (double probability in new[] { 1e-16, 1e-9, 1e-3, 0.07, 0.0749, 0.075, 0.3, 0.5, 0.9, 0.926, 0.999, 1 - 1e-9 })
        {
            double expected = Normal.InvCDF(0, 1, probability);
            Assert.Equal(expected, NormalQuantile.Of(probability), 1e-9 * Math.Max(1, Math.Abs(expected)));
            Assert.Equal(probability, Normal.CDF(0, 1, NormalQuantile.Of(probability)), 1e-13);
        }

        // AS 241's own check values, and the tail of the smallest number that a draw can give.
        Assert.Equal(-0.6744897501960817, NormalQuantile.Of(0.25), 1e-15);
        Assert.Equal(-3.090232306167814, NormalQuantile.Of(0.001), 4e-15);
        Assert.Equal(-9.262340089798408, NormalQuantile.Of(1e-20), 1e-14);
    }

    [Fact]
    public void Moments_of_the_draws_are_those_of_their_distributions()
    {
        const int Count = 400_000;
        PhiloxStream stream = new(new PhiloxKey(99, 1000, 0));
        double uniform = 0;
        double normal = 0;
        double square = 0;
        for (int i = 0; i < Count; i++)
        {
            uniform += stream.Uniform(i);
            double z = stream.Normal(i);
            normal += z;
            square += z * z;
        }

        // Five standard errors: a right generator fails once in 10⁶, and the seed is fixed.
        double error = 5 / Math.Sqrt(Count);
        Assert.InRange(uniform / Count, 0.5 - (error / Math.Sqrt(12)), 0.5 + (error / Math.Sqrt(12)));
        Assert.InRange(normal / Count, -error, error);
        Assert.InRange(square / Count, 1 - (error * Math.Sqrt(2)), 1 + (error * Math.Sqrt(2)));
    }

    [Fact]
    public void A_permutation_holds_each_number_once_and_every_place_is_equally_likely()
    {
        int[] permutation = new int[5];
        int[,] counts = new int[5, 5];
        for (uint step = 0; step < 20_000; step++)
        {
            new PhiloxStream(new PhiloxKey(3, 4, step)).Permutation(permutation);
            Assert.Equal([0, 1, 2, 3, 4], permutation.Order());
            for (int place = 0; place < 5; place++)
            {
                counts[place, permutation[place]]++;
            }
        }

        // 4000 expected, standard deviation √(20000·0.2·0.8) = 57; six of them, fixed seed.
        foreach (int count in counts)
        {
            Assert.InRange(count, 4000 - 342, 4000 + 342);
        }
    }

    [Fact]
    public void Integers_stay_below_their_bound_and_reach_it()
    {
        PhiloxStream stream = new(new PhiloxKey(8, 1000, 0));
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 200).Select(i => stream.Integer(i, 3)).Distinct().Order());
        Assert.Equal(0, stream.Integer(12345, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Integer(0, 0));
    }
}
