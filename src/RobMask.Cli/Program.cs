using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Training;

namespace RobMask.Cli;

/// <summary>The command line <c>robmask</c>.</summary>
public static class Program
{
    /// <summary>Runs a command line. The first Ctrl-C lets the run write its checkpoint, the second ends the process.</summary>
    public static int Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        using CancellationTokenSource source = new();
        Console.CancelKeyPress += (_, interrupt) =>
        {
            interrupt.Cancel = !source.IsCancellationRequested;
            if (interrupt.Cancel)
            {
                Console.Error.WriteLine("robmask: interrupted; writing the checkpoint (Ctrl-C again to end at once)");
                source.Cancel();
            }
        };
        return Run(args, Console.Out, Console.Error, !Console.IsOutputRedirected, source.Token);
    }

    /// <summary>Runs a command line and returns its exit code: 0 done, 1 a check failed, 2 usage, 3 data or files, 130 interrupted.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where messages go.</param>
    /// <param name="interactive">True where a person watches a terminal.</param>
    /// <param name="cancellation">Interrupts the run.</param>
    public static int Run(string[] args, TextWriter output, TextWriter error, bool interactive = false, CancellationToken cancellation = default)
    {
        RootCommand root = CommandTree.Create(new Shell(output, error, interactive, cancellation));
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && parsed.Action is not (HelpPrinter or VersionPrinter))
        {
            error.WriteLine("robmask: " + Explain(parsed));
            error.WriteLine($"`{HelpPrinter.Path(parsed.CommandResult.Command)} --help` shows what is possible.");
            return ExitCodes.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception problem) when (Code(problem) is int code)
        {
            error.WriteLine("robmask: " + Message(problem));
            return code;
        }
    }

    private static int? Code(Exception problem) => problem switch
    {
        OperationCanceledException => ExitCodes.Interrupted,
        DivergedException => ExitCodes.CheckFailed,
        ArgumentException or NotSupportedException => ExitCodes.Usage,
        IOException or InvalidDataException or UnauthorizedAccessException => ExitCodes.Files,
        _ => null,
    };

    private static string Message(Exception problem)
    {
        if (problem is OperationCanceledException)
        {
            return "interrupted; what was done is kept, go on with --resume and the same --out";
        }

        // .NET appends the parameter's name to an argument's message; a user of the command line has no use for it.
        string message = problem.Message;
        int suffix = problem is ArgumentException { ParamName: not null } ? message.LastIndexOf(" (Parameter '", StringComparison.Ordinal) : -1;
        return suffix < 0 ? message : message[..suffix];
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

        bool option = unmatched.StartsWith('-');
        string[] known = option ? [.. command.Options.Select(one => one.Name)] : [.. command.Subcommands.Select(one => one.Name)];
        string what = option ? "option" : verbMissing ? "verb" : "argument";
        return $"{unmatched}: no such {what}{(command is RootCommand ? string.Empty : $" of {HelpPrinter.Path(parsed.CommandResult.Command)}")}.{Suggestions.For(unmatched, known)}";
    }
}
