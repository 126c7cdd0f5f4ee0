using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>What an attack maximises at a batch of logits, and where it has reached its aim.</summary>
internal sealed class AttackObjective(IEngine engine, AttackSettings settings, TensorCache cache)
{
    private ITensor? _labels;
    private ITensor? _targets;
    private ITensor? _reference;

    private bool Targeted => settings.Target != AttackTargetClass.None;

    /// <summary>Fixes labels, targets and the reference of the KL divergence for a batch.</summary>
    public void Begin(IAttackTarget target, ITensor clean, ITensor labels, ITensor? targets)
    {
        _labels = labels;
        int images = clean.Shape[0];
        if (settings.Target == AttackTargetClass.Given && targets is null)
        {
            throw new ArgumentException("attack: towards given classes, but none are given", nameof(targets));
        }

        _targets = settings.Target switch
        {
            AttackTargetClass.None => null,
            AttackTargetClass.Given => targets,
            AttackTargetClass.Next => Next(labels, images, target.Classes),
            _ => LeastLikely(target, clean, images),
        };
        if (settings.Loss == AttackLoss.Kl)
        {
            ITensor logits = target.Logits(clean, keepForGradient: false);
            _reference = cache.Get("reference", logits.Shape);
            engine.Copy(logits, _reference);
        }
    }

    /// <summary>The objective of each image [N] and, where wanted, its gradient [N, K] in the logits.</summary>
    /// <remarks>No division by N: each image has its own objective, and a smaller gradient could underflow.</remarks>
    public void Evaluate(ITensor logits, ITensor objective, ITensor? gradient)
    {
        ITensor wanted = _targets ?? _labels!;
        float sign = Targeted ? -1 : 1;
        switch (settings.Loss)
        {
            case AttackLoss.CrossEntropy:
                engine.CrossEntropy(logits, wanted, 0, sign, objective, gradient);
                break;
            case AttackLoss.Margin:
                engine.Margin(logits, wanted, sign, objective, gradient);
                break;
            case AttackLoss.Dlr when Targeted:
                engine.DlrTargeted(logits, _labels!, wanted, 1, objective, gradient);
                return;
            case AttackLoss.Dlr:
                engine.Dlr(logits, wanted, 1, objective, gradient);
                return;
            default:
                engine.KlDivergence(_reference!, logits, 1, objective, null, gradient);
                return;
        }

        if (Targeted)
        {
            engine.Scale(objective, -1, objective);
        }
    }

    /// <summary>1 where the aim is reached: not the label, or the target; else 0.</summary>
    public void Fooled(ITensor logits, ITensor fooled)
    {
        if (_targets is not null)
        {
            engine.Correct(logits, _targets, fooled);
            return;
        }

        ITensor correct = cache.PerImage("correct", fooled.Shape[0]);
        engine.Correct(logits, _labels!, correct);
        engine.Fill(fooled, 1);
        engine.Subtract(fooled, correct, fooled);
    }

    private ITensor Next(ITensor labels, int images, int classes)
    {
        ITensor next = cache.Labels("targets", images);
        engine.NextClass(labels, classes, next);
        return next;
    }

    private ITensor LeastLikely(IAttackTarget target, ITensor clean, int images)
    {
        ITensor least = cache.Labels("targets", images);
        engine.LeastLikely(target.Logits(clean, keepForGradient: false), _labels!, least);
        return least;
    }
}
