using FsCheck.Xunit;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Masking;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Tests.Attacks;
using Xunit;

namespace RobMask.Tests.Masking;

/// <summary>Masks as values, and the laws of mixtures for whole networks.</summary>
public sealed class MaskSetTests
{
    private const int Images = 6;
    private static readonly float[] Pixels = Models.Uniform(new Random(31), Images * 2 * 8 * 8);

    [Fact]
    public void A_saved_mask_is_read_back_equal()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        using TemporaryFolder folder = new();
        MaskSet mask = MaskSet.FromMixture(engine, model, 0.5f, -0.25f, 1.75f);
        mask.Save(folder["mask.safetensors"]);
        MaskSet read = MaskSet.Load(folder["mask.safetensors"]);
        Assert.Equal(mask, read);
        Assert.Equal(mask.GetHashCode(), read.GetHashCode());
        Assert.NotEqual(MaskSet.FromPrimary(engine, model, 0), read);
    }

    [Fact]
    public void A_file_that_is_no_mask_is_refused()
    {
        using TemporaryFolder folder = new();
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "something");
        writer.Save(folder["other.safetensors"]);
        Assert.Contains("robmask-mask", Assert.Throws<InvalidDataException>(() => MaskSet.Load(folder["other.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Alpha_one_and_zero_are_the_ends()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine, masks: 2);
        MaskSet first = MaskSet.FromPrimary(engine, model, 0);
        MaskSet second = MaskSet.FromPrimary(engine, model, 1);
        Assert.Equal(first, MaskSet.Combine(1, first, second));
        Assert.Equal(second, MaskSet.Combine(0, first, second));
        Assert.NotEqual(first, second);
    }

    /// <summary>Bit for bit: a mixture is the same chain of fma in the network and in the value.</summary>
    [Theory]
    [InlineData(0.3f)]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(-0.5f)]
    public void An_installed_mixture_gives_the_logits_of_the_mixture(float alpha)
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine, masks: 2);
        float[] mixed = Logits(engine, model, MaskChoice.Uniform(alpha, 1 - alpha));
        MaskSet.Combine(alpha, MaskSet.FromPrimary(engine, model, 0), MaskSet.FromPrimary(engine, model, 1)).Install(engine, model, 1);
        Assert.Equal(mixed, Logits(engine, model, MaskChoice.Primary(1)));
    }

    [Fact]
    public void Rescaling_by_a_one_hot_mixture_is_that_primary_mask()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        for (int i = 0; i < 3; i++)
        {
            float[] oneHot = new float[3];
            oneHot[i] = 1;
            Assert.Equal(Logits(engine, model, MaskChoice.Primary(i)), Logits(engine, model, MaskChoice.Uniform(oneHot)));
        }
    }

    /// <summary>Only the order of three additions differs, in double.</summary>
    [Fact]
    public void Permuting_primary_masks_with_their_coefficients_changes_the_logits_by_rounding_only()
    {
        using ManagedEngine<double> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        MaskSet[] masks = [.. Enumerable.Range(0, 3).Select(i => MaskSet.FromPrimary(engine, model, i))];

        // A mask is float and the engine double: make the masks representable first.
        for (int i = 0; i < 3; i++)
        {
            masks[i].Install(engine, model, i);
        }

        double[] before = LogitsInDouble(engine, model, MaskChoice.Uniform(0.2f, 0.3f, 0.5f));
        masks[2].Install(engine, model, 0);
        masks[0].Install(engine, model, 1);
        masks[1].Install(engine, model, 2);
        double[] after = LogitsInDouble(engine, model, MaskChoice.Uniform(0.5f, 0.2f, 0.3f));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    /// <summary>Mix(a·u + (1 − a)·v) = a·Mix(u) + (1 − a)·Mix(v), to the rounding of a few float operations on values below 2.</summary>
    [Property]
    public void Mixtures_are_linear_in_their_coefficients(byte seed)
    {
        Random random = new(seed);
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        float[] u = Models.Uniform(random, 3, -1);
        float[] v = Models.Uniform(random, 3, -1);
        float a = random.NextSingle();
        float[] combined = [.. u.Zip(v).Select(pair => (a * pair.First) + ((1 - a) * pair.Second))];
        MaskSet left = MaskSet.FromMixture(engine, model, combined);
        MaskSet right = MaskSet.Combine(a, MaskSet.FromMixture(engine, model, u), MaskSet.FromMixture(engine, model, v));
        foreach ((MaskLayer l, MaskLayer r) in left.Layers.Zip(right.Layers))
        {
            Assert.All(l.Gamma.Zip(r.Gamma), pair => Assert.Equal(pair.First, pair.Second, 2e-6f));
            Assert.All(l.Beta.Zip(r.Beta), pair => Assert.Equal(pair.First, pair.Second, 2e-6f));
        }
    }

    /// <summary>(cγ, cβ) before ReLU and 1/c in the next weights: with c a power of two not a bit changes.</summary>
    [Fact]
    public void Positive_scaling_of_a_mask_commutes_with_relu()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] before = Logits(engine, model, MaskChoice.Primary(0));
        MaskSet mask = MaskSet.FromPrimary(engine, model, 0);
        MaskLayer last = mask.Layers[^1];
        new MaskSet(mask.Architecture, [.. mask.Layers.SkipLast(1), new MaskLayer(last.Name, [.. last.Gamma.Select(g => 8 * g)], [.. last.Beta.Select(b => 8 * b)])]).Install(engine, model, 0);
        ModelParameter weight = model.Parameters.Single(p => p.Info.Name == "fc.weight");
        engine.Upload([.. Models.Read(engine, weight.Value).Select(w => w / 8)], weight.Value);
        Assert.Equal(before, Logits(engine, model, MaskChoice.Primary(0)));
    }

    /// <summary>γ = 0 and β = −1 let nothing through, so nothing behind the channel has a gradient: exact zeros.</summary>
    [Fact]
    public void A_closed_channel_passes_no_gradient()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        MaskSet mask = MaskSet.FromPrimary(engine, model, 0);
        MaskLayer first = mask.Layers[0];
        float[] gamma = [.. first.Gamma];
        float[] beta = [.. first.Beta];
        (gamma[2], beta[2]) = (0, -1);
        new MaskSet(mask.Architecture, [new MaskLayer(first.Name, gamma, beta), .. mask.Layers.Skip(1)]).Install(engine, model, 0);
        using ITape tape = model.CreateTape(Images);
        ITensor logits = tape.Forward(Models.Tensor(engine, Pixels, Images, 2, 8, 8), new ForwardOptions(MaskChoice.Primary(0)) { KeepForBackward = true, BatchStatistics = true });
        model.ZeroGradients();
        tape.Backward(Models.Tensor(engine, Models.Uniform(new Random(1), logits.Shape.Length, -1), Images, 4), BackwardTargets.Parameters);
        float[] gradient = Models.Read(engine, model.Parameters.Single(p => p.Info.Name == "conv1.weight").Gradient);
        int each = gradient.Length / 4;
        Assert.All(gradient[(2 * each)..(3 * each)], value => Assert.Equal(0, value));
        Assert.Contains(gradient[..each], value => value != 0);
    }

    [Fact]
    public void Masks_are_exchanged_between_networks_of_one_architecture()
    {
        using ManagedEngine<float> engine = new();
        using IModel left = Models.Cnn(engine, masks: 2, seed: 1);
        using IModel right = Models.Cnn(engine, masks: 2, seed: 2);
        MaskSet mask = MaskSet.FromPrimary(engine, left, 1);
        MaskSet other = MaskSet.FromPrimary(engine, right, 1);
        mask.Install(engine, right, 0);
        Assert.Equal(mask, MaskSet.FromPrimary(engine, right, 0));
        Assert.Equal(other, MaskSet.FromPrimary(engine, right, 1));
    }

    [Fact]
    public void A_mask_of_another_architecture_is_refused_by_name()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        MaskSet mask = MaskSet.FromPrimary(engine, model, 0);
        using IModel wide = engine.CreateModel(NetworkCatalog.Create(new NetworkSettings { Name = "cnn", Channels = 2, Height = 8, Width = 8, Classes = 4, Depth = 2, WidthFactor = 5 }));
        Assert.Contains("cnn-2-5", Assert.Throws<ArgumentException>(() => mask.Install(engine, wide, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("primary mask 1", Assert.Throws<ArgumentException>(() => mask.Install(engine, model, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MaskSet.FromMixture(engine, model, 1, 2, 3));
        Assert.Throws<ArgumentException>(() => new MaskSet("a", [new MaskLayer("bn", [1, 2], [0])]));
    }

    /// <summary>With mean 0 and variance 1, x̂ is x up to eps: γ = 1, β = −0.5 is open where x > 0.5, γ = 0, β = −1 nowhere.</summary>
    [Fact]
    public void Openness_and_differing_bits_are_counted_by_hand()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = engine.CreateModel(NetworkCatalog.Create(new NetworkSettings { Name = "masked_linear", Channels = 2, Height = 1, Width = 2, Classes = 2, MaskCount = 2 }));
        new MaskSet("masked_linear", [new MaskLayer("bn", [1, 3], [-0.5f, 0])]).Install(engine, model, 0);
        new MaskSet("masked_linear", [new MaskLayer("bn", [0, 4], [-1, -0.4f])]).Install(engine, model, 1);
        float[] pixels =
        [
            0.2f, 0.6f, 0.7f, 0,
            0.9f, 0.8f, 0.05f, 0.3f,
            0.4f, 0.3f, 0.2f, 0.1f,
        ];
        FloatDataset data = new("hand", new TensorShape(2, 1, 2), pixels, [0, 1, 0], ["a", "b"], bounded: true);
        foreach (int batch in new[] { 1, 2, 100 })
        {
            LayerComparison layer = Assert.Single(MaskComparison.Compare(engine, model, MaskChoice.Primary(0), MaskChoice.Primary(1), data, 3, batchSize: batch));
            Assert.Equal("bn", layer.Name);

            // Channel 0: 0.6, 0.9 and 0.8 are above 0.5. Channel 1 under 3x: all but the one 0; under 4x − 0.4: above 0.1.
            Assert.Equal([3.0 / 6, 5.0 / 6], layer.FirstOpenness);
            Assert.Equal([0.0, 3.0 / 6], layer.SecondOpenness);
            Assert.Equal(5.0 / 12, layer.DifferingBits, 1e-15);
            Assert.Equal(12 / Math.Sqrt(10 * 16), layer.GammaCosine, 1e-12);
            Assert.Equal(Math.Sqrt(2), layer.GammaDistance, 1e-12);
            Assert.Equal(Math.Sqrt(0.25 + 0.16), layer.BetaDistance, 1e-7);
        }
    }

    private static float[] Logits(ManagedEngine<float> engine, IModel model, MaskChoice mask)
    {
        using ITape tape = model.CreateTape(Images);
        return Models.Read(engine, tape.Forward(Models.Tensor(engine, Pixels, Images, 2, 8, 8), new ForwardOptions(mask)));
    }

    private static double[] LogitsInDouble(ManagedEngine<double> engine, IModel model, MaskChoice mask)
    {
        using ITape tape = model.CreateTape(Images);
        return ((DenseTensor<double>)tape.Forward(Models.Tensor(engine, Pixels, Images, 2, 8, 8), new ForwardOptions(mask))).Span.ToArray();
    }
}
