using System.Globalization;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Suite;
using RobMask.Training;

namespace RobMask.Cli.Terminal;

/// <summary>Says how a run goes on, one line an epoch and one an evaluation: for logs and redirected output.</summary>
internal sealed class PlainObserver(TextWriter output) : IRunObserver
{
    private readonly HashSet<string> _warned = [];

    /// <summary>«3:07», or «1:02:07».</summary>
    public static string Time(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    public void Training(string name, TrainingProgress progress)
    {
        if (progress.Completed is EpochMetrics metrics)
        {
            string clean = metrics.CleanAccuracy is double one ? $", clean {ReportText.Percent(one)}" : string.Empty;
            string attacked = metrics.AdversarialAccuracy is double two ? $", attacked {ReportText.Percent(two)}" : string.Empty;
            string test = metrics.Evaluation is EvaluationResult early ? $"; {early.Images} test images: clean {ReportText.Percent(early.CleanAccuracy)}{(early.RobustAccuracy is double robust ? $", attacked {ReportText.Percent(robust)}" : string.Empty)}" : string.Empty;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: epoch {metrics.Epoch}/{progress.Epochs}, loss {metrics.Loss:0.0000}{clean}{attacked}{test}, {progress.ImagesPerSecond:0} images/s, {Time(progress.Remaining)} left"));
        }
    }

    public void Evaluating(string name, EvaluationProgress progress)
    {
    }

    public void Done(string name, string outcome) => output.WriteLine($"{name}: {outcome}");

    public void Warn(string message)
    {
        if (_warned.Add(message))
        {
            output.WriteLine("warning: " + message);
        }
    }
}
