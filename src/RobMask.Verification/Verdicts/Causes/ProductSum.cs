using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>One product of a sum.</summary>
/// <param name="Left">Its place in the left operand.</param>
/// <param name="Right">Its place in the right operand.</param>
/// <param name="Order">Its place in the sum of the evaluation order, padding counted.</param>
/// <param name="Tap">r·S + s.</param>
/// <param name="Slice">The channel, of a gradient of weights the image, that it comes from.</param>
internal readonly record struct ProductTerm(int Left, int Right, int Order, int Tap, int Slice);

/// <summary>One output of a convolution or linear layer, or of their gradients, element by element: which products are summed.</summary>
/// <remarks>A linear layer is a convolution of planes of one element. Settings that a fault may change are init-only: see <see cref="ProductHypotheses"/>.</remarks>
internal sealed record ProductSum
{
    private ProductSum(string output, DenseTensor<double> left, DenseTensor<double> right, ConvAttributes attributes, TensorShape input, TensorShape weight, TensorShape given)
    {
        Output = output;
        Left = left;
        Right = right;
        Attributes = attributes;
        Input = input;
        Weight = weight;
        Given = given;
        GreatestOperands = Greatest(left) + Greatest(right);
    }

    /// <summary>output, grad_input or grad_weight.</summary>
    public string Output { get; }

    /// <summary>The left operand: the input, or of grad_input the gradient of the output.</summary>
    public DenseTensor<double> Left { get; init; }

    /// <summary>The right operand: the weight, or of grad_weight the gradient of the output.</summary>
    public DenseTensor<double> Right { get; init; }

    /// <summary>Added at the end; null for none.</summary>
    public DenseTensor<double>? Bias { get; init; }

    /// <summary>The convolution.</summary>
    public ConvAttributes Attributes { get; init; }

    /// <summary>Rows and columns by which every position of the input is shifted.</summary>
    public (int Rows, int Columns) Shift { get; init; }

    /// <summary>Whether the kernel is mirrored, as in a true convolution.</summary>
    public bool Mirrored { get; init; }

    /// <summary>Whether the kernel's rows and columns are exchanged.</summary>
    public bool Transposed { get; init; }

    /// <summary>The image that is read for image n is n + this, around the end.</summary>
    public int NextImage { get; init; }

    /// <summary>How often a product counts; null for once.</summary>
    public Func<ProductTerm, double>? Count { get; init; }

    /// <summary>What happens to an operand before it is multiplied; null for nothing.</summary>
    public Func<double, double>? Operand { get; init; }

    private TensorShape Input { get; }

    private TensorShape Weight { get; }

    private TensorShape Given { get; }

    private double GreatestOperands { get; }

    /// <summary>The sum behind an output; null where it is none of products.</summary>
    public static ProductSum? Of(Suspicion suspicion) => Of(suspicion.Request.Name, suspicion.Expected.Name, suspicion.Attributes, suspicion.Input);

    /// <summary>The same from the parts of a request.</summary>
    public static ProductSum? Of(string operation, string output, IReadOnlyDictionary<string, object> settings, Func<string, DenseTensor<double>?> inputs)
    {
        bool linear = operation is "linear" or "linear_backward";
        if (!(linear || operation is "conv2d" or "conv2d_backward") || output == "grad_bias")
        {
            return null;
        }

        DenseTensor<double> input = Planes(inputs("input")!);
        DenseTensor<double> weight = Planes(inputs("weight")!);
        ConvAttributes attributes = linear ? new ConvAttributes(1, 1) : Read(weight.Shape, settings);
        DenseTensor<double>? gradOutput = inputs("grad_output") is { } gradient ? Planes(gradient) : null;
        TensorShape given = gradOutput?.Shape ?? Conv2d.OutputShape(input.Shape, weight.Shape, attributes);
        return output switch
        {
            "output" => new ProductSum(output, input, weight, attributes, input.Shape, weight.Shape, given) { Bias = inputs("bias") },
            "grad_input" => new ProductSum(output, gradOutput!, weight, attributes, input.Shape, weight.Shape, given),
            _ => new ProductSum(output, input, gradOutput!, attributes, input.Shape, weight.Shape, given),
        };
    }

