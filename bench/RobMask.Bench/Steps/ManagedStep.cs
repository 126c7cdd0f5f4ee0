using System.Numerics;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>The step on the managed engine: the training method's own objective and optimiser, as the trainer calls them.</summary>
internal sealed class ManagedStep<T> : ITrainingStep
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ManagedEngine<T> _engine = new();
    private readonly TrainedNetwork _network;
    private readonly Objective _objective;
    private readonly Optimiser _optimiser;
    private readonly ITensor _images;
    private readonly ITensor _labels;
    private readonly int _batch;
    private uint _iteration;

    public ManagedStep(StartingPoint start)
    {
        // Starts of attacks and radii follow from the settings' seed and are those that the starting point holds; so are the
        // parameters in float, which double would draw with more digits.
        _batch = start.Case.Batch;
        _network = TrainedNetwork.Create(_engine, start.Case.Settings);
        Upload(_network.Model, start.Parameters);
        if (_network.Gate is { } gate)
        {
            Upload(gate.Model, start.GateParameters);
        }

        _objective = Objective.Create(_network, _batch);
        _optimiser = new Optimiser(_network);
        _images = _engine.Allocate(start.Graph.InputShape.Prepend(_batch));
        _labels = _engine.AllocateLabels(_batch);
        _engine.Upload(start.Images, _images);
        _engine.UploadLabels(start.Labels, _labels);
    }

    public float Step()
    {
        _network.Model.ZeroGradients();
        _network.Gate?.Model.ZeroGradients();
        _objective.Compute(_images, _labels, _iteration);
        double loss = _objective.Read()[0].Loss;
        _optimiser.Step(Rates.LearningRate, _iteration == 0);
        _iteration++;
        return (float)(loss / _batch);
    }

    public void Dispose()
    {
        _objective.Dispose();
        _optimiser.Dispose();
        _network.Dispose();
        _engine.Dispose();
    }

    private void Upload(IModel model, IReadOnlyDictionary<string, float[]> values)
    {
        foreach (ModelParameter parameter in model.Parameters)
        {
            _engine.Upload(values[parameter.Info.Name], parameter.Value);
        }
    }
}
