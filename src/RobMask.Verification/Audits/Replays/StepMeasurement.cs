using RobMask.Engines.Managed;

namespace RobMask.Verification.Audits.Replays;

/// <summary>A recorded step beside the reference in double, and the rounding noise of one step: replays in float in several orders of summation.</summary>
internal sealed class StepMeasurement
{
    private const int Orders = 5;

    private readonly RecordedStep _recorded;
    private readonly float[] _pixels;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<string, float[]> _given;
    private readonly Dictionary<OperandFormat, IReadOnlyDictionary<string, Spread>> _noise = [];

    /// <summary>Runs the reference.</summary>
    /// <param name="recorded">The step.</param>
    /// <param name="pixels">Its batch.</param>
    /// <param name="cancellation">Ends it.</param>
    public StepMeasurement(RecordedStep recorded, float[] pixels, CancellationToken cancellation)
    {
        _recorded = recorded;
        _pixels = pixels;
        _cancellation = cancellation;
        cancellation.ThrowIfCancellationRequested();
        using ManagedEngine<double> engine = new() { Kernels = new CancellableKernels(cancellation) };
        Reference = StepReplay.Run(engine, recorded, pixels, attacks: true);
        _given = Reference.Keys.Where(name => name != StepReplay.Loss).ToDictionary(name => name, name =>
            name == StepReplay.Attacked ? recorded.Attacked! : recorded.Gradients.GetValueOrDefault(name) ?? recorded.After[name]);
    }

    /// <summary>The values in double.</summary>
    public IReadOnlyDictionary<string, double[]> Reference { get; }

    /// <summary>What was recorded under a name of the reference; the loss is in the metadata.</summary>
    public float[]? Given(string name) => _given.GetValueOrDefault(name);

    /// <summary>How far the record is from the reference.</summary>
    public Spread Recorded(string name) => name == StepReplay.Loss
        ? Spread.Between<double>([_recorded.Step.Loss], Reference[name])
        : Spread.Between<float>(_given[name], Reference[name], Threshold(name));

    /// <summary>The greatest distance from the reference of any replay with operands of a format.</summary>
    public Spread Noise(string name, OperandFormat format)
    {
        if (!_noise.TryGetValue(format, out IReadOnlyDictionary<string, Spread>? noise))
        {
            _noise.Add(format, noise = Measure(format));
        }

        return noise[name];
    }

    /// <summary>Beyond this a pixel took another turn; rounding alone moves it by far less.</summary>
    private double Threshold(string name) => name == StepReplay.Attacked ? _recorded.Step.Settings.Attack.Epsilon / 1024 : double.PositiveInfinity;

    private Dictionary<string, Spread> Measure(OperandFormat format)
    {
        Dictionary<string, Spread> noise = Reference.Keys.ToDictionary(name => name, _ => default(Spread));
        for (int order = 0; order < Orders; order++)
        {
            _cancellation.ThrowIfCancellationRequested();
            OperandFormat rounded = format == OperandFormat.Tf32 && order % 2 == 1 ? OperandFormat.Tf32Cut : format;
            using ManagedEngine<float> engine = new() { Kernels = new ReorderedKernels(order, rounded, _cancellation) };
            foreach ((string name, double[] values) in StepReplay.Run(engine, _recorded, _pixels, attacks: true))
            {
                noise[name] = noise[name].Or(Spread.Between<double>(values, Reference[name], Threshold(name)));
            }
        }

        // With coarser operands there are turns enough in the replays above.
        foreach (bool open in format == OperandFormat.Float ? new[] { false, true } : [])
        {
            _cancellation.ThrowIfCancellationRequested();
            using ManagedEngine<double> engine = new() { Kernels = new TurnedKernels(open, _cancellation) };
            foreach ((string name, double[] values) in StepReplay.Run(engine, _recorded, _pixels, attacks: false))
            {
                noise[name] = noise[name].Or(Spread.Between<double>(values, Reference[name], Threshold(name)));
            }
        }

        return noise;
    }
}