    /// <summary>The number of products of an element without reading any; null where an output is no sum of products.</summary>
    public static long? Terms(OperationRequest request, string output)
    {
        if (request.Name is not ("conv2d" or "conv2d_backward" or "linear" or "linear_backward") || output == "grad_bias")
        {
            return null;
        }

        TensorShape weight = request.Inputs["weight"].Shape;
        int taps = weight.Rank == 4 ? weight[2] * weight[3] : 1;
        return output switch
        {
            "output" => weight.Length / Math.Max(1, weight[0]),
            "grad_input" => (long)weight[0] * taps,
            _ => request.Inputs["grad_output"].Shape is { Rank: > 1 } given ? given.Length / Math.Max(1, given[1]) : null,
        };
    }

    /// <summary>The greatest number of products of an element.</summary>
    public long Length => Output switch
    {
        "output" => Weight.Length / Math.Max(1, Weight[0]),
        "grad_input" => (long)Weight[0] / Attributes.Groups * Weight[2] * Weight[3],
        _ => (long)Given[0] * Given[2] * Given[3],
    };

    /// <summary>The products of an element.</summary>
    public List<ProductTerm> Terms(int index) => Output switch
    {
        "output" => OutputTerms(index),
        "grad_input" => InputTerms(index),
        _ => WeightTerms(index),
    };

    /// <summary>The number that a product is, without <see cref="Count"/>.</summary>
    public double Product(ProductTerm term)
    {
        double left = Left.Span[term.Left];
        double right = Right.Span[term.Right];
        return Operand is null ? left * right : Operand(left) * Operand(right);
    }

    /// <summary>An element in double, with the bound of its sum in a precision.</summary>
    public Approximate Value(int index, ArithmeticModel model)
    {
        double sum = 0;
        double magnitude = 0;
        foreach (ProductTerm term in Terms(index))
        {
            double product = Product(term) * (Count?.Invoke(term) ?? 1);
            sum += product;
            magnitude += Math.Abs(product);
        }

        if (Bias is not null)
        {
            double bias = Bias.Span[index / (Given[2] * Given[3]) % Given[1]];
            sum += bias;
            magnitude += Math.Abs(bias);
        }

        long terms = Length + 1;
        double operand = (2 * model.OperandRounding) + (model.OperandRounding * model.OperandRounding);
        double factor = operand + ((1 + operand) * model.Accumulation(terms)) + ((terms + 4) * Math.ScaleB(1, -52));
        return new Approximate(sum, (factor * magnitude) + (terms * (model.Underflow + (model.OperandFloor * (1 + GreatestOperands))))).Rounded();
    }

    private static ConvAttributes Read(TensorShape weight, IReadOnlyDictionary<string, object> settings)
    {
        (int strideHeight, int strideWidth) = ((int, int))settings["stride"];
        (int paddingHeight, int paddingWidth) = ((int, int))settings["padding"];
        (int dilationHeight, int dilationWidth) = ((int, int))settings["dilation"];
        return new ConvAttributes(weight[2], weight[3], strideHeight, strideWidth, paddingHeight, paddingWidth, dilationHeight, dilationWidth, (int)(long)settings["groups"]);
    }

    private static DenseTensor<double> Planes(DenseTensor<double> tensor) => tensor.Shape.Rank == 4 ? tensor : tensor.View(new TensorShape(tensor.Shape[0], tensor.Shape[1], 1, 1));

    private static double Greatest(DenseTensor<double> tensor)
    {
        double greatest = 0;
        foreach (double x in tensor.Span)
        {
            greatest = double.IsFinite(x) ? Math.Max(greatest, Math.Abs(x)) : greatest;
        }

        return greatest;
    }

    private static int At(TensorShape shape, int a, int b, int c, int d) => (((((a * shape[1]) + b) * shape[2]) + c) * shape[3]) + d;

