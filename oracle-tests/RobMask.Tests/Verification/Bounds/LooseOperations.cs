using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Every operation once more in float, as a correct implementation elsewhere might compute it: other orders, other formulas, other roundings.</summary>
internal static class LooseOperations
{
    /// <summary>The outputs in the catalogue's order; null for what is exact in any implementation.</summary>
    public static IReadOnlyList<NamedTensor>? Run(BoundCase one)
    {
        LooseFloat loose = new(one.Draw);
        return one.Operation switch
        {
            "conv2d" => Convolution(one, loose),
            "conv2d_backward" => ConvolutionBackward(one, loose),
            "linear" => Linear(one, loose),
            "linear_backward" => LinearBackward(one, loose),
            "normalize" or "batch_norm" => Normalise(one, loose),
            "normalize_backward" or "batch_norm_backward" => NormaliseBackward(one, loose),
            "rescale" => [Give(one, "output", one.Shape("input"), [.. one["input"].Select((x, i) => loose.MultiplyAdd(one["gamma"][Mask(one, i)], x, one["beta"][Mask(one, i)]))])],
            "rescale_backward" => RescaleBackward(one, loose),
            "mixed_rescale" => [Give(one, "output", one.Shape("input"), Mixed(one, loose))],
            "mixed_rescale_backward" => MixedBackward(one, loose),
            "add" => [Give(one, "output", one.Shape("left"), [.. one["left"].Zip(one["right"], (a, b) => a + b)])],
            "avg_pool2d" => AveragePool(one, loose),
            "avg_pool2d_backward" => AveragePoolBackward(one, loose),
            "global_avg_pool" => [Give(one, "output", new TensorShape(2, 2), [.. one["input"].Chunk(Math.Max(1, one.Shape("input").Length / 4)).Select(plane => loose.Divide(loose.Sum([.. plane]), plane.Length))])],
            "global_avg_pool_backward" => [Give(one, "grad_input", one.Shape("input"), [.. Enumerable.Range(0, one.Shape("input").Length).Select(i => loose.Divide(one["grad_output"][i / (one.Shape("input").Length / 4)], one.Shape("input").Length / 4))])],
            "sum" or "mean" => [Give(one, "output", new TensorShape(one.Shape("input")[0]), [.. LooseSoftmax.Rows(one, "input").Select(row => one.Operation == "sum" ? loose.Sum([.. row]) : loose.Divide(loose.Sum([.. row]), row.Length))])],
            "softmax" => [Give(one, "output", one.Shape("input"), [.. LooseSoftmax.Rows(one, "input").SelectMany(row => LooseSoftmax.Row(row, loose).Probabilities)])],
            "log_softmax" => [Give(one, "output", one.Shape("input"), [.. LooseSoftmax.Rows(one, "input").SelectMany(row => LooseSoftmax.Row(row, loose).Logarithms)])],
            "cross_entropy" => [Loss(one, LooseSoftmax.CrossEntropy(one, loose))],
            "cross_entropy_backward" => [Give(one, "grad_input", one.Shape("input"), LooseSoftmax.CrossEntropyBackward(one, loose))],
            "kl_div" => [Loss(one, LooseSoftmax.Divergence(one, loose))],
            "kl_div_backward" => Divergence(one, loose),
            "margin_loss" => [Loss(one, LooseSoftmax.Reduce(one, [.. LooseSoftmax.Rows(one, "input").Select((z, n) => z.Where((_, j) => j != one.Labels("target")[n]).Aggregate(MathF.Max) - z[one.Labels("target")[n]])], loose))],
            "dlr_loss" => one["input"].Any(x => !float.IsFinite(x)) ? null : [Loss(one, LooseSoftmax.Reduce(one, [.. LooseSoftmax.Rows(one, "input").Select((z, n) => Dlr(one, z, n))], loose))],
            "sgd_step" => Sgd(one, loose),
            "pgd_step" => [Give(one, "output", one.Shape("input"), LooseProjection.Step(one, loose))],
            _ => null,
        };
    }

