using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using Xunit;

namespace RobMask.Torch.Tests.Engine;

/// <summary>Every operation of the interface in double on both engines. Results come back rounded to float: equal, or neighbours where a double lay between two floats.</summary>
public sealed class EngineOperationTests : IDisposable
{
    private const int Images = 6;
    private const int Classes = 5;
    private readonly ManagedEngine<double> _managed = new();
    private readonly TorchEngine _torch = new(doublePrecision: true);
    private readonly PhiloxStream _random = new(new PhiloxKey(17, PhiloxStreams.Data, 3));
    private long _drawn;

    public void Dispose()
    {
        _managed.Dispose();
        _torch.Dispose();
    }

    [Fact]
    public void Element_by_element_arithmetic_agrees()
    {
        float[] left = Values(Images * 12);
        float[] right = Values(Images * 12);
        TensorShape shape = new(Images, 3, 4);
        Same(engine => Out(engine, shape, to => engine.Add(In(engine, shape, left), In(engine, shape, right), to)));
        Same(engine => Out(engine, shape, to => engine.Subtract(In(engine, shape, left), In(engine, shape, right), to)));
        Same(engine => Out(engine, shape, to => engine.Multiply(In(engine, shape, left), In(engine, shape, right), to)));
        Same(engine => Out(engine, shape, to => engine.Scale(In(engine, shape, left), 0.3f, to)));
        Same(engine => Out(engine, shape, to => engine.Fill(to, -2.5f)));
        Same(engine => Out(engine, new TensorShape(Images * 12), to => engine.Copy(In(engine, shape, left), to)));
        Same(engine => Out(engine, new TensorShape(Images), to => engine.MaxMagnitude(In(engine, shape, left), to)));
    }

    [Fact]
    public void The_largest_magnitude_shows_what_is_not_finite()
    {
        float[] values = [0, -0f, 1, float.NaN, float.NegativeInfinity, 3];
        Same(engine => Out(engine, new TensorShape(3), to => engine.MaxMagnitude(In(engine, new TensorShape(3, 2), values), to)));
    }

