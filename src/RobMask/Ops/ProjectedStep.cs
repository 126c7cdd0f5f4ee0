using System.Numerics;
using RobMask.Engines;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Random starts and projected gradient steps of attacks: a step, then the ball about the origin, then the box of pixels, in this order.</summary>
/// <remarks>
/// <para>Madry et al. 2018. Shapes: origin, gradient, images [N, …]; epsilon, stepSize [N]. Every image by itself; each operation rounded to T.</para>
/// <para>L∞ start: origin + ε·(2u − 1), u = <see cref="PhiloxStream.Uniform(long)"/> at the element's index; 2u − 1 is exact, product and sum are rounded.
/// L∞ step: x + α where g &gt; 0, x − α where g &lt; 0, else x: sign(±0) = sign(NaN) = 0.</para>
/// <para>L∞ ball: clamp to [origin − ε, origin + ε], both bounds rounded to T; so |x − origin| may exceed ε by half a unit in the last place of the bound.
/// clamp(x, low, high) is low where x &lt; low, high where x &gt; high, else x; NaN stays.</para>
/// <para>L2 start: the normal numbers of <see cref="PhiloxStream.Normal"/>, rounded to float, times the factor ε·u/max(‖normals‖, 10⁻¹²), one fma onto the origin; u is the uniform
/// number of index 2⁶⁰ + n. L2 step: x ← fma(α/max(‖g‖, 10⁻¹²), g, x). Norms are √<see cref="LaneSum"/> in double; a factor is computed in double and rounded
/// once to T.</para>
/// <para>L2 ball: while ‖x − origin‖, by <see cref="LaneSum.SumOfSquaredDifferences"/> in double, exceeds ε: x ← fma(f, x − origin, origin) with f = ε/‖x − origin‖, in
/// repetition j &gt; 0 (needed only for the rounding of pixels) times 1 − 2^(j − p), p = 24 for float and 53 for double; after 20 of them x ← origin. So the norm that is
/// measured this way never exceeds ε. The box that follows only brings x nearer to an origin inside it.</para>
/// <para>A gradient with NaN or ±∞ makes an L2 step NaN, which the attacks report.</para>
/// </remarks>
public static class ProjectedStep
{
    private const double NormFloor = 1e-12;
    private const long RadiusDraws = 1L << 60;
    private const int Repetitions = 20;

