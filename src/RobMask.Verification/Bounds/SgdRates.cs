namespace RobMask.Verification.Bounds;

/// <summary>The rates of sgd_step, each known to a rounding, and the bounded step of one element.</summary>
internal readonly struct SgdRates(double learningRate, double momentum, double dampening, double weightDecay, bool nesterov)
{
    private readonly Approximate _learningRate = Roundings.Setting(learningRate);
    private readonly Approximate _momentum = Roundings.Setting(momentum);
    private readonly Approximate _share = (1 - Roundings.Setting(dampening)).Rounded();
    private readonly Approximate _weightDecay = Roundings.Setting(weightDecay);

    /// <summary>Whether there is a momentum buffer.</summary>
    public bool HasMomentum => _momentum.Value != 0;

    /// <summary>The parameter and, where there is one, the buffer after the step.</summary>
    /// <param name="w">The parameter.</param>
    /// <param name="g">Its gradient.</param>
    /// <param name="before">The buffer; null on the first step, or without momentum.</param>
    public (Approximate Parameter, Approximate Buffer) Step(Approximate w, Approximate g, Approximate? before)
    {
        Approximate direction = _weightDecay.Value == 0 ? g : (g + (_weightDecay * w).Rounded()).Rounded();
        Approximate velocity = direction;
        if (HasMomentum)
        {
            velocity = before is { } buffer ? ((_share * direction).Rounded() + (_momentum * buffer).Rounded()).Rounded() : direction;
            direction = nesterov ? (direction + (_momentum * velocity).Rounded()).Rounded() : velocity;
        }

        return ((w - (_learningRate * direction).Rounded()).Rounded(), velocity);
    }
}
