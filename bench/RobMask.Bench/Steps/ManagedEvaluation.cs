using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Tensors;

namespace RobMask.Bench.Steps;

/// <summary>The logits of a batch by running statistics, on the managed engine.</summary>
internal sealed class ManagedEvaluation : IDisposable
{
    private readonly ManagedEngine<float> _engine = new();
    private readonly IModel _model;
    private readonly ITape _tape;
    private readonly ITensor _images;
    private readonly ForwardOptions _options = new(MaskChoice.Primary(0));

    public ManagedEvaluation(StartingPoint start)
    {
        _model = _engine.CreateModel(start.Graph);
        foreach (ModelParameter parameter in _model.Parameters)
        {
            _engine.Upload(start.Parameters[parameter.Info.Name], parameter.Value);
        }

        _tape = _model.CreateTape(start.Case.Batch);
        _images = _engine.Allocate(start.Graph.InputShape.Prepend(start.Case.Batch));
        _engine.Upload(start.Images, _images);
    }

    public void Run() => _tape.Forward(_images, _options);

    public float[] Logits()
    {
        ITensor logits = _tape.Forward(_images, _options);
        float[] values = new float[logits.Shape.Length];
        _engine.Download(logits, values);
        return values;
    }

    public void Dispose()
    {
        _tape.Dispose();
        _model.Dispose();
        _engine.Dispose();
    }
}