    private static NamedTensor Give(BoundCase one, string name, TensorShape shape, float[] values) =>
        values.Length == shape.Length ? new(name, DenseTensor<float>.From(values, shape.Extents)) : throw new InvalidOperationException($"{one}: {name} has {values.Length} values for {shape}");

    private static NamedTensor Loss(BoundCase one, float[] losses) => Give(one, "output", one.Attributes["reduction"] == "none" ? new TensorShape(losses.Length) : new TensorShape(), losses);

    private static IEnumerable<(int Output, int Input, int Weight)> Taps(BoundCase one)
    {
        (TensorShape x, TensorShape w) = (one.Shape("input"), one.Shape("weight"));
        (int stride, int padding, int groups) = (one.Integer("stride"), one.Integer("padding"), one.Integer("groups"));
        int p = ((x[2] + (2 * padding) - w[2]) / stride) + 1;
        int q = ((x[3] + (2 * padding) - w[3]) / stride) + 1;
        for (int output = 0; output < x[0] * w[0] * p * q; output++)
        {
            (int n, int k, int row, int column) = (output / (w[0] * p * q), output / (p * q) % w[0], output / q % p, output % q);
            for (int tap = 0; tap < w[1] * w[2] * w[3]; tap++)
            {
                (int c, int r, int s) = (tap / (w[2] * w[3]), tap / w[3] % w[2], tap % w[3]);
                (int h, int width) = ((row * stride) - padding + r, (column * stride) - padding + s);
                if (h >= 0 && h < x[2] && width >= 0 && width < x[3])
                {
                    int channel = (k / (w[0] / groups) * w[1]) + c;
                    yield return (output, (((((n * x[1]) + channel) * x[2]) + h) * x[3]) + width, (k * w[1] * w[2] * w[3]) + tap);
                }
            }
        }
    }

    private static float[] Dots(int count, IEnumerable<(int Output, float A, float B)> products, LooseFloat loose, Func<int, float>? bias = null)
    {
        List<(float, float)>[] factors = [.. Enumerable.Range(0, count).Select(_ => new List<(float, float)>())];
        foreach ((int output, float a, float b) in products)
        {
            factors[output].Add((a, b));
        }

        return [.. factors.Select((list, i) => loose.Dot(list, bias is null ? 0 : bias(i)))];
    }

    private static NamedTensor[] Convolution(BoundCase one, LooseFloat loose)
    {
        (TensorShape x, TensorShape w) = (one.Shape("input"), one.Shape("weight"));
        TensorShape shape = new(x[0], w[0], ((x[2] + (2 * one.Integer("padding")) - w[2]) / one.Integer("stride")) + 1, ((x[3] + (2 * one.Integer("padding")) - w[3]) / one.Integer("stride")) + 1);
        (float[] input, float[] weight, float[]? bias) = (one["input"], one["weight"], one.Optional("bias"));
        return [Give(one, "output", shape, Dots(shape.Length, Taps(one).Select(t => (t.Output, input[t.Input], weight[t.Weight])), loose, bias is null ? null : i => bias[i / (shape[2] * shape[3]) % w[0]]))];
    }

    private static NamedTensor[] ConvolutionBackward(BoundCase one, LooseFloat loose)
    {
        (float[] input, float[] weight, float[] g) = (one["input"], one["weight"], one["grad_output"]);
        List<NamedTensor> outputs =
        [
            Give(one, "grad_input", one.Shape("input"), Dots(input.Length, Taps(one).Select(t => (t.Input, g[t.Output], weight[t.Weight])), loose)),
            Give(one, "grad_weight", one.Shape("weight"), Dots(weight.Length, Taps(one).Select(t => (t.Weight, g[t.Output], input[t.Input])), loose)),
        ];
        if (one.Flag("bias"))
        {
            TensorShape shape = one.Shape("grad_output");
            outputs.Add(Give(one, "grad_bias", new TensorShape(shape[1]), [.. Enumerable.Range(0, shape[1]).Select(k => loose.Sum([.. g.Where((_, i) => i / (shape[2] * shape[3]) % shape[1] == k)]))]));
        }

        return [.. outputs];
    }

