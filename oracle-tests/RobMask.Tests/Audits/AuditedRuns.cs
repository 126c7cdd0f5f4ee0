using RobMask.Attacks;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Training;
using RobMask.Verification.Audits;

namespace RobMask.Tests.Audits;

/// <summary>Small runs that record steps, and changes of what they recorded.</summary>
internal static class AuditedRuns
{
    /// <summary>Four batches an epoch, two epochs, every third step recorded: 1, 3, 6 and 8.</summary>
    public const int Every = 3;

    private static readonly DatasetOptions Images = new() { Shapes = new ShapesOptions { Size = 16, Classes = 3, TrainCount = 64, TestCount = 12 } };

    public static DatasetPair Data { get; } = DatasetCatalog.Load("shapes", Images);

    public static RunSettings Settings(TrainingMethod method, ulong seed = 0) => new()
    {
        Kind = "train",
        Data = "shapes",
        DataOptions = Images,
        Training = new TrainingSettings
        {
            Network = new NetworkSettings { Name = "cnn", Channels = 3, Height = 16, Width = 16, Classes = 3, Depth = 2, WidthFactor = 6 },
            Data = "shapes",
            Method = method,
            Epochs = 2,
            BatchSize = 16,
            Seed = seed,
            Augmentation = new Augmentation(2, true),
            Attack = new AttackSettings { Steps = 3, Epsilon = 8f / 255f, StepSize = 3f / 255f },
        },
        Evaluation = new EvaluationSettings { Attack = new AttackSettings { Steps = 1, Epsilon = 8f / 255f } },
        SampleImages = 1,
        MaskImages = 2,
    };

    /// <summary>Carries out a run and closes its folder.</summary>
    public static RunFolder Run(IEngine engine, RunSettings settings, string output, int? every = Every)
    {
        (_, RunFolder folder) = RunSession.Execute(settings, Data, engine, output, resume: false, new Silent(), CancellationToken.None, every);
        return folder;
    }

    public static AuditReport Audit(RunFolder folder, params long[] steps) => RunAudit.Run(folder, Data.Train, steps.Length == 0 ? null : steps);

    /// <summary>The file of a step.</summary>
    public static string Record(RunFolder folder, TrainingMethod method, int step) => Path.Combine(folder.Audit, FormattableString.Invariant($"{Methods.NameOf(method)}-step-{step:D6}.safetensors"));

    /// <summary>Writes a record anew with some of its tensors, or its metadata «step», changed.</summary>
    public static void Tamper(string path, Action<string, float[]>? tensor = null, Func<string, string>? step = null)
    {
        SafetensorsWriter writer = new();
        using (SafetensorsFile file = new(path))
        {
            foreach ((string key, string value) in file.Metadata)
            {
                writer.AddMetadata(key, key == "step" && step is not null ? step(value) : value);
            }

            foreach (SafetensorsEntry entry in file.Entries)
            {
                if (entry.Type == SafetensorsType.I32)
                {
                    int[] integers = new int[entry.Shape.Length];
                    file.Read(entry.Name, integers);
                    writer.Add<int>(entry.Name, entry.Shape, integers);
                    continue;
                }

                float[] values = new float[entry.Shape.Length];
                file.Read(entry.Name, values);
                tensor?.Invoke(entry.Name, values);
                writer.Add<float>(entry.Name, entry.Shape, values);
            }
        }

        writer.Save(path);
    }

    /// <summary>A tensor of a record.</summary>
    public static float[] Read(string path, string name)
    {
        using SafetensorsFile file = new(path);
        float[] values = new float[file[name].Shape.Length];
        file.Read(name, values);
        return values;
    }

    private sealed class Silent : IRunObserver
    {
        public void Training(string name, TrainingProgress progress)
        {
        }

        public void Evaluating(string name, EvaluationProgress progress)
        {
        }

        public void Done(string name, string outcome)
        {
        }

        public void Warn(string message)
        {
        }
    }
}