    /// <summary>A uniform point of each image's L∞ ball, clamped to the box.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void StartLinf<T>(DenseTensor<T> origin, DenseTensor<T> epsilon, PhiloxKey key, PixelBox box, DenseTensor<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(origin, nameof(destination), destination, nameof(epsilon), epsilon);
        new PhiloxStream(key).FillUniform(destination);
        Workers.For(origin.Shape[0], new StartLinfJob<T>(origin, epsilon, box, destination));
    }

    /// <summary>A point of each image's L2 ball, its direction normal, its radius uniform, clamped to the box.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void StartL2<T>(DenseTensor<T> origin, DenseTensor<T> epsilon, PhiloxKey key, PixelBox box, DenseTensor<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(origin, nameof(destination), destination, nameof(epsilon), epsilon);
        PhiloxStream stream = new(key);
        stream.FillNormal(destination);
        Workers.For(origin.Shape[0], new StartL2Job<T>(origin, epsilon, stream, box, destination));
    }

    /// <summary>One step in L∞, in place.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Linf<T>(DenseTensor<T> origin, DenseTensor<T> gradient, DenseTensor<T> stepSize, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(origin, nameof(images), images, nameof(epsilon), epsilon);
        Check(origin, nameof(gradient), gradient, nameof(stepSize), stepSize);
        Workers.For(origin.Shape[0], new LinfJob<T>(origin, gradient, stepSize, epsilon, box, images));
    }

    /// <summary>One step in L2, in place.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void L2<T>(DenseTensor<T> origin, DenseTensor<T> gradient, DenseTensor<T> stepSize, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(origin, nameof(images), images, nameof(epsilon), epsilon);
        Check(origin, nameof(gradient), gradient, nameof(stepSize), stepSize);
        Workers.For(origin.Shape[0], new L2Job<T>(origin, gradient, stepSize, epsilon, box, images));
    }

    private static void Check<T>(DenseTensor<T> origin, string name, DenseTensor<T> tensor, string perImageName, DenseTensor<T> perImage)
        where T : unmanaged
    {
        Require.SameShape("projected step C1", name, tensor, nameof(origin), origin);
        Require.Vector("projected step C2", perImageName, perImage, origin.Shape[0]);
    }

    private static void IntoBox<T>(PixelBox box, Span<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        RowMap.Apply<T, Clamp<T>>(x, x, T.Zero, Real.FromDouble<T>(box.Low), Real.FromDouble<T>(box.High), x);

    private static void IntoL2Ball<T>(ReadOnlySpan<T> origin, T epsilon, Span<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double radius = Real.ToDouble(epsilon);
        double distance = Math.Sqrt(LaneSum.SumOfSquaredDifferences(x, origin));
        for (int j = 0; distance > radius; j++)
        {
            if (j > Repetitions || radius == 0)
            {
                origin.CopyTo(x);
                return;
            }

            double shrink = j == 0 ? 1 : 1 - (1.0 / (1L << ((typeof(T) == typeof(float) ? 24 : 53) - j)));
            T factor = Real.FromDouble<T>(radius / distance * shrink);
            RowMap.Apply<T, Contract<T>>(x, origin, factor, factor, factor, x);
            distance = Math.Sqrt(LaneSum.SumOfSquaredDifferences(x, origin));
        }
    }

    private readonly struct StartLinfJob<T>(DenseTensor<T> origin, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> destination) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            Span<T> x = destination.Image(index);
            T radius = epsilon.Span[index];
            RowMap.Apply<T, UniformAbout<T>>(x, origin.Image(index), radius, radius, radius, x);
            RowMap.Apply<T, ClampAbout<T>>(x, origin.Image(index), radius, radius, radius, x);
            IntoBox(box, x);
        }
    }

    private readonly struct StartL2Job<T>(DenseTensor<T> origin, DenseTensor<T> epsilon, PhiloxStream stream, PixelBox box, DenseTensor<T> destination) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            Span<T> x = destination.Image(index);
            T radius = epsilon.Span[index];
            double norm = Math.Sqrt(LaneSum.SumOfSquares<T>(x));
            T factor = Real.FromDouble<T>(Real.ToDouble(radius) * stream.Uniform(RadiusDraws + index) / Math.Max(norm, NormFloor));
            RowMap.Apply<T, Advance<T>>(origin.Image(index), x, factor, factor, factor, x);
            IntoL2Ball(origin.Image(index), radius, x);
            IntoBox(box, x);
        }
    }

    private readonly struct LinfJob<T>(DenseTensor<T> origin, DenseTensor<T> gradient, DenseTensor<T> stepSize, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> images) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            Span<T> x = images.Image(index);
            T step = stepSize.Span[index];
            T radius = epsilon.Span[index];
            RowMap.Apply<T, SignStep<T>>(x, gradient.Image(index), step, step, step, x);
            RowMap.Apply<T, ClampAbout<T>>(x, origin.Image(index), radius, radius, radius, x);
            IntoBox(box, x);
        }
    }

    private readonly struct L2Job<T>(DenseTensor<T> origin, DenseTensor<T> gradient, DenseTensor<T> stepSize, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> images) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            Span<T> x = images.Image(index);
            ReadOnlySpan<T> g = gradient.Image(index);
            double norm = Math.Sqrt(LaneSum.SumOfSquares(g));
            T factor = Real.FromDouble<T>(Real.ToDouble(stepSize.Span[index]) / Math.Max(norm, NormFloor));
            RowMap.Apply<T, Advance<T>>(x, g, factor, factor, factor, x);
            IntoL2Ball(origin.Image(index), epsilon.Span[index], x);
            IntoBox(box, x);
        }
    }
}