    private static NamedTensor[] Linear(BoundCase one, LooseFloat loose)
    {
        (float[] x, float[] w, float[]? bias, int d, int k) = (one["input"], one["weight"], one.Optional("bias"), one.Shape("weight")[1], one.Shape("weight")[0]);
        int images = one.Shape("input")[0];
        return
        [
            Give(one, "output", new TensorShape(images, k), [.. Enumerable.Range(0, images * k).Select(i => loose.Dot([.. Enumerable.Range(0, d).Select(j => (x[(i / k * d) + j], w[(i % k * d) + j]))], bias?[i % k] ?? 0))]),
        ];
    }

    private static NamedTensor[] LinearBackward(BoundCase one, LooseFloat loose)
    {
        (float[] x, float[] w, float[] g, int d, int k, int images) = (one["input"], one["weight"], one["grad_output"], one.Shape("weight")[1], one.Shape("weight")[0], one.Shape("input")[0]);
        return
        [
            Give(one, "grad_input", one.Shape("input"), [.. Enumerable.Range(0, images * d).Select(i => loose.Dot([.. Enumerable.Range(0, k).Select(j => (g[(i / d * k) + j], w[(j * d) + (i % d)]))]))]),
            Give(one, "grad_weight", one.Shape("weight"), [.. Enumerable.Range(0, k * d).Select(i => loose.Dot([.. Enumerable.Range(0, images).Select(n => (g[(n * k) + (i / d)], x[(n * d) + (i % d)]))]))]),
            Give(one, "grad_bias", new TensorShape(k), [.. Enumerable.Range(0, k).Select(j => loose.Sum([.. Enumerable.Range(0, images).Select(n => g[(n * k) + j])]))]),
        ];
    }

    private static NamedTensor[] Normalise(BoundCase one, LooseFloat loose)
    {
        LooseNormalisation statistics = new LooseNormalisation(one, loose).Measured();
        TensorShape channels = new(statistics.Channels);
        List<NamedTensor> outputs = [Give(one, "output", one.Shape("input"), statistics.Forward(one.Optional("weight"), one.Optional("bias")))];
        if (!one.Flag("training"))
        {
            return [.. outputs];
        }

        outputs.Add(Give(one, "mean", channels, statistics.Mean));
        outputs.Add(Give(one, "var", channels, statistics.Variance));
        if (one.Optional("running_mean") is { } mean)
        {
            float m = one.Number("momentum");
            float count = one.Shape("input").Length / statistics.Channels;
            float[] unbiased = [.. statistics.Variance.Select(v => v * (count / (count - 1)))];
            outputs.Add(Give(one, "running_mean", channels, [.. mean.Select((old, c) => Running(old, statistics.Mean[c], m, loose))]));
            outputs.Add(Give(one, "running_var", channels, [.. one["running_var"].Select((old, c) => Running(old, unbiased[c], m, loose))]));
        }

        return [.. outputs];
    }

    private static float Running(float old, float batch, float momentum, LooseFloat loose) => loose.Way ? ((1 - momentum) * old) + (momentum * batch) : old + (momentum * (batch - old));

    private static NamedTensor[] NormaliseBackward(BoundCase one, LooseFloat loose)
    {
        (float[] input, float[] weight, float[] bias) = new LooseNormalisation(one, loose).Measured().Backward(one.Optional("weight"));
        TensorShape channels = new(weight.Length);
        NamedTensor gradInput = Give(one, "grad_input", one.Shape("input"), input);
        return one.Operation == "normalize_backward" ? [gradInput] : [gradInput, Give(one, "grad_weight", channels, weight), Give(one, "grad_bias", channels, bias)];
    }

    private static int Mask(BoundCase one, int i) => i / (one.Shape("input").Length / one.Shape("input")[0] / one.Shape("input")[1]) % one.Shape("gamma").Length;

