namespace RobMask.Tests.Verification.Bounds;

/// <summary>A projected step in float: the perturbation is clamped or scaled once, then added to the origin again.</summary>
internal static class LooseProjection
{
    public static float[] Step(BoundCase one, LooseFloat loose)
    {
        (float[] x, float[] origin, float[] g) = (one["input"], one["origin"], one["grad"]);
        (float alpha, float epsilon) = (one.Number("step_size"), one.Number("epsilon"));
        int length = one.Shape("input")[1];
        float[] moved = new float[x.Length];
        for (int start = 0; start < x.Length; start += length)
        {
            float norm = MathF.Sqrt(loose.Sum([.. g[start..(start + length)].Select(value => value * value)]));
            for (int i = start; i < start + length; i++)
            {
                moved[i] = one.Attributes["norm"] == "linf" ? x[i] + (alpha * (g[i] > 0 ? 1 : g[i] < 0 ? -1 : 0))
                    : loose.Way ? x[i] + (alpha / Math.Max(norm, 1e-12f) * g[i]) : x[i] + (alpha * (g[i] / Math.Max(norm, 1e-12f)));
            }

            float distance = MathF.Sqrt(loose.Sum([.. Enumerable.Range(start, length).Select(i => (moved[i] - origin[i]) * (moved[i] - origin[i]))]));
            for (int i = start; i < start + length; i++)
            {
                float delta = moved[i] - origin[i];
                delta = one.Attributes["norm"] == "linf" ? Math.Clamp(delta, -epsilon, epsilon) : distance > epsilon ? loose.OtherWay ? delta * (epsilon / distance) : delta * epsilon / distance : delta;
                moved[i] = Math.Min(Math.Max(origin[i] + delta, one.Number("min")), one.Number("max"));
            }
        }

        return moved;
    }
}
