using RobMask.Engines;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Stochastic gradient descent over the parameters that a run may change.</summary>
internal sealed class Optimiser : IDisposable
{
    private readonly IEngine _engine;
    private readonly OptimiserSettings _settings;
    private readonly List<Slot> _slots = [];
    private Group[]? _groups;

    public Optimiser(TrainedNetwork network)
    {
        _engine = network.Engine;
        _settings = network.Settings.Optimiser;
        TrainedParts trained = network.Settings.Trained;
        foreach (ModelParameter parameter in network.Model.Parameters)
        {
            bool rescaling = parameter.Info.Role is ParameterRole.Gamma or ParameterRole.Beta;
            if (trained.HasFlag(rescaling ? TrainedParts.Rescaling : TrainedParts.Weights))
            {
                float decay = rescaling && !_settings.DecayRescaling ? 0 : _settings.WeightDecay;
                Add(parameter, "momentum." + parameter.Info.Name, 1, decay);
            }
        }

        foreach (ModelParameter parameter in trained.HasFlag(TrainedParts.Gate) && network.Gate is not null ? network.Gate.Model.Parameters : [])
        {
            Add(parameter, "momentum.gate." + parameter.Info.Name, _settings.GateRateFactor, 0);
        }
    }

    /// <summary>The momentum buffers by their names in a checkpoint.</summary>
    public IEnumerable<(string Name, ITensor Tensor)> Buffers => _slots.Where(slot => slot.Buffer is not null).Select(slot => (slot.Name, slot.Buffer!));

    /// <summary>The gradients of all parameters that it moves, by the parameters' names in a checkpoint.</summary>
    public IEnumerable<(string Name, ITensor Tensor)> Gradients => _slots.Select(slot => (slot.Name["momentum.".Length..], slot.Parameter.Gradient));

    public void Step(double learningRate, bool firstStep)
    {
        _groups ??= [.. _slots
            .GroupBy(slot => (slot.RateFactor, slot.WeightDecay))
            .Select(group => new Group(group.Key.RateFactor, group.Key.WeightDecay, [.. group.Select(slot => new SgdTarget(slot.Parameter.Value, slot.Parameter.Gradient, slot.Buffer))]))];
        foreach (Group group in _groups)
        {
            _engine.SgdSteps(group.Targets, firstStep, Rates(learningRate, group.RateFactor, group.WeightDecay));
        }
    }

    /// <summary>The rates of a step for all parameters that it moves, by the parameters' names in a checkpoint.</summary>
    public IEnumerable<(string Name, SgdOptions Options)> RatesOf(double learningRate) => _slots.Select(slot => (slot.Name["momentum.".Length..], Rates(learningRate, slot.RateFactor, slot.WeightDecay)));

    private SgdOptions Rates(double learningRate, float rateFactor, float weightDecay) =>
        new((float)(learningRate * rateFactor), _settings.Momentum, _settings.Dampening, weightDecay, _settings.Nesterov);

    public void Dispose()
    {
        foreach (Slot slot in _slots)
        {
            slot.Buffer?.Dispose();
        }
    }

    private void Add(ModelParameter parameter, string name, float rateFactor, float weightDecay) => _slots.Add(new Slot(
        parameter, name, _settings.Momentum > 0 ? _engine.Allocate(parameter.Info.Shape) : null, rateFactor, weightDecay));

    private sealed record Slot(ModelParameter Parameter, string Name, ITensor? Buffer, float RateFactor, float WeightDecay);

    /// <summary>Parameters of the same rates, which an engine may change in one call.</summary>
    private sealed record Group(float RateFactor, float WeightDecay, SgdTarget[] Targets);
}