    private static NamedTensor[] RescaleBackward(BoundCase one, LooseFloat loose)
    {
        (float[] x, float[] gamma, float[] g) = (one["input"], one["gamma"], one["grad_output"]);
        return
        [
            Give(one, "grad_input", one.Shape("input"), [.. g.Select((value, i) => value * gamma[Mask(one, i)])]),
            Give(one, "grad_gamma", one.Shape("gamma"), Dots(gamma.Length, x.Select((value, i) => (Mask(one, i), value, g[i])), loose)),
            Give(one, "grad_beta", one.Shape("gamma"), [.. Enumerable.Range(0, gamma.Length).Select(c => loose.Sum([.. g.Where((_, i) => Mask(one, i) == c)]))]),
        ];
    }

    // The masks mixed first, or the rescaled inputs.
    private static float[] Mixed(BoundCase one, LooseFloat loose)
    {
        (float[] x, float[] gammas, float[] betas, float[] u) = (one["input"], one["gammas"], one["betas"], one["coefficients"]);
        (int channels, int k, int plane) = (one.Shape("input")[1], one.Shape("gammas")[0], x.Length / one.Shape("input")[0] / one.Shape("input")[1]);
        return
        [
            .. x.Select((value, i) =>
            {
                (int n, int c) = (i / plane / channels, i / plane % channels);
                return loose.OtherWay
                    ? loose.Sum([.. Enumerable.Range(0, k).Select(m => u[(n * k) + m] * loose.MultiplyAdd(gammas[(m * channels) + c], value, betas[(m * channels) + c]))])
                    : loose.MultiplyAdd(
                        loose.Dot([.. Enumerable.Range(0, k).Select(m => (u[(n * k) + m], gammas[(m * channels) + c]))]),
                        value,
                        loose.Dot([.. Enumerable.Range(0, k).Select(m => (u[(n * k) + m], betas[(m * channels) + c]))]));
            }),
        ];
    }

    private static NamedTensor[] MixedBackward(BoundCase one, LooseFloat loose)
    {
        (float[] x, float[] g, float[] gammas, float[] betas, float[] u) = (one["input"], one["grad_output"], one["gammas"], one["betas"], one["coefficients"]);
        (int channels, int k, int images) = (one.Shape("input")[1], one.Shape("gammas")[0], one.Shape("input")[0]);
        int plane = x.Length / images / channels;
        int[] all = [.. Enumerable.Range(0, x.Length)];
        return
        [
            Give(one, "grad_input", one.Shape("input"), [.. g.Select((value, i) => loose.Sum([.. Enumerable.Range(0, k).Select(m => value * gammas[(m * channels) + (i / plane % channels)] * u[(i / plane / channels * k) + m])]))]),
            Give(one, "grad_gammas", one.Shape("gammas"), [.. Enumerable.Range(0, k * channels).Select(m => loose.Sum([.. all.Where(i => i / plane % channels == m % channels).Select(i => g[i] * x[i] * u[(i / plane / channels * k) + (m / channels)])]))]),
            Give(one, "grad_betas", one.Shape("gammas"), [.. Enumerable.Range(0, k * channels).Select(m => loose.Sum([.. all.Where(i => i / plane % channels == m % channels).Select(i => g[i] * u[(i / plane / channels * k) + (m / channels)])]))]),
            Give(one, "grad_coefficients", one.Shape("coefficients"), [.. Enumerable.Range(0, images * k).Select(m => loose.Sum([.. all.Where(i => i / plane / channels == m / k).Select(i => g[i] * loose.MultiplyAdd(gammas[(m % k * channels) + (i / plane % channels)], x[i], betas[(m % k * channels) + (i / plane % channels)]))]))]),
        ];
    }

