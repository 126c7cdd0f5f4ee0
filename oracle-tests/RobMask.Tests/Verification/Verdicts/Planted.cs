using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Verdicts;

/// <summary>Convolutions as others compute them, rightly and wrongly: plain loops over products, each of which may be changed or left out.</summary>
internal static class Planted
{
    /// <summary>Products and sums rounded to float one by one, from the last term to the first.</summary>
    public static DenseTensor<float> Unfused(OperationRequest request) => Convolve(request, (terms, bias) =>
    {
        float sum = bias;
        for (int i = terms.Length - 1; i >= 0; i--)
        {
            sum += terms[i].X * terms[i].W;
        }

        return sum;
    });

    /// <summary>Operands rounded to tf32 or bf16, the sum in float.</summary>
    public static DenseTensor<float> Rounded(OperationRequest request, string model)
    {
        Func<float, float> round = model == "tf32" ? Judging.Tf32 : Judging.BFloat16;
        return Unfused(request.With("input", Judging.Map(request.Input("input"), round)).With("weight", Judging.Map(request.Input("weight"), round)));
    }

    /// <summary>The sum kept in bf16 after every term.</summary>
    public static DenseTensor<float> AccumulatedInBFloat16(OperationRequest request) => Convolve(request, (terms, bias) =>
    {
        float sum = 0;
        foreach ((float x, float w, _, _) in terms)
        {
            sum = Judging.BFloat16(sum + (x * w));
        }

        return Judging.BFloat16(sum + bias);
    });

    /// <summary>Only the products that are kept: the condition sees their place in the sum and their tap.</summary>
    public static DenseTensor<float> Without(OperationRequest request, Func<int, int, bool> lost) => Convolve(request, (terms, bias) =>
    {
        double sum = bias;
        foreach ((float x, float w, int order, int tap) in terms)
        {
            sum += lost(order, tap) ? 0 : (double)x * w;
        }

        return (float)sum;
    });

    /// <summary>Every position of the input shifted.</summary>
    public static DenseTensor<float> Shifted(OperationRequest request, int rows, int columns) => Convolve(
        request,
        (terms, bias) => (float)(terms.Sum(term => (double)term.X * term.W) + bias),
        rows,
        columns);

    /// <summary>A convolution of stride 1 with padding 1 whose sums somebody else makes; terms of the padding are left out.</summary>
    private static DenseTensor<float> Convolve(OperationRequest request, Func<(float X, float W, int Order, int Tap)[], float, float> sum, int rows = 0, int columns = 0)
    {
        DenseTensor<float> x = request.Input("input");
        DenseTensor<float> w = request.Input("weight");
        (int height, int width, int channels) = (x.Shape[2], x.Shape[3], x.Shape[1]);
        DenseTensor<float> y = new(x.Shape[0], w.Shape[0], height, width);
        List<(float, float, int, int)> terms = [];
        for (int i = 0; i < y.Length; i++)
        {
            (int n, int k, int p, int q) = (i / width / height / w.Shape[0], i / width / height % w.Shape[0], i / width % height, i % width);
            terms.Clear();
            for (int t = 0; t < channels * 9; t++)
            {
                (int c, int tap) = (t / 9, t % 9);
                (int h, int v) = (p - 1 + (tap / 3) + rows, q - 1 + (tap % 3) + columns);
                if (h >= 0 && h < height && v >= 0 && v < width)
                {
                    terms.Add((x.Span[(((((n * channels) + c) * height) + h) * width) + v], w.Span[((((k * channels) + c) * 9) + tap)], t, tap));
                }
            }

            y.Span[i] = sum([.. terms], request.Inputs.ContainsKey("bias") ? request.Input("bias").Span[k] : 0);
        }

        return y;
    }
}
