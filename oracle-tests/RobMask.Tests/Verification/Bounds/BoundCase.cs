using System.Globalization;
using RobMask.Tensors;
using RobMask.Tests.Spec;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>A random small call of an operation: shapes with prime and trivial extents, values of every manner, settings short and long.</summary>
internal sealed class BoundCase(string operation, Draw draw, Manner manner)
{
    public string Operation => operation;

    public Draw Draw => draw;

    public Manner Manner => manner;

    public Dictionary<string, ITensor> Inputs { get; } = [];

    public Dictionary<string, string> Attributes { get; } = [];

    public OperationRequest Request => new(operation, Inputs, Attributes) { Precision = OperationPrecision.F32 };

    public float[] this[string input] => ((DenseTensor<float>)Inputs[input]).Span.ToArray();

    public float[]? Optional(string input) => Inputs.ContainsKey(input) ? this[input] : null;

    public TensorShape Shape(string input) => Inputs[input].Shape;

    public int[] Labels(string input) => ((DenseTensor<int>)Inputs[input]).Span.ToArray();

    public float Number(string attribute) => float.Parse(Attributes[attribute], CultureInfo.InvariantCulture);

    public bool Flag(string attribute) => Attributes.TryGetValue(attribute, out string? text) && text == "true";

    public int Integer(string attribute) => int.Parse(Attributes[attribute], CultureInfo.InvariantCulture);

    public override string ToString() =>
        $"{operation} {string.Join(" ", Attributes.Select(a => $"{a.Key}={a.Value}"))} {string.Join(" ", Inputs.Select(i => $"{i.Key} {i.Value.Shape}"))} {manner}, SPEC_SEED={Spec.Draw.RunSeed}, case {draw.Seed}";

    public static BoundCase Random(string operation, Draw draw, Manner manner)
    {
        BoundCase one = new(operation, draw, manner);
        one.Fill(operation.Replace("_backward", string.Empty, StringComparison.Ordinal), operation.EndsWith("_backward", StringComparison.Ordinal));
        return one;
    }

    public BoundCase With(string attribute, object value)
    {
        Attributes[attribute] = Convert.ToString(value is bool flag ? (flag ? "true" : "false") : value, CultureInfo.InvariantCulture)!;
        return this;
    }

    public BoundCase Input(string name, float[] values, params int[] extents)
    {
        Inputs[name] = DenseTensor<float>.From(values, extents);
        return this;
    }

    public BoundCase Target(string name, int[] labels)
    {
        Inputs[name] = DenseTensor<int>.From(labels, labels.Length);
        return this;
    }

    private float[] Values(int[] extents)
    {
        float[] values = draw.Values<float>(extents.Aggregate(1, (a, b) => a * b), manner);

        // Ordinary values often have one sign and a common shift: what activations and images look like, and where variance is hard.
        if (manner == Manner.Ordinary && draw.Chance(0.4))
        {
            float shift = draw.Of(0f, 1f, 100f, 1e4f);
            bool positive = draw.Chance(0.5);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (positive ? Math.Abs(values[i]) : values[i]) + shift;
            }
        }