    private static IEnumerable<(int Window, int Pixel)> Windows(BoundCase one, out TensorShape output, out float area)
    {
        int[] kernel = [.. one.Attributes["kernel_size"].Split(',').Select(int.Parse)];
        (TensorShape x, int stride, int padding) = (one.Shape("input"), one.Integer("stride"), one.Integer("padding"));
        (int p, int q) = (((x[2] + (2 * padding) - kernel[0]) / stride) + 1, ((x[3] + (2 * padding) - kernel[1]) / stride) + 1);
        output = new TensorShape(x[0], x[1], p, q);
        area = kernel[0] * kernel[1];
        return Enumerable.Range(0, output.Length).SelectMany(window => Enumerable.Range(0, kernel[0] * kernel[1]).Select(tap => (window, Pixel(window, tap)))).Where(pair => pair.Item2 >= 0);

        int Pixel(int window, int tap)
        {
            (int h, int w) = ((window / q % p * stride) - padding + (tap / kernel[1]), (window % q * stride) - padding + (tap % kernel[1]));
            return h < 0 || h >= x[2] || w < 0 || w >= x[3] ? -1 : (((window / (p * q) * x[2]) + h) * x[3]) + w;
        }
    }

    private static NamedTensor[] AveragePool(BoundCase one, LooseFloat loose)
    {
        float[] x = one["input"];
        ILookup<int, int> windows = Windows(one, out TensorShape shape, out float area).ToLookup(pair => pair.Window, pair => pair.Pixel);
        return [Give(one, "output", shape, [.. Enumerable.Range(0, shape.Length).Select(i => loose.Divide(loose.Sum([.. windows[i].Select(pixel => x[pixel])]), area))])];
    }

    private static NamedTensor[] AveragePoolBackward(BoundCase one, LooseFloat loose)
    {
        float[] g = one["grad_output"];
        ILookup<int, int> pixels = Windows(one, out _, out float area).ToLookup(pair => pair.Pixel, pair => pair.Window);
        return [Give(one, "grad_input", one.Shape("input"), [.. Enumerable.Range(0, one.Shape("input").Length).Select(i => loose.Sum([.. pixels[i].Select(window => loose.Divide(g[window], area))]))])];
    }

    private static NamedTensor[] Divergence(BoundCase one, LooseFloat loose)
    {
        (float[] input, float[] reference) = LooseSoftmax.DivergenceBackward(one, loose);
        return [Give(one, "grad_input", one.Shape("input"), input), Give(one, "grad_reference", one.Shape("input"), reference)];
    }

    private static float Dlr(BoundCase one, float[] z, int n)
    {
        float[] sorted = [.. z.OrderDescending()];
        int y = one.Labels("target")[n];
        bool targeted = one.Inputs.ContainsKey("attack_target");
        float rival = targeted ? z[one.Labels("attack_target")[n]] : z.Where((_, j) => j != y).Max();
        float lower = targeted ? (0.5f * sorted[2]) + (0.5f * sorted[3]) : sorted[2];
        return -(z[y] - rival) / (sorted[0] - lower + 1e-12f);
    }

    private static NamedTensor[] Sgd(BoundCase one, LooseFloat loose)
    {
        (float[] w, float[] g, float[]? buffer) = (one["param"], one["grad"], one.Optional("momentum_buffer"));
        (float lr, float momentum, float decay) = (one.Number("lr"), one.Number("momentum"), one.Number("weight_decay"));
        float share = 1 - one.Number("dampening");
        float[] velocity = new float[w.Length];
        float[] moved = new float[w.Length];
        for (int i = 0; i < w.Length; i++)
        {
            float direction = decay == 0 ? g[i] : loose.MultiplyAdd(decay, w[i], g[i]);
            velocity[i] = buffer is null ? direction : loose.Way ? loose.MultiplyAdd(buffer[i], momentum, share * direction) : loose.MultiplyAdd(share, direction, buffer[i] * momentum);
            direction = momentum == 0 ? direction : one.Flag("nesterov") ? loose.MultiplyAdd(momentum, velocity[i], direction) : velocity[i];
            moved[i] = loose.MultiplyAdd(-lr, direction, w[i]);
        }

        NamedTensor parameter = Give(one, "param", one.Shape("param"), moved);
        return momentum == 0 ? [parameter] : [parameter, Give(one, "momentum_buffer", one.Shape("param"), velocity)];
    }
}