    [Fact]
    public void Random_numbers_are_the_same_numbers()
    {
        TensorShape shape = new(7, 11);
        Same(engine => Out(engine, shape, to => engine.FillUniform(to, new PhiloxKey(1, 2, 3), -1, 2)), exact: true);
        Same(engine => Out(engine, shape, to => engine.FillNormal(to, new PhiloxKey(1, 2, 3), 0.1f)), exact: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Starts_and_steps_of_attacks_agree(bool euclidean)
    {
        TensorShape shape = new(Images, 2, 5);
        TensorShape each = new(Images);
        float[] origin = [.. Values(60).Select(x => Math.Clamp((x / 4) + 0.5f, 0, 1))];
        float[] epsilon = [0, 0.01f, 0.1f, 0.3f, 1, 8f / 255f];
        float[] length = [0.1f, 0.01f, 0.05f, 0.3f, 0.2f, 2f / 255f];
        float[] gradient = Values(60);
        gradient[3] = 0;
        gradient[4] = -0f;
        PhiloxKey key = new(5, PhiloxStreams.TrainingAttack, 9);
        float[] start = Same(engine => Out(engine, shape, to =>
        {
            ITensor from = In(engine, shape, origin);
            ITensor radius = In(engine, each, epsilon);
            if (euclidean)
            {
                engine.StartL2(from, radius, key, PixelBox.Unit, to);
            }
            else
            {
                engine.StartLinf(from, radius, key, PixelBox.Unit, to);
            }
        }));
        Same(engine => Out(engine, shape, to =>
        {
            engine.Upload(start, to);
            ITensor from = In(engine, shape, origin);
            ITensor g = In(engine, shape, gradient);
            ITensor step = In(engine, each, length);
            ITensor radius = In(engine, each, epsilon);
            if (euclidean)
            {
                engine.StepL2(from, g, step, radius, PixelBox.Unit, to);
            }
            else
            {
                engine.StepLinf(from, g, step, radius, PixelBox.Unit, to);
            }
        }));
    }

    [Fact]
    public void A_gradient_that_is_no_number_moves_no_pixel_in_the_max_norm()
    {
        TensorShape shape = new(1, 4);
        float[] moved = Same(engine => Out(engine, shape, to =>
        {
            engine.Upload([0.5f, 0.5f, 0.5f, 0.5f], to);
            engine.StepLinf(In(engine, shape, [0.5f, 0.5f, 0.5f, 0.5f]), In(engine, shape, [float.NaN, 0, 1, -1]), In(engine, new TensorShape(1), [0.1f]), In(engine, new TensorShape(1), [0.2f]), PixelBox.Unit, to);
        }));
        Assert.Equal(0.5f, moved[0]);
    }

    [Fact]
    public void The_worst_points_are_kept()
    {
        TensorShape shape = new(Images, 3);
        TensorShape each = new(Images);
        float[] candidate = Values(18);
        float[] kept = Values(18);
        float[] objective = [1, 2, 3, 4, 5, float.NaN];
        float[] keptObjective = [2, 1, 3, 9, float.NegativeInfinity, 0];
        float[] fooled = [1, 0, 1, 0, 0, 0];
        float[] keptFooled = [0, 0, 1, 1, 0, 0];
        foreach (int which in new[] { 0, 1, 2 })
        {
            Same(engine =>
            {
                ITensor[] tensors = [In(engine, shape, kept), In(engine, each, keptObjective), In(engine, each, keptFooled)];
                engine.KeepWorst(In(engine, shape, candidate), In(engine, each, objective), In(engine, each, fooled), tensors[0], tensors[1], tensors[2]);
                return Back(engine, tensors[which]);
            });
        }
    }

    [Fact]
    public void Predictions_take_the_first_of_equals_and_the_first_that_is_no_number()
    {
        float[] logits = [1, 3, 3, 2, 0, 5, 5, 5, 5, 5, 0, float.NaN, 9, float.NaN, 1, -1, -2, -0f, 0, -3, float.NegativeInfinity, float.NegativeInfinity, -1, -1, -2, 4, 3, 2, 1, 0];
        int[] labels = [1, 0, 1, 2, 2, 1];
        TensorShape shape = new(Images, Classes);
        Same(engine => Out(engine, new TensorShape(Images), to => engine.Correct(In(engine, shape, logits), Labels(engine, labels), to)));
        Same(engine =>
        {
            ITensor winners = engine.AllocateLabels(Images);
            engine.Predict(In(engine, shape, logits), winners);
            int[] values = new int[Images];
            engine.DownloadLabels(winners, values);
            return [.. values.Select(value => (float)value)];
        });
    }

    [Fact]
    public void Losses_and_their_gradients_agree()
    {
        float[] logits = Values(Images * Classes);
        logits[7] = logits[8];
        float[] reference = Values(Images * Classes);
        int[] labels = [0, 3, 2, 4, 1, 1];
        int[] targets = [1, 2, 3, 0, 0, 4];
        TensorShape shape = new(Images, Classes);
        foreach (bool gradient in new[] { false, true })
        {
            Loss(gradient, (e, loss, g) => e.CrossEntropy(In(e, shape, logits), Labels(e, labels), 0, 0.25f, loss, g));
            Loss(gradient, (e, loss, g) => e.CrossEntropy(In(e, shape, logits), Labels(e, labels), 0.1f, 0.25f, loss, g));
            Loss(gradient, (e, loss, g) => e.KlDivergence(In(e, shape, reference), In(e, shape, logits), 0.5f, loss, null, g));
            Loss(gradient, (e, loss, g) => e.KlDivergence(In(e, shape, reference), In(e, shape, logits), 0.5f, loss, g, null));
            Loss(gradient, (e, loss, g) => e.Margin(In(e, shape, logits), Labels(e, labels), 2, loss, g));
            Loss(gradient, (e, loss, g) => e.Dlr(In(e, shape, logits), Labels(e, labels), 1, loss, g));
            Loss(gradient, (e, loss, g) => e.DlrTargeted(In(e, shape, logits), Labels(e, labels), Labels(e, targets), 1, loss, g));
        }

        void Loss(bool gradient, Action<IEngine, ITensor, ITensor?> compute) => Same(engine =>
        {
            ITensor loss = engine.Allocate(new TensorShape(Images));
            ITensor to = engine.Allocate(shape);
            compute(engine, loss, gradient ? to : null);
            return Back(engine, gradient ? to : loss);
        });
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(0.9f, 0, 5e-4f, false)]
    [InlineData(0.9f, 0.1f, 0, false)]
    [InlineData(0.9f, 0, 5e-4f, true)]
    public void Steps_of_the_optimiser_agree(float momentum, float dampening, float weightDecay, bool nesterov)
    {
        TensorShape shape = new(4, 9);
        float[] parameter = Values(36);
        float[][] gradients = [Values(36), Values(36), Values(36)];
        Same(engine =>
        {
            ITensor w = In(engine, shape, parameter);
            ITensor? b = momentum == 0 ? null : engine.Allocate(shape);
            for (int step = 0; step < gradients.Length; step++)
            {
                engine.SgdStep(w, In(engine, shape, gradients[step]), b, step == 0, new SgdOptions(0.1f, momentum, dampening, weightDecay, nesterov));
            }

            return Back(engine, w);
        });
    }

    [Fact]
    public void What_belongs_to_another_engine_is_refused()
    {
        ITensor foreign = _managed.Allocate(new TensorShape(3));
        using ITensor own = _torch.Allocate(new TensorShape(3));
        using ITensor labels = _torch.AllocateLabels(3);

        Assert.Throws<ArgumentException>(() => _torch.Copy(foreign, own));
        Assert.Throws<ArgumentException>(() => _torch.Fill(labels, 1));
        Assert.Throws<ArgumentException>(() => _torch.Upload(new float[4], own));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:0:1")]
    [InlineData("cuda:99")]
    public void A_device_that_does_not_exist_is_refused(string device)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new TorchEngine(device));

        Assert.Contains(device, error.Message, StringComparison.Ordinal);
        Assert.Contains(device == "cuda:99" ? "CUDA" : "expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_switch_of_precision_and_determinism_takes_on_this_libtorch() => Assert.All(_torch.Switches, one => Assert.True(one.Took, one.Name));

    private static ITensor In(IEngine engine, TensorShape shape, float[] values)
    {
        ITensor tensor = engine.Allocate(shape);
        engine.Upload(values, tensor);
        return tensor;
    }

    private static ITensor Labels(IEngine engine, int[] values)
    {
        ITensor tensor = engine.AllocateLabels(values.Length);
        engine.UploadLabels(values, tensor);
        return tensor;
    }

    private static float[] Out(IEngine engine, TensorShape shape, Action<ITensor> compute)
    {
        ITensor tensor = engine.Allocate(shape);
        compute(tensor);
        return Back(engine, tensor);
    }

    private static float[] Back(IEngine engine, ITensor tensor)
    {
        float[] values = new float[tensor.Shape.Length];
        engine.Download(tensor, values);
        return values;
    }

    private float[] Values(int count)
    {
        float[] values = new float[count];
        _random.FillNormal<float>(values, 1, _drawn);
        _drawn += count;
        return values;
    }

    private float[] Same(Func<IEngine, float[]> run, bool exact = false)
    {
        float[] expected = run(_managed);
        float[] actual = run(_torch);
        for (int i = 0; i < expected.Length; i++)
        {
            bool close = expected[i].Equals(actual[i]) || (!exact && MathF.Abs(expected[i] - actual[i]) <= MathF.Max(MathF.BitIncrement(MathF.Abs(expected[i])) - MathF.Abs(expected[i]), 1e-15f));
            Assert.True(close, $"element {i}: managed {expected[i]:R}, torch {actual[i]:R}");
        }

        return expected;
    }
}