        return values;
    }

    private void Give(string name, params int[] extents) => Inputs[name] = DenseTensor<float>.From(Values(extents), extents);

    private void Fill(string forward, bool backward)
    {
        switch (forward)
        {
            case "conv2d":
                int groups = draw.Of(1, 1, 2);
                int cg = draw.Between(1, 3);
                int k = groups * draw.Between(1, 2);
                (int r, int s) = (draw.Between(1, 3), draw.Between(1, 3));
                (int h, int w) = (draw.Between(r, 5), draw.Between(s, 5));
                int stride = draw.Between(1, 2);
                int padding = draw.Between(0, 1);
                int n = draw.Between(1, 2);
                With("stride", stride).With("padding", padding).With("groups", groups);
                Give("input", n, groups * cg, h, w);
                Give("weight", k, cg, r, s);
                if (backward)
                {
                    bool bias = draw.Chance(0.5);
                    With("bias", bias);
                    Give("grad_output", n, k, ((h + (2 * padding) - r) / stride) + 1, ((w + (2 * padding) - s) / stride) + 1);
                }
                else if (draw.Chance(0.5))
                {
                    Give("bias", k);
                }

                break;
            case "linear":
                (int images, int d, int classes) = (draw.Between(1, 4), draw.Between(1, 17), draw.Between(1, 4));
                Give("input", images, d);
                Give("weight", classes, d);
                if (backward)
                {
                    Give("grad_output", images, classes);
                }
                else if (draw.Chance(0.5))
                {
                    Give("bias", classes);
                }

                break;
            case "normalize" or "batch_norm":
                bool training = draw.Chance(0.7);
                int[] extents = Image(training);
                With("training", training).With("eps", draw.Of(1e-5f, 1e-3f, 0.5f, draw.Chance(0.2) ? 0f : 1e-5f));
                Give("input", extents);
                if (!training || (!backward && draw.Chance(0.5)))
                {
                    Give("running_mean", extents[1]);
                    Inputs["running_var"] = DenseTensor<float>.From([.. Values([extents[1]]).Select(x => draw.Chance(0.9) ? Math.Abs(x) : x)], extents[1]);
                }

                if (forward == "batch_norm")
                {
                    Give("weight", extents[1]);
                }

                if (backward)
                {
                    Give("grad_output", extents);
                }
                else
                {
                    With("momentum", draw.Of(0.1f, 0.5f, 1f, draw.Float(0, 1)));
                    if (forward == "batch_norm")
                    {
                        Give("bias", extents[1]);
                    }
                }

                break;
            case "rescale":
                int[] image = Image(false);
                int[] mask = draw.Chance(0.5) ? [image[1]] : [image[0], image[1]];
                Give("input", image);
                Give("gamma", mask);
                Give(backward ? "grad_output" : "beta", backward ? image : mask);
                break;
            case "mixed_rescale":
                int[] mixed = Image(false);
                int masks = draw.Between(1, 3);
                Give("input", mixed);
                Give("gammas", masks, mixed[1]);
                Give("betas", masks, mixed[1]);
                Give("coefficients", mixed[0], masks);
                if (backward)
                {
                    Give("grad_output", mixed);
                }

                break;
            case "relu" or "feature_mask":
                int count = draw.Between(1, 40);
                Give("input", count);
                if (backward)
                {
                    Give("grad_output", count);
                }

                break;
            case "sum" or "mean":
                Give("input", draw.Between(1, 3), draw.Between(1, 40));
                break;
            case "add":
                int both = draw.Between(1, 40);
                Give("left", both);
                Give("right", both);
                break;
            case "max_pool2d" or "avg_pool2d":
                (int kr, int ks) = (draw.Between(1, 3), draw.Between(1, 3));
                (int ih, int iw) = (draw.Between(kr, 6), draw.Between(ks, 6));
                int step = draw.Between(1, 3);
                int pad = draw.Between(0, Math.Min(kr, ks) / 2);
                With("kernel_size", $"{kr},{ks}").With("stride", step).With("padding", pad);
                Give("input", 1, 2, ih, iw);
                if (backward)
                {
                    Give("grad_output", 1, 2, ((ih + (2 * pad) - kr) / step) + 1, ((iw + (2 * pad) - ks) / step) + 1);
                }

                break;
            case "global_avg_pool":
                (int gh, int gw) = (draw.Between(1, 5), draw.Between(1, 5));
                Give("input", 2, 2, gh, gw);
                if (backward)
                {
                    Give("grad_output", 2, 2);
                }

                break;
            case "sgd_step":
                int parameters = draw.Between(1, 20);
                float momentum = draw.Of(0f, 0.9f, 0.5f, draw.Float(0, 1));
                bool nesterov = momentum > 0 && draw.Chance(0.5);
                With("lr", draw.Of(0.1f, 0.03125f, draw.Float(0, 1))).With("momentum", momentum).With("weight_decay", draw.Of(0f, 5e-4f, 0.5f)).With("nesterov", nesterov)
                    .With("dampening", nesterov ? 0f : draw.Of(0f, 0.1f, 0.5f));
                Give("param", parameters);
                Give("grad", parameters);
                if (momentum > 0 && draw.Chance(0.7))
                {
                    Give("momentum_buffer", parameters);
                }

                break;
            case "pgd_step":
                int[] pixels = [draw.Between(1, 2), draw.Between(1, 20)];
                With("norm", draw.Of("linf", "l2")).With("step_size", draw.Of(0.0078125f, 2 / 255f, draw.Float(0, 2))).With("epsilon", draw.Of(0f, 8 / 255f, 0.5f, draw.Float(0, 3)));
                With("min", draw.Of(0f, -1f)).With("max", draw.Of(1f, 0.9f));
                bool ordinary = manner is Manner.Ordinary && draw.Chance(0.7);
                foreach (string name in (string[])["input", "origin", "grad"])
                {
                    Inputs[name] = DenseTensor<float>.From(ordinary && name != "grad" ? [.. Enumerable.Range(0, pixels[0] * pixels[1]).Select(_ => draw.Float(0, 1))] : Values(pixels), pixels);
                }

                break;
            case "philox":
                With("seed", draw.Between(0, 1000)).With("stream", draw.Between(0, 20)).With("count", draw.Between(0, 20)).With("distribution", draw.Of("uniform", "normal", "words"));
                break;
            case "softmax" or "log_softmax" or "cross_entropy" or "kl_div" or "margin_loss" or "dlr_loss":
                (int rows, int logits) = (draw.Between(1, 3), draw.Between(forward is "margin_loss" or "dlr_loss" ? 4 : 1, 11));
                Give("input", rows, logits);
                if (forward is "cross_entropy" or "margin_loss" or "dlr_loss")
                {
                    Target("target", draw.Labels(rows, logits));
                    With("reduction", draw.Of("mean", "sum", "none"));
                }

                if (forward == "cross_entropy")
                {
                    With("label_smoothing", draw.Of(0f, 0.1f, 0.5f));
                }

                if (forward == "kl_div")
                {
                    Give("reference", rows, logits);
                    With("reduction", draw.Of("mean", "sum", "none"));
                }

                if (forward == "dlr_loss" && draw.Chance(0.5))
                {
                    Target("attack_target", [.. Labels("target").Select(y => (y + draw.Between(1, logits - 1)) % logits)]);
                }

                break;
            default:
                throw new InvalidOperationException($"no random cases of {operation}");
        }
    }

    private int[] Image(bool training)
    {
        int n = draw.Between(training ? 2 : 1, 4);
        int c = draw.Between(1, 3);
        return draw.Chance(0.3) ? [n, c] : [n, c, draw.Between(1, 3), draw.Between(1, 4)];
    }
}
