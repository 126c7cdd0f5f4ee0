using RobMask.Engines;
using RobMask.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Torch.Engine;

/// <content>Random starts, projected steps, and the worst points of attacks: the definitions of ProjectedStep on libtorch.</content>
public sealed partial class TorchEngine
{
    private const double NormFloor = 1e-12;
    private const long RadiusDraws = 1L << 60;
    private const int MostContractions = 20;

    /// <inheritdoc/>
    public void StartLinf(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination)
    {
        FillUniform(destination, key, 0, 1);
        Give(destination, () =>
        {
            Tensor x = Values(origin);
            Tensor radius = PerImage(epsilon, x);
            Tensor start = Values(destination).Times(2).Plus(-1).mul_(radius).AddedTo(x);
            return IntoLinfBall(x, radius, start).ClampInPlace(box.Low, box.High);
        });
    }

    /// <inheritdoc/>
    public void StartL2(ITensor origin, ITensor epsilon, PhiloxKey key, PixelBox box, ITensor destination)
    {
        FillNormal(destination, key, 1);
        PhiloxStream stream = new(key);
        float[] radii = [.. Enumerable.Range(0, origin.Shape[0]).Select(n => stream.Uniform(RadiusDraws + n))];
        Give(destination, () =>
        {
            Tensor x = Values(origin);
            Tensor radius = PerImage(epsilon, x);
            Tensor direction = Values(destination);
            Tensor share = TorchTransfer.ToDevice(tensor(radii, _type), _device).reshape(radius.shape);
            Tensor factor = (radius * share).to(ScalarType.Float64) / Norm(direction).AtLeast(NormFloor);
            return IntoL2Ball(x, radius, x.Plus(factor.to(_type) * direction)).Clamp(box.Low, box.High);
        });
    }

    /// <inheritdoc/>
    public void StepLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        TorchRecords.Step(Recorder, "linf", (Values(origin), Values(gradient), Values(stepSize), Values(epsilon), box), Values(images), () => MoveLinf(origin, gradient, stepSize, epsilon, box, images));

    /// <inheritdoc/>
    public void StepL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) =>
        TorchRecords.Step(Recorder, "l2", (Values(origin), Values(gradient), Values(stepSize), Values(epsilon), box), Values(images), () => MoveL2(origin, gradient, stepSize, epsilon, box, images));

    private static void MoveLinf(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Values(origin);

        // A pixel whose gradient is no number stays, and the attack reports it; libtorch's sign of −0 is −1 in places, that of −0 + 0 is not.
        Tensor sign = Values(gradient).nan_to_num(0);
        sign.AddInPlace(0);
        Tensor moved = Values(images);
        moved.AddInPlace(sign.sign_().mul_(PerImage(stepSize, x)), 1);
        IntoLinfBall(x, PerImage(epsilon, x), moved).ClampInPlace(box.Low, box.High);
    }

    private void MoveL2(ITensor origin, ITensor gradient, ITensor stepSize, ITensor epsilon, PixelBox box, ITensor images) => Give(images, () =>
    {
        Tensor x = Values(origin);
        Tensor g = Values(gradient);
        Tensor factor = PerImage(stepSize, x).to(ScalarType.Float64) / Norm(g).AtLeast(NormFloor);
        return IntoL2Ball(x, PerImage(epsilon, x), Values(images).Plus(factor.to(_type) * g)).Clamp(box.Low, box.High);
    });

    /// <inheritdoc/>
    public void KeepWorst(ITensor candidate, ITensor objective, ITensor fooled, ITensor kept, ITensor keptObjective, ITensor keptFooled)
    {
        using IDisposable noGraph = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor newFooled = Values(fooled);
        Tensor oldFooled = Values(keptFooled);
        Tensor newObjective = Values(objective);
        Tensor oldObjective = Values(keptObjective);
        Tensor worse = newFooled.gt(oldFooled).logical_or(newFooled.eq(oldFooled).logical_and(newObjective.gt(oldObjective)));
        Tensor points = Values(kept);
        points.copy_(where(Shaped(worse, points), Values(candidate), points));
        oldObjective.copy_(where(worse, newObjective, oldObjective));
        oldFooled.copy_(where(worse, newFooled, oldFooled));
    }

    // In double, as the reference measures norms.
    private static Tensor Norm(Tensor x)
    {
        Tensor wide = x.flatten(1).to(ScalarType.Float64);
        return Shaped((wide * wide).sum(1).sqrt(), x);
    }

    // In place.
    private static Tensor IntoLinfBall(Tensor origin, Tensor radius, Tensor x) => x.clamp_(origin - radius, origin.Plus(radius));

    // As ProjectedStep: contracted again by one more unit of rounding until the norm that is measured does not exceed the radius.
    private Tensor IntoL2Ball(Tensor origin, Tensor radius, Tensor x)
    {
        Tensor wide = radius.to(ScalarType.Float64);
        Tensor distance = Norm(x - origin);
        Tensor factor = where(distance.gt(wide), wide / distance.AtLeast(double.Epsilon), ones_like(distance));
        Tensor inside = origin.Plus(factor.to(_type) * (x - origin));
        int digits = _type == ScalarType.Float32 ? 24 : 53;
        for (int j = 1; j <= MostContractions; j++)
        {
            Tensor measured = Norm(inside - origin);
            Tensor outside = measured.gt(wide);

            // A device is not waited for: it makes all contractions, the later ones of nothing.
            if (!IsAsynchronous && !outside.any().item<bool>())
            {
                return where(distance.gt(wide), inside, x);
            }

            Tensor shrunk = (wide / measured.AtLeast(double.Epsilon)).Times(1 - Math.ScaleB(1, j - digits));
            inside = where(outside, origin.Plus(shrunk.to(_type) * (inside - origin)), inside);
        }

        return where(distance.gt(wide), where(Norm(inside - origin).gt(wide), origin, inside), x);
    }
}
