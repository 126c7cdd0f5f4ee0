using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Bench.Steps;

/// <summary>The step on the managed engine, as a training method does it.</summary>
internal sealed class ManagedStep : ITrainingStep
{
    private readonly ManagedEngine<float> _engine = new();
    private readonly IModel _model;
    private readonly ITape _tape;
    private readonly ITensor _images;
    private readonly ITensor _labels;
    private readonly ITensor _loss;
    private readonly ITensor _gradient;
    private readonly ITensor[] _momentum;
    private readonly float[] _losses;
    private readonly ForwardOptions _options = new(MaskChoice.Primary(0)) { BatchStatistics = true, UpdateRunningStatistics = true, KeepForBackward = true };
    private bool _first = true;

    public ManagedStep(StepBatch batch)
    {
        int images = batch.Labels.Length;
        _model = _engine.CreateModel(StepBatch.Graph);
        foreach (ModelParameter parameter in _model.Parameters)
        {
            _engine.Upload(batch.Start[parameter.Info.Name], parameter.Value);
        }

        _tape = _model.CreateTape(images);
        _images = _engine.Allocate(StepBatch.Graph.InputShape.Prepend(images));
        _labels = _engine.AllocateLabels(images);
        _loss = _engine.Allocate(new TensorShape(images));
        _gradient = _engine.Allocate(new TensorShape(images, 10));
        _momentum = [.. _model.Parameters.Select(parameter => _engine.Allocate(parameter.Info.Shape))];
        _losses = new float[images];
        _engine.Upload(batch.Images, _images);
        _engine.UploadLabels(batch.Labels, _labels);
    }

    public float Step()
    {
        _model.ZeroGradients();
        ITensor logits = _tape.Forward(_images, _options);
        _engine.CrossEntropy(logits, _labels, 0, 1f / _losses.Length, _loss, _gradient);
        _tape.Backward(_gradient, BackwardTargets.Parameters);
        for (int i = 0; i < _momentum.Length; i++)
        {
            _engine.SgdStep(_model.Parameters[i].Value, _model.Parameters[i].Gradient, _momentum[i], _first, StepBatch.Rates);
        }

        _first = false;
        _engine.Download(_loss, _losses);
        float sum = 0;
        foreach (float loss in _losses)
        {
            sum += loss;
        }

        return sum / _losses.Length;
    }

    public void Dispose()
    {
        _tape.Dispose();
        _model.Dispose();
        _engine.Dispose();
    }
}
