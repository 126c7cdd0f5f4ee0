using System.Globalization;
using System.Text.RegularExpressions;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Networks;

/// <summary><c>sequential</c>: a chain of layers written as text, with the parameter names of torch.nn.Sequential.</summary>
/// <remarks>
/// Layers are separated by blanks; layer i of the list has parameters <c>i.weight</c>, <c>i.bias</c>. Numbers are
/// positional, options follow as <c>name value</c> or <c>name=value</c>:
/// <list type="bullet">
/// <item><c>conv2d(in,out,kernel[,stride n][,padding n][,dilation n][,groups n][,bias false])</c>; a kernel, stride, padding or dilation is n or HxW</item>
/// <item><c>linear(in,out[,bias false])</c>, <c>batchnorm2d(channels)</c>, <c>relu</c>, <c>flatten</c></item>
/// <item><c>maxpool2d(kernel[,stride n][,padding n])</c>, <c>avgpool2d(kernel[,stride n][,padding n])</c>, <c>globalavgpool</c></item>
/// </list>
/// A text may end with a remark behind a semicolon, which is not read.
/// </remarks>
public static partial class SequentialNetwork
{
    /// <summary>The number of inputs and outputs that the text itself states, where it does: the last linear layer's outputs.</summary>
    /// <exception cref="ArgumentException">The text has no linear layer.</exception>
    public static int Classes(string layers) =>
        Parse(layers).LastOrDefault(layer => layer.Name == "linear")?.Number(1)
        ?? throw new ArgumentException("sequential: there is no linear layer, so the number of classes is unknown");

    /// <summary>The channels of the images that the first layer with a stated number of inputs reads.</summary>
    /// <exception cref="ArgumentException">No layer states it.</exception>
    public static int InputChannels(string layers) =>
        Parse(layers).FirstOrDefault(layer => layer.Name is "conv2d" or "batchnorm2d")?.Number(0)
        ?? throw new ArgumentException("sequential: there is no convolution, so the number of channels is unknown");

    internal static void Build(GraphBuilder builder, string layers)
    {
        int node = builder.Last;
        int position = 0;
        foreach (Layer layer in Parse(layers))
        {
            TensorShape shape = builder.ShapeOf(node);
            if (layer.Name is "conv2d" or "linear" or "batchnorm2d" && layer.Number(0) != shape[0])
            {
                throw new ArgumentException($"sequential: layer {position}, {layer.Name}, states {layer.Number(0)} inputs, but gets {shape}");
            }

            string name = position.ToString(CultureInfo.InvariantCulture);
            node = layer.Name switch
            {
                "conv2d" => builder.Convolution(node, name, layer.Number(1), Attributes(layer), layer.Flag("bias")),
                "linear" => builder.Linear(node, name, layer.Number(1), layer.Flag("bias")),
                "batchnorm2d" => builder.BatchNorm(node, name),
                "relu" => builder.Relu(node),
                "flatten" => builder.Flatten(node),
                "maxpool2d" => builder.MaxPool(node, Window(layer)),
                "avgpool2d" => builder.AveragePool(node, Window(layer)),
                "globalavgpool" => builder.GlobalAveragePool(node),
                _ => throw new ArgumentException($"sequential: layer {position} «{layer.Name}» is unknown"),
            };
            position++;
        }
    }

    private static ConvAttributes Attributes(Layer layer)
    {
        (int r, int s) = layer.Pair(2);
        (int strideH, int strideW) = layer.Pair("stride", 1);
        (int padH, int padW) = layer.Pair("padding", 0);
        (int dilationH, int dilationW) = layer.Pair("dilation", 1);
        return new ConvAttributes(r, s, strideH, strideW, padH, padW, dilationH, dilationW, layer.Pair("groups", 1).Height);
    }

    private static PoolAttributes Window(Layer layer)
    {
        (int r, int s) = layer.Pair(0);
        (int strideH, int strideW) = layer.Options.ContainsKey("stride") ? layer.Pair("stride", 1) : (r, s);
        (int padH, int padW) = layer.Pair("padding", 0);
        return new PoolAttributes(r, s, strideH, strideW, padH, padW);
    }

    private static List<Layer> Parse(string text)
    {
        string body = text.Split(';')[0];
        List<Layer> layers = [];
        int position = 0;
        while (position < body.Length)
        {
            Match match = LayerPattern().Match(body, position);
            if (!match.Success)
            {
                if (body[position..].Trim().Length == 0)
                {
                    break;
                }

                throw new ArgumentException($"sequential: «{body[position..].Trim()}» at character {position} is not a layer");
            }

            layers.Add(new Layer(match.Groups["name"].Value.ToLowerInvariant(), match.Groups["arguments"].Value));
            position = match.Index + match.Length;
        }

        return layers.Count > 0 ? layers : throw new ArgumentException("sequential: there are no layers");
    }

    [GeneratedRegex(@"\G\s*(?<name>[A-Za-z_][A-Za-z_0-9]*)\s*(\((?<arguments>[^()]*)\))?")]
    private static partial Regex LayerPattern();

    private sealed class Layer
    {
        private readonly List<string> _positional = [];

        public Layer(string name, string arguments)
        {
            Name = name;
            foreach (string argument in arguments.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                string[] words = argument.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 1)
                {
                    _positional.Add(words[0]);
                }
                else if (words.Length != 2 || !Options.TryAdd(words[0], words[1]))
                {
                    throw new ArgumentException($"sequential: {name} has an argument «{argument}» that is not a number or one «option value»");
                }
                else if (words[0] is not ("stride" or "padding" or "dilation" or "groups" or "bias"))
                {
                    throw new ArgumentException($"sequential: {name} has no option «{words[0]}»");
                }
            }
        }

        public string Name { get; }

        public Dictionary<string, string> Options { get; } = [];

        public int Number(int index) => Pair(index).Height;

        public (int Height, int Width) Pair(int index) => index < _positional.Count
            ? ParsePair(_positional[index])
            : throw new ArgumentException($"sequential: {Name} needs at least {index + 1} numbers, not {_positional.Count}");

        public (int Height, int Width) Pair(string option, int fallback) =>
            Options.TryGetValue(option, out string? value) ? ParsePair(value) : (fallback, fallback);

        public bool Flag(string option) => !Options.TryGetValue(option, out string? value) || (bool.TryParse(value, out bool flag)
            ? flag
            : throw new ArgumentException($"sequential: {Name} {option} is «{value}», not true or false"));

        private (int Height, int Width) ParsePair(string text)
        {
            string[] parts = text.Split('x');
            int[] numbers = new int[parts.Length];
            bool good = parts.Length <= 2;
            for (int i = 0; i < parts.Length && good; i++)
            {
                good = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]);
            }

            return good ? (numbers[0], numbers[^1]) : throw new ArgumentException($"sequential: {Name} has «{text}», not a number or HxW");
        }
    }
}
