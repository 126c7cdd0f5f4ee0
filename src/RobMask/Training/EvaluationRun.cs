using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>The state of one evaluation: buffers, attacks and counts.</summary>
internal sealed class EvaluationRun : IDisposable
{
    private readonly DeployedNetwork _network;
    private readonly IEngine _engine;
    private readonly HostBatch _batch;
    private readonly TensorCache _cache;
    private readonly ITape _tape;
    private readonly ForwardOptions _scoring;
    private readonly AttackSettings? _settings;
    private readonly Attack? _attack;
    private readonly IAttackTarget? _target;
    private readonly Attack? _gatedAttack;
    private readonly GatedTarget? _gatedTarget;
    private readonly ulong _seed;
    private readonly List<bool> _clean = [];
    private readonly List<bool> _robust = [];
    private readonly float[] _points;
    private readonly float[] _perImage;
    private double _cleanLoss;
    private double _robustLoss;
    private int _gatedCorrect;
    private AttackDiagnostics _diagnostics = AttackDiagnostics.None;
    private uint _batches;

    public EvaluationRun(DeployedNetwork network, Dataset data, int batchSize, AttackSettings? attack, bool trueCoefficients, ulong seed)
    {
        _network = network;
        _engine = network.Engine;
        _settings = attack;
        _seed = seed;
        int classes = network.Model.Graph.OutputShape.Length;
        attack?.Validate(classes);
        _batch = new HostBatch(data, network.Model.Graph, batchSize, attack?.ClipToBox ?? false);
        _cache = new TensorCache(_engine);
        _tape = network.Model.CreateTape(batchSize);
        _points = new float[attack is null ? 0 : batchSize * data.ImageShape.Length];
        _perImage = new float[batchSize];
        _scoring = new ForwardOptions(network.Mask) { StatisticsSet = network.StatisticsSet };
        if (attack is null)
        {
            return;
        }

        _attack = new Attack(_engine, attack);
        _target = new NetworkTarget(_engine, _tape, classes, _scoring with { BatchStatistics = attack.BatchStatistics });
        if (trueCoefficients && network.Gate is not null)
        {
            _gatedAttack = new Attack(_engine, attack);
            ForwardOptions gated = _scoring with { BatchStatistics = attack.BatchStatistics, StatisticsSet = network.AttackedStatisticsSet };
            _gatedTarget = new GatedTarget(_engine, _tape, network.Gate, classes, gated, throughGate: true);
        }
    }

    /// <summary>Evaluates consecutive images.</summary>
    public void Evaluate(int start, int count)
    {
        _batch.Read(start, count);
        ITensor images = _cache.Get("images", _batch.Shape);
        ITensor labels = _cache.Labels("labels", count);
        _engine.Upload(_batch.Pixels, images);
        _engine.UploadLabels(_batch.Labels, labels);
        _cleanLoss += Score(_tape.Forward(images, _scoring), labels, _clean);
        if (_attack is null)
        {
            return;
        }

        PhiloxKey key = new(_seed, PhiloxStreams.EvaluationAttack, _batches++);
        AttackOutcome outcome = _attack.Run(_target!, images, labels, key, diagnose: true);
        _diagnostics = _diagnostics.Add(outcome.Diagnostics!);
        Check(outcome.Images);
        _robustLoss += Score(_tape.Forward(outcome.Images, _scoring), labels, _robust);
        if (_gatedAttack is not null)
        {
            ITensor attacked = _gatedAttack.Run(_gatedTarget!, images, labels, key).Images;
            Check(attacked);
            List<bool> correct = [];
            _gatedTarget!.Begin(images, Radius(count));
            Score(_gatedTarget.Logits(attacked, keepForGradient: false), labels, correct);
            _gatedCorrect += correct.Count(right => right);
        }
    }

    public EvaluationResult Result()
    {
        int images = _clean.Count;
        return new EvaluationResult
        {
            Network = _network.Description,
            Images = images,
            CleanCorrect = _clean.Count(right => right),
            CleanLoss = _cleanLoss / images,
            CleanCorrectImages = _clean,
            RobustCorrect = _attack is null ? null : _robust.Count(right => right),
            RobustLoss = _attack is null ? null : _robustLoss / images,
            RobustCorrectImages = _attack is null ? null : _robust,
            TrueCoefficientsCorrect = _gatedAttack is null ? null : _gatedCorrect,
            Attack = _settings,
            Diagnostics = _attack is null ? null : _diagnostics,
        };
    }

    public void Dispose()
    {
        _attack?.Dispose();
        _gatedAttack?.Dispose();
        _gatedTarget?.Dispose();
        _tape.Dispose();
        _cache.Dispose();
    }

    /// <summary>Adds whether each image is right, and returns the sum of the cross-entropies in the order of the images.</summary>
    private double Score(ITensor logits, ITensor labels, List<bool> right)
    {
        int count = logits.Shape[0];
        Span<float> values = _perImage.AsSpan(0, count);
        ITensor perImage = _cache.PerImage("score", count);
        _engine.Correct(logits, labels, perImage);
        _engine.Download(perImage, values);
        foreach (float value in values)
        {
            right.Add(value == 1);
        }

        _engine.CrossEntropy(logits, labels, 0, 1, perImage, null);
        _engine.Download(perImage, values);
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }

    private void Check(ITensor attacked)
    {
        Span<float> points = _points.AsSpan(0, attacked.Shape.Length);
        _engine.Download(attacked, points);
        PointCheck.Require(_batch.Pixels, points, _batch.Count, _settings!.Epsilon, _settings.Norm, _settings.ClipToBox);
    }

    private ITensor Radius(int count)
    {
        ITensor radius = _cache.PerImage("radius", count);
        _engine.Fill(radius, _settings!.Epsilon);
        return radius;
    }
}
