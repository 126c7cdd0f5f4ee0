using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Engines;

/// <summary>Networks as a whole on the managed engine.</summary>
public sealed class WholeNetworkTests
{
    private const int ImageCount = 4;

    public static TheoryData<string, int> Networks => new()
    {
        { "linear", 1 },
        { "masked_linear", 3 },
        { "cnn", 1 },
        { "cnn", 3 },
        { "wide_resnet", 2 },
        { "resnext29", 2 },
        { "sequential", 1 },
    };

    /// <summary>
    /// The scalar Σ w·logits, its gradient by the tape, and central differences of step 1e-6 in double: truncation and
    /// rounding together stay under 1e-7 of the largest gradient where no ReLU changes its mind between the two points.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_of_images_parameters_and_coefficients_are_central_differences(string name, int k)
    {
        Random random = new(20261123);
        using ManagedEngine<double> engine = new();
        using IModel model = engine.CreateModel(Graph(name, k));
        Randomise(model, random);
        DenseTensor<double> images = Normal([ImageCount, 2, 8, 8], random);
        DenseTensor<double> coefficients = Normal([ImageCount, k * (name == "cnn" ? model.Graph.RescaleLayers.Count : 1)], random);
        DenseTensor<double> weights = Normal([ImageCount, 3], random);
        foreach (bool batchStatistics in new[] { true, false })
        {
            bool mixed = k > 1;
            ForwardOptions options = new(mixed ? MaskChoice.PerImage(coefficients) : MaskChoice.Primary(0))
            {
                BatchStatistics = batchStatistics,
                KeepForBackward = true,
            };
            using ITape tape = model.CreateTape(ImageCount);
            double Value()
            {
                ReadOnlySpan<double> logits = ((DenseTensor<double>)tape.Forward(images, options)).Span;
                double sum = 0;
                for (int i = 0; i < logits.Length; i++)
                {
                    sum += logits[i] * weights.Span[i];
                }

                return sum;
            }

            Value();
            model.ZeroGradients();
            tape.Backward(weights, BackwardTargets.Input | BackwardTargets.Parameters | (mixed ? BackwardTargets.Coefficients : 0));
            double[] inputGradient = ((DenseTensor<double>)tape.InputGradient).Span.ToArray();
            CheckAgainstDifferences("images", images, inputGradient, Value, random);
            if (mixed)
            {
                Value();
                model.ZeroGradients();
                tape.Backward(weights, BackwardTargets.Coefficients);
                double[] coefficientGradient = ((DenseTensor<double>)tape.CoefficientGradient).Span.ToArray();
                CheckAgainstDifferences("coefficients", coefficients, coefficientGradient, Value, random);
            }

            Value();
            model.ZeroGradients();
            tape.Backward(weights, BackwardTargets.Parameters);
            foreach (ModelParameter parameter in model.Parameters)
            {
                CheckAgainstDifferences(parameter.Info.Name, (DenseTensor<double>)parameter.Value, ((DenseTensor<double>)parameter.Gradient).Span.ToArray(), Value, random);
            }
        }
    }

