using System.Globalization;
using RobMask.Attacks;

namespace RobMask.Experiments.Suite;

/// <summary>Short names of attacks, for the heads of columns.</summary>
public static class AttackNames
{
    /// <summary>For example «PGD-20 L∞ 8/255».</summary>
    public static string Short(AttackSettings attack)
    {
        string name = attack.Kind switch
        {
            AttackKind.Fgsm => "FGSM",
            AttackKind.RandomFgsm => "R+FGSM",
            _ => string.Create(CultureInfo.InvariantCulture, $"PGD-{attack.Steps}") + (attack.Restarts > 1 ? string.Create(CultureInfo.InvariantCulture, $"×{attack.Restarts}") : string.Empty),
        };
        return $"{name} {(attack.Norm == AttackNorm.Linf ? "L∞" : "L2")} {Radius(attack.Epsilon)}";
    }

    /// <summary>A radius as people write it: in 255ths where it is a whole number of them.</summary>
    public static string Radius(float epsilon)
    {
        float steps = epsilon * 255;
        return epsilon > 0 && MathF.Abs(steps - MathF.Round(steps)) < 1e-3f && epsilon < 0.25f
            ? string.Create(CultureInfo.InvariantCulture, $"{MathF.Round(steps)}/255")
            : epsilon.ToString("G4", CultureInfo.InvariantCulture);
    }
}
