using RobMask.Tests.Spec;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Float arithmetic as some implementation might do it: an order of sums, products fused or not, elementary functions off by a unit.</summary>
internal sealed class LooseFloat(Draw draw)
{
    private readonly int _order = draw.Between(0, 4);
    private readonly bool _fused = draw.Chance(0.5);

    /// <summary>A way that is chosen once for a case.</summary>
    public bool Way { get; } = draw.Chance(0.5);

    public bool OtherWay { get; } = draw.Chance(0.5);

    public float MultiplyAdd(float a, float b, float c) => _fused ? MathF.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    public float Divide(float x, float n) => Way ? x / n : x * (1 / n);

    public float Exp(float x) => Nudge((float)Math.Exp(x), x == 0);

    public float Log(float x) => Nudge((float)Math.Log(x), x == 1);

    public float ReciprocalRoot(float x) => Way ? 1 / MathF.Sqrt(x) : Nudge((float)(1 / Math.Sqrt(x)), false);

    /// <summary>A sum in sequence, backwards, shuffled, pairwise or by blocks.</summary>
    public float Sum(List<float> terms)
    {
        if (terms.Count == 0)
        {
            return 0;
        }

        List<float> ordered = terms;
        switch (_order)
        {
            case 1:
                ordered = [.. terms];
                ordered.Reverse();
                break;
            case 2:
                ordered = [.. terms];
                for (int i = ordered.Count - 1; i > 0; i--)
                {
                    int j = draw.Between(0, i);
                    (ordered[i], ordered[j]) = (ordered[j], ordered[i]);
                }

                break;
            case 3:
                return Pairwise(terms, 0, terms.Count);
            case 4:
                float blocks = 0;
                for (int start = 0; start < terms.Count; start += 4)
                {
                    float block = 0;
                    for (int i = start; i < Math.Min(start + 4, terms.Count); i++)
                    {
                        block += terms[i];
                    }

                    blocks += block;
                }

                return blocks;
        }

        float sum = 0;
        foreach (float term in ordered)
        {
            sum += term;
        }

        return sum;
    }

    /// <summary>A sum of products with a term that may come first or last.</summary>
    public float Dot(List<(float A, float B)> factors, float bias = 0)
    {
        if (!_fused)
        {
            List<float> terms = [.. factors.Select(f => f.A * f.B)];
            if (Way)
            {
                return Sum(terms) + bias;
            }

            terms.Insert(0, bias);
            return Sum(terms);
        }

        float sum = Way ? bias : 0;
        for (int i = 0; i < factors.Count; i++)
        {
            (float a, float b) = factors[_order == 1 ? factors.Count - 1 - i : i];
            sum = MathF.FusedMultiplyAdd(a, b, sum);
        }

        return Way ? sum : sum + bias;
    }

    private static float Pairwise(List<float> terms, int start, int end) =>
        end - start == 1 ? terms[start] : Pairwise(terms, start, (start + end + 1) / 2) + Pairwise(terms, (start + end + 1) / 2, end);

    private float Nudge(float x, bool isExact) => isExact || !float.IsFinite(x) || x == 0 ? x : draw.Between(0, 2) switch { 0 => MathF.BitDecrement(x), 1 => MathF.BitIncrement(x), _ => x };
}
