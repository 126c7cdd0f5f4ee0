using System.Diagnostics;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>Measures training and evaluation by the trainer and the evaluator themselves, and carries the speed over to the whole run.</summary>
/// <remarks>
/// A trainer does the first steps of the run and is stopped: loading, augmentation, attack, passes and optimiser are those
/// of the run. Time is taken where the trainer reports; where it reports not after every step, the steps between two
/// reports share their time. Nothing is written.
/// </remarks>
public static class Throughput
{
    private const double SecondsPerHour = 3600;
    private const int SpareSteps = 1000;

    /// <summary>Measures.</summary>
    /// <param name="engine">What computes.</param>
    /// <param name="settings">The run; the network's image shape and classes must be those of the data.</param>
    /// <param name="data">The images, or as many of noise.</param>
    /// <param name="extent">How many images the whole run has; null where it is not known.</param>
    /// <param name="options">How long.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ThroughputResult Measure(IEngine engine, RunSettings settings, DatasetPair data, RunExtent? extent, ThroughputOptions options, CancellationToken cancellation = default)
    {
        TrainingSettings training = settings.Training;
        RunWork work = RunWork.Of(settings);
        int batch = data.HasTrain && options.MeasuredSteps > 0 ? Math.Min(training.BatchSize, data.Train.Count) : training.BatchSize;
        Clock steps = new(options.WarmUpSteps);
        double? evaluation = null;
        if (options.MeasuredSteps > 0)
        {
            // More steps than are wanted, because a device that runs ahead reports only now and then.
            int most = options.WarmUpSteps + options.MeasuredSteps + SpareSteps;
            int perEpoch = (data.Train.Count + batch - 1) / batch;
            TrainingSettings measured = training with
            {
                Epochs = Math.Max(training.Epochs, (most + perEpoch - 1) / perEpoch),

                // Noise has nothing to be learned, and a loss that runs away would end the measurement.
                Schedule = options.Synthetic ? training.Schedule with { LearningRate = 0 } : training.Schedule,

                // Nor has it originals, which a resized crop is taken from.
                Augmentation = training.Augmentation with { ResizedCrop = training.Augmentation.ResizedCrop && !options.Synthetic },
            };
            using Trainer trainer = new(engine, measured, data.Train);
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            trainer.Run(new TrainingRunOptions(), new Relay<TrainingProgress>(progress =>
            {
                steps.Report(((progress.Epoch - 1L) * progress.Batches) + progress.Batch);
                if (steps.Count >= options.MeasuredSteps)
                {
                    enough.Cancel();
                }
            }), enough.Token);
            cancellation.ThrowIfCancellationRequested();
            evaluation = options.EvaluationBatches > 0 && data.HasTest ? MeasureEvaluation(trainer.Network.Deploy(), settings.Evaluation, data.Test, options.EvaluationBatches, cancellation) : null;
        }

        double? seconds = steps.Median;
        return new ThroughputResult
        {
            Network = NetworkCatalog.Create(training.EffectiveNetwork()).Name,
            Method = Methods.NameOf(training.Method),
            Data = data.Name,
            Synthetic = options.Synthetic,
            Batch = batch,
            Engine = engine.Name,
            Device = engine.Device,
            Precision = settings.DoublePrecision ? "fp64" : options.Precision,
            Threads = Workers.ThreadCount,
            WarmUpSteps = options.WarmUpSteps,
            MeasuredSteps = steps.Count,
            SecondsPerStep = seconds,
            ShortestStep = steps.Shortest,
            LongestStep = steps.Longest,
            ProcessorSecondsPerStep = steps.Processor,
            ImagesPerSecond = batch / seconds,
            EvaluationImagesPerSecond = evaluation,
            GigaflopPerImage = work.TrainingImage / 1e9,
            TeraflopPerSecond = work.TrainingImage * batch / seconds / 1e12,
            Epochs = training.Epochs,
            TrainedImages = extent?.Trained,
            EvaluatedImages = extent?.Evaluated,
            RunPetaflop = extent?.Operations(work) / 1e15,
            Hours = ((extent?.Trained * seconds / batch) + (evaluation is null ? 0 : extent?.Evaluated / evaluation)) / SecondsPerHour,
            PeakHostBytes = PeakHost(),
            PeakDeviceBytes = (engine as IDeviceMemory)?.PeakDeviceBytes,
        };
    }

    // The first batch takes memory and compiles, so it is left out.
    private static double? MeasureEvaluation(DeployedNetwork network, EvaluationSettings settings, Dataset data, int batches, CancellationToken cancellation)
    {
        int available = Math.Min(settings.Images ?? data.Count, data.Count);
        int size = Math.Min(settings.BatchSize, available);
        int measured = Math.Min(batches, (available / size) - 1);
        if (measured < 1)
        {
            return null;
        }

        long begun = 0;
        Evaluator.Evaluate(network, data, settings with { BatchSize = size, Images = (measured + 1) * size }, new Relay<EvaluationProgress>(progress => begun = progress.Done <= size ? Stopwatch.GetTimestamp() : begun), cancellation);
        return measured * size / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static long PeakHost()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private sealed class Clock(int warmUp)
    {
        private readonly List<double> _seconds = [];
        private long _done;
        private long _at = Stopwatch.GetTimestamp();
        private TimeSpan _processorAt = ProcessorTime();
        private TimeSpan _processor;

        public int Count => _seconds.Count;

        public double? Shortest => Count == 0 ? null : _seconds.Min();

        public double? Longest => Count == 0 ? null : _seconds.Max();

        public double? Processor => Count == 0 ? null : _processor.TotalSeconds / Count;

        public double? Median
        {
            get
            {
                double[] sorted = [.. _seconds.Order()];
                return Count == 0 ? null : (sorted[(Count - 1) / 2] + sorted[Count / 2]) / 2;
            }
        }

        public void Report(long done)
        {
            long steps = done - _done;
            if (steps == 0)
            {
                return;
            }

            double seconds = Stopwatch.GetElapsedTime(_at).TotalSeconds / steps;
            TimeSpan processor = ProcessorTime();
            if (_done >= warmUp)
            {
                _seconds.AddRange(Enumerable.Repeat(seconds, (int)steps));
                _processor += processor - _processorAt;
            }

            _done = done;
            _processorAt = processor;
            _at = Stopwatch.GetTimestamp();
        }

        private static TimeSpan ProcessorTime()
        {
            using Process process = Process.GetCurrentProcess();
            return process.TotalProcessorTime;
        }
    }

    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
