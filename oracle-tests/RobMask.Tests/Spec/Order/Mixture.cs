using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «mixed_rescale, mixed_rescale_backward»: primary masks [k, C], coefficients [N, k], mixed masks [N, C].</summary>
internal static class Mixture
{
    public static T[] Mix<T>(T[] primary, T[] coefficients, int images, int masks, int channels)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] mixed = new T[images * channels];
        for (int n = 0; n < images; n++)
        {
            for (int c = 0; c < channels; c++)
            {
                T acc = T.Zero;
                for (int i = 0; i < masks; i++)
                {
                    acc = T.FusedMultiplyAdd(coefficients[(n * masks) + i], primary[(i * channels) + c], acc);
                }

                mixed[(n * channels) + c] = acc;
            }
        }

        return mixed;
    }

    public static T[] BackwardPrimary<T>(T[] gradMixed, T[] coefficients, int images, int masks, int channels)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradPrimary = new T[masks * channels];
        for (int i = 0; i < masks; i++)
        {
            for (int c = 0; c < channels; c++)
            {
                T[] u = new T[images];
                T[] g = new T[images];
                for (int n = 0; n < images; n++)
                {
                    u[n] = coefficients[(n * masks) + i];
                    g[n] = gradMixed[(n * channels) + c];
                }

                gradPrimary[(i * channels) + c] = Ieee.Rounded<T>(Sums.LaneSum(u, g));
            }
        }

        return gradPrimary;
    }

    public static T[] BackwardCoefficients<T>(T[] gradGamma, T[] gammas, T[] gradBeta, T[] betas, int images, int masks, int channels)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradCoefficients = new T[images * masks];
        for (int n = 0; n < images; n++)
        {
            for (int i = 0; i < masks; i++)
            {
                double ofGamma = Sums.LaneSum(gradGamma[(n * channels)..((n + 1) * channels)], gammas[(i * channels)..((i + 1) * channels)]);
                double ofBeta = Sums.LaneSum(gradBeta[(n * channels)..((n + 1) * channels)], betas[(i * channels)..((i + 1) * channels)]);
                gradCoefficients[(n * masks) + i] = Ieee.Rounded<T>(ofGamma + ofBeta);
            }
        }

        return gradCoefficients;
    }
}
