using RobMask.Engines;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>The step on an engine of ours: the training method's own code, as the trainer calls it.</summary>
internal sealed class EngineStep : ITrainingStep
{
    private readonly IEngine _engine;
    private readonly TrainedNetwork _network;
    private readonly TrainingStep _step;
    private readonly ITensor _images;
    private readonly ITensor _labels;
    private readonly int _batch;
    private long _iteration;

    /// <summary>Takes the engine over.</summary>
    public EngineStep(IEngine engine, StartingPoint start)
    {
        // Starts of attacks and radii follow from the settings' seed and are those that the starting point holds; so are the
        // parameters in float, which double would draw with more digits.
        _engine = engine;
        _batch = start.Case.Batch;
        _network = TrainedNetwork.Create(_engine, start.Case.Settings);
        Upload(_network.Model, start.Parameters);
        if (_network.Gate is { } gate)
        {
            Upload(gate.Model, start.GateParameters);
        }

        _step = new TrainingStep(_network, _batch);
        _images = _engine.Allocate(start.Graph.InputShape.Prepend(_batch));
        _labels = _engine.AllocateLabels(_batch);
        _engine.Upload(start.Images, _images);
        _engine.UploadLabels(start.Labels, _labels);
    }

    public float Step()
    {
        _step.Run(_images, _labels, _iteration, Rates.LearningRate);
        _iteration++;
        return (float)(_step.Read()[0].Loss / _batch);
    }

    public void Dispose()
    {
        _step.Dispose();
        _network.Dispose();
        _images.Dispose();
        _labels.Dispose();
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
