using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «sgd_step», «pgd_step and random starts» and «Strength of a perturbation»; the last two for one image.</summary>
internal static class Steps
{
    private const int Repetitions = 20;

    /// <summary>One step; the settings are floats, widened to T.</summary>
    public static (T[] Parameter, T[]? Buffer) Sgd<T>(T[] parameter, T[] gradient, T[]? buffer, float rate, float momentum, float dampening, float decay, bool nesterov)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T m = T.CreateTruncating(momentum);
        T lambda = T.CreateTruncating(decay);
        T[] w = [.. parameter];
        T[]? b = momentum == 0 ? null : new T[w.Length];
        for (int i = 0; i < w.Length; i++)
        {
            T g = decay == 0 ? gradient[i] : T.FusedMultiplyAdd(lambda, w[i], gradient[i]);
            if (b is not null)
            {
                b[i] = buffer is null ? g : T.FusedMultiplyAdd(T.One - T.CreateTruncating(dampening), g, buffer[i] * m);
                g = nesterov ? T.FusedMultiplyAdd(m, b[i], g) : b[i];
            }

            w[i] = T.FusedMultiplyAdd(-T.CreateTruncating(rate), g, w[i]);
        }

        return (w, b);
    }

    public static T[] Linf<T>(T[] x, T[] origin, T[] gradient, T step, T epsilon, float low, float high)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] moved = new T[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            moved[i] = gradient[i] > T.Zero ? x[i] + step : gradient[i] < T.Zero ? x[i] - step : x[i];
        }

        return InBallAndBox(moved, origin, epsilon, low, high);
    }

    /// <summary>The uniform draws are those of the image's elements.</summary>
    public static T[] StartLinf<T>(T[] origin, float[] uniform, T epsilon, float low, float high)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] moved = new T[origin.Length];
        for (int i = 0; i < origin.Length; i++)
        {
            T u = T.CreateTruncating(uniform[i]);
            moved[i] = origin[i] + (epsilon * ((u + u) - T.One));
        }

        return InBallAndBox(moved, origin, epsilon, low, high);
    }

    public static T[] L2<T>(T[] x, T[] origin, T[] gradient, T step, T epsilon, float low, float high)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double norm = Math.Sqrt(Sums.LaneSum(gradient, gradient));
        T factor = Ieee.Rounded<T>(Ieee.InDouble(step) / Math.Max(norm, 1e-12));
        T[] moved = new T[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            moved[i] = T.FusedMultiplyAdd(factor, gradient[i], x[i]);
        }

        return InBox(InL2Ball(moved, origin, epsilon), low, high);
    }

    /// <summary>The normal draws are those of the image's elements, rounded to float; u is the image's uniform draw.</summary>
    public static T[] StartL2<T>(T[] origin, T[] normals, float u, T epsilon, float low, float high)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double norm = Math.Sqrt(Sums.LaneSum(normals, normals));
        T factor = Ieee.Rounded<T>(Ieee.InDouble(epsilon) * u / Math.Max(norm, 1e-12));
        T[] moved = new T[origin.Length];
        for (int i = 0; i < origin.Length; i++)
        {
            moved[i] = T.FusedMultiplyAdd(factor, normals[i], origin[i]);
        }

        return InBox(InL2Ball(moved, origin, epsilon), low, high);
    }

    public static (T OfMaximum, T OfNorm) Strength<T>(T[] delta, float epsilonMax)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T maximum = T.Zero;
        foreach (T d in delta)
        {
            maximum = T.Abs(d) > maximum || T.IsNaN(d) ? T.Abs(d) : maximum;
        }

        double norm = Math.Sqrt(Sums.LaneSum(delta, delta));
        return (maximum / T.CreateTruncating(epsilonMax), Ieee.Rounded<T>(norm / ((double)epsilonMax * Math.Sqrt(delta.Length))));
    }

    public static T[] StrengthBackward<T>(T[] delta, float epsilonMax, T gradMaximum, T gradNorm)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradient = new T[delta.Length];
        double norm = Math.Sqrt(Sums.LaneSum(delta, delta));
        if (norm == 0)
        {
            return gradient;
        }

        T factor = Ieee.Rounded<T>(Ieee.InDouble(gradNorm) / (norm * (double)epsilonMax * Math.Sqrt(delta.Length)));
        int first = 0;
        for (int j = 0; j < delta.Length; j++)
        {
            gradient[j] = delta[j] * factor;
            first = T.Abs(delta[j]) > T.Abs(delta[first]) || T.IsNaN(delta[j]) ? j : first;
        }

        T share = gradMaximum / T.CreateTruncating(epsilonMax);
        gradient[first] += T.IsNegative(delta[first]) ? -share : share;
        return gradient;
    }

    private static T[] InL2Ball<T>(T[] x, T[] origin, T epsilon)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int digits = typeof(T) == typeof(double) ? 53 : 24;
        for (int j = 0; ; j++)
        {
            double[] terms = new double[x.Length];
            for (int i = 0; i < x.Length; i++)
            {
                double difference = Ieee.InDouble(x[i]) - Ieee.InDouble(origin[i]);
                terms[i] = difference * difference;
            }

            double norm = Math.Sqrt(Sums.LaneSum(terms));
            if (!(norm > Ieee.InDouble(epsilon)))
            {
                return x;
            }

            if (j > Repetitions || epsilon == T.Zero)
            {
                return [.. origin];
            }

            double quotient = Ieee.InDouble(epsilon) / norm;
            T factor = Ieee.Rounded<T>(j == 0 ? quotient : quotient * (1 - Math.ScaleB(1, j - digits)));
            T[] projected = new T[x.Length];
            for (int i = 0; i < x.Length; i++)
            {
                projected[i] = T.FusedMultiplyAdd(factor, x[i] - origin[i], origin[i]);
            }

            x = projected;
        }
    }

    private static T[] InBallAndBox<T>(T[] x, T[] origin, T epsilon, float low, float high)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] inBall = new T[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            inBall[i] = Clamp(x[i], origin[i] - epsilon, origin[i] + epsilon);
        }

        return InBox(inBall, low, high);
    }

    private static T[] InBox<T>(T[] x, float low, float high)
        where T : IBinaryFloatingPointIeee754<T> => [.. x.Select(v => Clamp(v, T.CreateTruncating(low), T.CreateTruncating(high)))];

    private static T Clamp<T>(T x, T low, T high)
        where T : IBinaryFloatingPointIeee754<T> => x < low ? low : x > high ? high : x;
}
