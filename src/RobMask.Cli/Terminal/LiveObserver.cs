using System.Globalization;
using RobMask.Experiments.Suite;
using RobMask.Training;
using Spectre.Console;

namespace RobMask.Cli.Terminal;

/// <summary>Shows a run on a terminal: a bar with rate and time left for what is under way, a line for what is done.</summary>
internal sealed class LiveObserver : IRunObserver
{
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly HashSet<string> _warned = [];
    private ProgressTask? _task;
    private string _name = string.Empty;

    private LiveObserver(IAnsiConsole console, ProgressContext context)
    {
        _console = console;
        _context = context;
    }

    /// <summary>Runs <paramref name="work"/> under a live display.</summary>
    public static T Watch<T>(TextWriter output, Func<IRunObserver, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context => work(new LiveObserver(console, context)));
    }

    public void Training(string name, TrainingProgress progress)
    {
        double done = progress.Epochs == 0 || progress.Batches == 0 ? 1 : (progress.Epoch - 1 + ((double)progress.Batch / progress.Batches)) / progress.Epochs;
        Show(name, string.Create(CultureInfo.InvariantCulture, $"{name}: epoch {progress.Epoch}/{progress.Epochs}, loss {progress.Loss:0.000}, {progress.ImagesPerSecond:0} images/s, {PlainObserver.Time(progress.Remaining)} left"), done);
    }

    public void Evaluating(string name, EvaluationProgress progress) =>
        Show(name, string.Create(CultureInfo.InvariantCulture, $"{name}: evaluation, {progress.ImagesPerSecond:0} images/s, {PlainObserver.Time(progress.Remaining)} left"), progress.Images == 0 ? 1 : (double)progress.Done / progress.Images);

    public void Done(string name, string outcome)
    {
        Finish();
        _console.MarkupLine($"[green]✓[/] {Markup.Escape(name)}: {Markup.Escape(outcome)}");
    }

    public void Warn(string message)
    {
        if (_warned.Add(message))
        {
            _console.MarkupLine($"[yellow]warning:[/] {Markup.Escape(message)}");
        }
    }

    private void Show(string name, string description, double done)
    {
        if (_task is null || _name != name)
        {
            Finish();
            _task = _context.AddTask(Markup.Escape(description), maxValue: 1);
            _name = name;
        }

        _task.Description = Markup.Escape(description);
        _task.Value = done;
    }

    private void Finish()
    {
        _task?.StopTask();
        _task = null;
    }
}