    private static (int A, int B, int C, int D) Place(TensorShape shape, int index) =>
        (index / shape[3] / shape[2] / shape[1], index / shape[3] / shape[2] % shape[1], index / shape[3] % shape[2], index % shape[3]);

    private int Kernel(int k, int c, int r, int s)
    {
        (int row, int column) = Transposed ? (s, r) : (r, s);
        return Mirrored ? At(Weight, k, c, Weight[2] - 1 - row, Weight[3] - 1 - column) : At(Weight, k, c, row, column);
    }

    private int Row(int p, int r) => (p * Attributes.StrideHeight) - Attributes.PaddingHeight + (r * Attributes.DilationHeight) + Shift.Rows;

    private int Column(int q, int s) => (q * Attributes.StrideWidth) - Attributes.PaddingWidth + (s * Attributes.DilationWidth) + Shift.Columns;

    private int Image(int n) => (n + NextImage + Input[0]) % Input[0];

    private bool IsInside(int h, int w) => h >= 0 && h < Input[2] && w >= 0 && w < Input[3];

    private List<ProductTerm> OutputTerms(int index)
    {
        List<ProductTerm> terms = [];
        (int n, int k, int p, int q) = Place(Given, index);
        int first = k / (Given[1] / Attributes.Groups) * Weight[1];
        for (int c = 0; c < Weight[1]; c++)
        {
            for (int tap = 0; tap < Weight[2] * Weight[3]; tap++)
            {
                (int r, int s) = (tap / Weight[3], tap % Weight[3]);
                (int h, int w) = (Row(p, r), Column(q, s));
                if (IsInside(h, w))
                {
                    terms.Add(new ProductTerm(At(Input, Image(n), first + c, h, w), Kernel(k, c, r, s), (c * Weight[2] * Weight[3]) + tap, tap, c));
                }
            }
        }

        return terms;
    }

    private List<ProductTerm> InputTerms(int index)
    {
        List<ProductTerm> terms = [];
        (int n, int channel, int h, int w) = Place(Input, index);
        (int outputs, int group) = (Weight[0] / Attributes.Groups, channel / Weight[1]);
        for (int k = 0; k < outputs; k++)
        {
            for (int tap = 0; tap < Weight[2] * Weight[3]; tap++)
            {
                (int r, int s) = (tap / Weight[3], tap % Weight[3]);
                int p = h - Row(0, r);
                int q = w - Column(0, s);
                if (p % Attributes.StrideHeight == 0 && q % Attributes.StrideWidth == 0 && p >= 0 && q >= 0 && p / Attributes.StrideHeight < Given[2] && q / Attributes.StrideWidth < Given[3])
                {
                    int output = (group * outputs) + k;
                    terms.Add(new ProductTerm(
                        At(Given, Image(n), output, p / Attributes.StrideHeight, q / Attributes.StrideWidth), Kernel(output, channel % Weight[1], r, s), (k * Weight[2] * Weight[3]) + tap, tap, k));
                }
            }
        }

        return terms;
    }

    private List<ProductTerm> WeightTerms(int index)
    {
        List<ProductTerm> terms = [];
        (int k, int c, int r, int s) = Place(Weight, index);
        int channel = (k / (Weight[0] / Attributes.Groups) * Weight[1]) + c;
        (r, s) = Mirrored ? (Weight[2] - 1 - r, Weight[3] - 1 - s) : Transposed ? (s, r) : (r, s);
        for (int n = 0; n < Given[0]; n++)
        {
            for (int place = 0; place < Given[2] * Given[3]; place++)
            {
                (int p, int q) = (place / Given[3], place % Given[3]);
                (int h, int w) = (Row(p, r), Column(q, s));
                if (IsInside(h, w))
                {
                    terms.Add(new ProductTerm(At(Input, Image(n), channel, h, w), At(Given, n, k, p, q), (n * Given[2] * Given[3]) + place, place, n));
                }
            }
        }

        return terms;
    }
}
