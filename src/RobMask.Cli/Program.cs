using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Torch;
using RobMask.Torch.Engine;
using RobMask.Training;

namespace RobMask.Cli;

/// <summary>The command line <c>robmask</c>.</summary>
public static partial class Program
{
    /// <summary>Runs a command line. The first Ctrl-C or SIGTERM lets the verb end what it is at, the second ends the process.</summary>
    public static int Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        using CancellationTokenSource source = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return Run(args, Console.Out, Console.Error, !Console.IsOutputRedirected, source.Token);

        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = !source.IsCancellationRequested;
            if (signal.Cancel)
            {
                Say(Console.Error, "interrupted; ending after the step under way (once more ends at once)");
                source.Cancel();
            }
        }
    }

    /// <summary>Runs a command line and returns its exit code: 0 done, 1 a check failed, 2 usage, 3 data or files, 70 a defect, 130 interrupted.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where messages go.</param>
    /// <param name="interactive">True where a person watches a terminal.</param>
    /// <param name="cancellation">Interrupts the run.</param>
    public static int Run(string[] args, TextWriter output, TextWriter error, bool interactive = false, CancellationToken cancellation = default)
    {
        RootCommand root = CommandTree.Create(new Shell(output, error, interactive, cancellation));
        ParseResult parsed = root.Parse(args switch
        {
            [] => ["--help"],
            ["help", .. string[] verb] => [.. verb, "--help"],
            _ => args,
        });
        if (parsed.Errors.Count > 0 && parsed.Action is not (HelpPrinter or VersionPrinter))
        {
            Say(error, Explain(parsed));
            Say(error, $"`{HelpPrinter.Path(parsed.CommandResult.Command)} --help` shows what is possible.");
            return ExitCodes.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception problem)
        {
            bool resumable = parsed.CommandResult.Command.Options.Any(option => option.Name == "--resume") && parsed.CommandResult.Command.Name != "throughput";
            (int code, string message) = Judge(problem is AggregateException ? problem.GetBaseException() : problem, resumable);
            Say(error, ParameterName().Replace(message, string.Empty));
            return code;
        }
    }

    // .NET appends the parameter's name to an argument's message; a user of the command line has no use for it.
    [GeneratedRegex(@" \(Parameter '[^']*'\)(\r?\nActual value was [^\n]*)?")]
    private static partial Regex ParameterName();

    /// <summary>The exit code and the message of whatever ended a verb: the one place that decides it.</summary>
    private static (int Code, string Message) Judge(Exception problem, bool resumable) => problem switch
    {
        OperationCanceledException when resumable => (ExitCodes.Interrupted, "interrupted; what was done is kept, go on with --resume and the same --out"),
        OperationCanceledException => (ExitCodes.Interrupted, "interrupted"),
        DivergedException => (ExitCodes.CheckFailed, problem.Message),
        ArgumentException or NotSupportedException => (ExitCodes.Usage, problem.Message),
        InsufficientMemoryException => (ExitCodes.Files, problem.Message),
        TorchLibraryException => (ExitCodes.Files, problem.Message),
        ExternalException when TorchMemory.Explain(problem) is string what => (ExitCodes.Files, $"{what}; a smaller batch, network or number of images needs less"),
        OutOfMemoryException => (ExitCodes.Files, $"there is not enough memory; a smaller batch, network or number of images needs less ({problem.Message})"),
        IOException or InvalidDataException or UnauthorizedAccessException => (ExitCodes.Files, problem.Message),
        _ => (ExitCodes.Defect, $"a defect of robmask; please report it with what you typed:{Environment.NewLine}{problem}"),
    };

    // Where even the message cannot be written (a full disk, a closed terminal), the exit code still says what happened.
    private static void Say(TextWriter error, string message)
    {
        try
        {
            error.WriteLine("robmask: " + message);
        }
        catch (IOException)
        {
        }
    }

    private static string Explain(ParseResult parsed)
    {
        ParseError first = parsed.Errors.FirstOrDefault(error => error.SymbolResult is OptionResult or ArgumentResult { Parent: OptionResult }) ?? parsed.Errors[0];
        Command command = parsed.CommandResult.Command;
        string? unmatched = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        bool verbMissing = command.Subcommands.Count > 0;
        if (unmatched is null || first.SymbolResult is OptionResult or ArgumentResult { Parent: OptionResult })
        {
            return verbMissing && unmatched is null ? $"{HelpPrinter.Path(parsed.CommandResult.Command)} needs a verb: {string.Join(", ", command.Subcommands.Select(one => one.Name))}" : first.Message;
        }

        if (!verbMissing && !first.Message.Contains(unmatched, StringComparison.Ordinal))
        {
            return first.Message;
        }

        if (command.Options.Any(one => one.Name == unmatched || one.Aliases.Contains(unmatched)))
        {
            return $"{unmatched} stands before the verb; options come behind it: {HelpPrinter.Path(command)} … {unmatched}";
        }

        bool option = unmatched.StartsWith('-');
        string[] known = option ? [.. command.Options.Select(one => one.Name)] : [.. command.Subcommands.Select(one => one.Name)];
        string what = option ? "option" : verbMissing ? "verb" : "argument";
        return $"{unmatched}: no such {what}{(command is RootCommand ? string.Empty : $" of {HelpPrinter.Path(parsed.CommandResult.Command)}")}.{Suggestions.For(unmatched, known)}";
    }
}
