using System.Globalization;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Verification.Golden;

/// <summary>A case as it is defined: what the corpus is written from. Inputs are added in the order of the file.</summary>
internal sealed class GoldenCase(string name, string operation, string why)
{
    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITensor> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GoldenDraw> _draws = new(StringComparer.Ordinal);

    public string Name => $"{operation}/{name}";

    public string Operation => operation;

    public string Why => why;

    public IReadOnlyDictionary<string, string> Attributes => _attributes;

    /// <summary>The inputs, drawn ones included.</summary>
    public IReadOnlyDictionary<string, ITensor> Inputs => _inputs;

    /// <summary>How the inputs are drawn: of all, or of none.</summary>
    public IReadOnlyDictionary<string, GoldenDraw> Draws => _draws;

    public GoldenCase With(string attribute, string value)
    {
        _attributes.Add(attribute, value);
        return this;
    }

    public GoldenCase With(string attribute, int value) => With(attribute, value.ToString(CultureInfo.InvariantCulture));

    public GoldenCase Input(string input, ITensor tensor)
    {
        _inputs.Add(input, tensor);
        return this;
    }

    /// <summary>Given floats.</summary>
    public GoldenCase Values(string input, int[] shape, params float[] values) => Input(input, DenseTensor<float>.From(values, shape));

    /// <summary>Standard normal numbers, stored.</summary>
    public GoldenCase Normal(string input, params int[] shape) => Input(input, Draw(new GoldenDraw(shape, "normal", Seed(input), 1000)));

    /// <summary>Normal numbers times a scale, which is rounded once more.</summary>
    public GoldenCase Scaled(string input, float scale, params int[] shape)
    {
        DenseTensor<float> tensor = Draw(new GoldenDraw(shape, "normal", Seed(input), 1000));
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span[i] *= scale;
        }

        return Input(input, tensor);
    }

    /// <summary>Integers of −8 to 8: products and short sums of them are exact in any order.</summary>
    public GoldenCase Integers(string input, params int[] shape)
    {
        DenseTensor<float> tensor = new(shape);
        PhiloxStream numbers = new(new PhiloxKey(Seed(input), 1000, 0));
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span[i] = numbers.Integer(i, 17) - 8;
        }

        return Input(input, tensor);
    }

    /// <summary>Normal numbers among which every fifth is a hostile one: zeros of both signs, the least and greatest numbers, subnormals, infinities, NaN, ties.</summary>
    public GoldenCase Hostile(string input, params int[] shape)
    {
        float[] hostile =
        [
            0, -0f, float.Epsilon, -float.Epsilon, 1.1754942e-38f, 1.17549435e-38f, float.MaxValue, -float.MaxValue, 1e30f, -1e-30f, 1, 1, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        ];
        DenseTensor<float> tensor = Draw(new GoldenDraw(shape, "normal", Seed(input), 1000));
        PhiloxStream numbers = new(new PhiloxKey(Seed(input), 1001, 0));
        for (int i = 0; i < tensor.Length; i += 5)
        {
            tensor.Span[i] = hostile[numbers.Integer(i, hostile.Length)];
        }

        return Input(input, tensor);
    }

    /// <summary>Pairs of large numbers that cancel, with small ones beside them.</summary>
    public GoldenCase Cancelling(string input, params int[] shape)
    {
        DenseTensor<float> tensor = Draw(new GoldenDraw(shape, "normal", Seed(input), 1000));
        for (int i = 0; i + 1 < tensor.Length; i += 3)
        {
            tensor.Span[i] *= 1e7f;
            tensor.Span[i + 1] -= tensor.Span[i];
        }

        return Input(input, tensor);
    }

    /// <summary>Normal numbers about 10·n in image n: merging the moments of images is then most of the variance.</summary>
    public GoldenCase Brightening(string input, params int[] shape)
    {
        DenseTensor<float> tensor = Draw(new GoldenDraw(shape, "normal", Seed(input), 1000));
        int length = tensor.Length / shape[0];
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span[i] += 10 * (i / length);
        }

        return Input(input, tensor);
    }

    /// <summary>Uniform numbers in [0, 1).</summary>
    public GoldenCase Uniform(string input, params int[] shape) => Input(input, Draw(new GoldenDraw(shape, "uniform", Seed(input), 1000)));

    /// <summary>Class labels.</summary>
    public GoldenCase Labels(string input, int images, int classes)
    {
        DenseTensor<long> labels = new(images);
        PhiloxStream numbers = new(new PhiloxKey(Seed(input), 1002, 0));
        for (int n = 0; n < images; n++)
        {
            labels.Span[n] = numbers.Integer(n, classes);
        }

        return Input(input, labels);
    }

    /// <summary>Given class labels.</summary>
    public GoldenCase GivenLabels(string input, params long[] labels) => Input(input, DenseTensor<long>.From(labels, labels.Length));

    /// <summary>Standard normal numbers that the manifest only describes.</summary>
    public GoldenCase Drawn(string input, params int[] shape)
    {
        GoldenDraw draw = new(shape, "normal", Seed(input), 1000);
        _draws.Add(input, draw);
        return Input(input, Draw(draw));
    }

    /// <summary>The numbers that a draw stands for.</summary>
    public static DenseTensor<float> Draw(GoldenDraw draw)
    {
        DenseTensor<float> tensor = new([.. draw.Shape]);
        PhiloxStream numbers = new(new PhiloxKey(draw.Seed, draw.Stream, 0));
        if (draw.Distribution == "normal")
        {
            numbers.FillNormal(tensor);
        }
        else if (draw.Distribution == "uniform")
        {
            numbers.FillUniform(tensor);
        }
        else
        {
            throw new InvalidDataException($"golden: distribution «{draw.Distribution}»; expected normal or uniform");
        }

        return tensor;
    }

    /// <summary>A seed of the case and the input: FNV-1a of their names, so that no case depends on another's place in the list.</summary>
    private ulong Seed(string input)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in $"{Name}:{input}")
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        return hash >> 16;
    }
}