    [Fact]
    public void A_second_backward_pass_adds_to_the_gradients_of_parameters()
    {
        Random random = new(2);
        using ManagedEngine<double> engine = new();
        using IModel model = engine.CreateModel(Graph("cnn", 2));
        Randomise(model, random);
        DenseTensor<double> images = Normal([ImageCount, 2, 8, 8], random);
        DenseTensor<double> weights = Normal([ImageCount, 3], random);
        using ITape tape = model.CreateTape(ImageCount);
        ForwardOptions options = new(MaskChoice.Uniform(0.25f, 0.75f)) { BatchStatistics = true, KeepForBackward = true };
        tape.Forward(images, options);
        model.ZeroGradients();
        tape.Backward(weights, BackwardTargets.Parameters);
        double[][] once = [.. model.Parameters.Select(parameter => ((DenseTensor<double>)parameter.Gradient).Span.ToArray())];
        tape.Forward(images, options);
        tape.Backward(weights, BackwardTargets.Parameters);
        for (int i = 0; i < once.Length; i++)
        {
            Assert.Equal(once[i].Select(value => value + value), ((DenseTensor<double>)model.Parameters[i].Gradient).Span.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_evaluation_an_image_does_not_see_the_batch_the_tape_or_the_threads(string name, int k)
    {
        Random random = new(3);
        using ManagedEngine<float> engine = new();
        using IModel model = engine.CreateModel(Graph(name, k));
        Randomise(model, random);
        DenseTensor<float> images = NormalFloat([7, 2, 8, 8], random);
        ForwardOptions options = new(MaskChoice.Primary(k - 1));
        using ITape tape = model.CreateTape(9);
        float[] together = ((DenseTensor<float>)tape.Forward(images, options)).Span.ToArray();
        int threads = Workers.ThreadCount;
        try
        {
            foreach (int count in new[] { 1, 2, 7 })
            {
                Workers.ThreadCount = count;
                using ITape other = model.CreateTape(count);
                for (int n = 0; n < 7; n++)
                {
                    float[] alone = ((DenseTensor<float>)other.Forward(images.Images(n, 1), options)).Span.ToArray();
                    Assert.Equal(Bits(together.AsSpan(n * 3, 3)), Bits(alone));
                }
            }
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Buffers_that_are_overwritten_do_not_show(string name, int k)
    {
        Random random = new(4);
        using ManagedEngine<float> engine = new();
        using IModel model = engine.CreateModel(Graph(name, k));
        Randomise(model, random);
        DenseTensor<float> images = NormalFloat([3, 2, 8, 8], random);
        DenseTensor<float> weights = NormalFloat([3, 3], random);
        float[][] Run(bool keepActivations)
        {
            using ITape tape = model.CreateTape(3);
            ITensor logits = tape.Forward(images, new(MaskChoice.Primary(0)) { BatchStatistics = true, KeepForBackward = true, KeepActivations = keepActivations });
            float[] output = ((DenseTensor<float>)logits).Span.ToArray();
            model.ZeroGradients();
            tape.Backward(weights, BackwardTargets.Input | BackwardTargets.Parameters);
            return [output, ((DenseTensor<float>)tape.InputGradient).Span.ToArray(), .. model.Parameters.Select(parameter => ((DenseTensor<float>)parameter.Gradient).Span.ToArray())];
        }

        float[][] overwritten = Run(false);
        float[][] kept = Run(true);
        for (int i = 0; i < kept.Length; i++)
        {
            Assert.Equal(Bits(kept[i]), Bits(overwritten[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Fused_operations_have_the_bits_of_the_single_ones(string name, int k)
    {
        float[][] Run(bool fuses, bool batchStatistics, bool perImage, BackwardTargets targets)
        {
            Random random = new(8);
            using ManagedEngine<float> engine = new() { Fuses = fuses };
            using IModel model = engine.CreateModel(Graph(name, k));
            Randomise(model, random);
            DenseTensor<float> images = NormalFloat([4, 2, 8, 8], random);
            DenseTensor<float> weights = NormalFloat([4, 3], random);
            DenseTensor<float> coefficients = NormalFloat([4, k], random);
            ForwardOptions options = new(perImage ? MaskChoice.PerImage(coefficients) : MaskChoice.Primary(k - 1))
            {
                BatchStatistics = batchStatistics,
                UpdateRunningStatistics = batchStatistics,
                KeepForBackward = targets != 0,
            };
            using ITape tape = model.CreateTape(5);
            List<float[]> results = [((DenseTensor<float>)tape.Forward(images, options)).Span.ToArray()];
            if (targets != 0)
            {
                model.ZeroGradients();
                tape.Backward(weights, targets);
                tape.Forward(images, options);
                tape.Backward(weights, targets);
                results.AddRange(model.Parameters.Select(parameter => ((DenseTensor<float>)parameter.Gradient).Span.ToArray()));
            }

            if (targets.HasFlag(BackwardTargets.Input))
            {
                results.Add(((DenseTensor<float>)tape.InputGradient).Span.ToArray());
            }

            if (targets.HasFlag(BackwardTargets.Coefficients))
            {
                results.Add(((DenseTensor<float>)tape.CoefficientGradient).Span.ToArray());
            }

            return [.. results, .. State(model)];
        }

        foreach ((bool perImage, BackwardTargets targets) in new[]
        {
            (false, (BackwardTargets)0),
            (false, BackwardTargets.Input),
            (false, BackwardTargets.Parameters),
            (true, BackwardTargets.Input | BackwardTargets.Coefficients),
            (true, BackwardTargets.Input | BackwardTargets.Parameters | BackwardTargets.Coefficients),
        })
        {
            foreach (bool batchStatistics in new[] { false, true })
            {
                float[][] single = Run(false, batchStatistics, perImage, targets);
                float[][] fused = Run(true, batchStatistics, perImage, targets);
                for (int i = 0; i < single.Length; i++)
                {
                    Assert.Equal(Bits(single[i]), Bits(fused[i]));
                }
            }
        }
    }

    [Fact]
    public void The_gradient_of_the_images_alone_leaves_parameters_statistics_and_gradients_untouched()
    {
        Random random = new(5);
        using ManagedEngine<float> engine = new();
        using IModel model = engine.CreateModel(Graph("cnn", 2));
        Randomise(model, random);
        float[][] before = State(model);
        using ITape tape = model.CreateTape(3);
        tape.Forward(NormalFloat([3, 2, 8, 8], random), new(MaskChoice.Primary(1)) { BatchStatistics = true, KeepForBackward = true });
        tape.Backward(NormalFloat([3, 3], random), BackwardTargets.Input);
        float[][] after = State(model);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.Equal(Bits(before[i]), Bits(after[i]));
        }
    }

    [Fact]
    public void A_uniform_mixture_equals_the_same_coefficients_for_every_image()
    {
        Random random = new(6);
        using ManagedEngine<float> engine = new();
        using IModel model = engine.CreateModel(Graph("cnn", 2));
        Randomise(model, random);
        DenseTensor<float> images = NormalFloat([3, 2, 8, 8], random);
        using ITape tape = model.CreateTape(3);
        float[] uniform = ((DenseTensor<float>)tape.Forward(images, new(MaskChoice.Uniform(0.3f, 0.7f)))).Span.ToArray();
        DenseTensor<float> coefficients = DenseTensor<float>.From([0.3f, 0.7f, 0.3f, 0.7f, 0.3f, 0.7f], 3, 2);
        float[] perImage = ((DenseTensor<float>)tape.Forward(images, new(MaskChoice.PerImage(coefficients)))).Span.ToArray();
        Assert.Equal(Bits(uniform), Bits(perImage));
    }

    [Fact]
    public void Wrong_arguments_of_a_forward_pass_are_told()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = engine.CreateModel(Graph("cnn", 2));
        using ITape tape = model.CreateTape(3);
        void Refused(ITensor images, ForwardOptions options, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => tape.Forward(images, options)).Message, StringComparison.Ordinal);
        DenseTensor<float> good = new(3, 2, 8, 8);
        Refused(new DenseTensor<float>(3, 1, 8, 8), new(MaskChoice.Primary(0)), "[3, 1, 8, 8]");
        Refused(new DenseTensor<float>(4, 2, 8, 8), new(MaskChoice.Primary(0)), "the tape holds 1 to 3");
        Refused(good, new(MaskChoice.Primary(2)), "primary mask 2 of k = 2");
        Refused(good, new(MaskChoice.Uniform(1, 2, 3)), "3 mixture coefficients");
        Refused(good, new(MaskChoice.PerImage(new DenseTensor<float>(2, 2))), "[2, 2] for 3 images");
        Refused(good, new(MaskChoice.Primary(0)) { StatisticsSet = 1 }, "set of statistics 1 of 1");
        Refused(new DenseTensor<double>(3, 2, 8, 8), new(MaskChoice.Primary(0)), "another engine");
        tape.Forward(good, new(MaskChoice.Primary(0)));
        Assert.Throws<InvalidOperationException>(() => tape.Backward(new DenseTensor<float>(3, 3), BackwardTargets.Input));
    }

    private static NetworkGraph Graph(string name, int k) => NetworkCatalog.Create(new NetworkSettings
    {
        Name = name,
        Channels = 2,
        Height = 8,
        Width = 8,
        Classes = 3,
        MaskCount = k,
        Depth = name == "wide_resnet" ? 10 : name == "cnn" ? 3 : null,
        WidthFactor = name == "cnn" ? 3 : name == "resnext29" ? 2 : 1,
        Cardinality = 2,
        Mean = [0.1f, -0.2f],
        StandardDeviation = [0.5f, 2f],
        Layers = "conv2d(2,4,3x2,stride 1x2,padding 1,dilation 2x1,groups 2) relu maxpool2d(3,stride 1,padding 1) batchnorm2d(4) avgpool2d(2) flatten linear(24,3)",
    });

    private static void Randomise(IModel model, Random random)
    {
        foreach (ModelParameter parameter in model.Parameters)
        {
            double scale = parameter.Info.Role == ParameterRole.Weight ? 1 / Math.Sqrt(parameter.Info.FanIn) : 1;
            Set(parameter.Value, () => Gaussian(random) * scale);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            Set(buffer.Value, () => buffer.Info.Role == ParameterRole.RunningVariance ? 0.5 + random.NextDouble() : Gaussian(random));
        }
    }

    private static void Set(ITensor tensor, Func<double> draw)
    {
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            if (tensor is DenseTensor<double> values)
            {
                values.Span[i] = draw();
            }
            else
            {
                ((DenseTensor<float>)tensor).Span[i] = (float)draw();
            }
        }
    }

    private static void CheckAgainstDifferences(string what, DenseTensor<double> variable, double[] gradient, Func<double> value, Random random)
    {
        double largest = gradient.Max(Math.Abs);
        for (int trial = 0; trial < Math.Min(8, gradient.Length); trial++)
        {
            int i = gradient.Length <= 8 ? trial : random.Next(gradient.Length);
            double old = variable.Span[i];
            const double step = 1e-6;
            variable.Span[i] = old + step;
            double up = value();
            variable.Span[i] = old - step;
            double down = value();
            variable.Span[i] = old;
            double difference = (up - down) / (2 * step);
            Assert.True(
                Math.Abs(difference - gradient[i]) <= 1e-6 * Math.Max(1, largest),
                $"{what}[{i}]: gradient {gradient[i]:r}, central difference {difference:r}, largest gradient {largest:r}");
        }
    }

    private static DenseTensor<double> Normal(int[] extents, Random random)
    {
        DenseTensor<double> tensor = new(extents);
        Set(tensor, () => Gaussian(random));
        return tensor;
    }

    private static DenseTensor<float> NormalFloat(int[] extents, Random random)
    {
        DenseTensor<float> tensor = new(extents);
        Set(tensor, () => Gaussian(random));
        return tensor;
    }

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static float[][] State(IModel model) =>
    [
        .. model.Parameters.SelectMany(parameter => new[] { parameter.Value, parameter.Gradient }).Concat(model.Buffers.Select(buffer => buffer.Value))
            .Select(tensor => ((DenseTensor<float>)tensor).Span.ToArray()),
    ];

    private static uint[] Bits(ReadOnlySpan<float> values)
    {
        uint[] bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(values[i]);
        }

        return bits;
    }
}
