using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RobMask.Cli.Options;

namespace RobMask.Cli.Terminal;

/// <summary>Writes the help of a command: what it does, its options under headings, examples.</summary>
internal sealed class HelpPrinter : SynchronousCommandLineAction
{
    private const int Indent = 34;
    private const int Width = 110;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCodes.Done;
    }

    /// <summary>The command with its parents. The root is called robmask, whatever process runs it.</summary>
    public static string Path(Symbol command) =>
        command.Parents.FirstOrDefault() is Symbol parent ? $"{Path(parent)} {command.Name}" : "robmask";

    private static void Write(Command command, TextWriter output)
    {
        string path = Path(command);

        Verb? verb = command as Verb;
        foreach (string line in Wrap(verb?.Explanation ?? command.Description ?? string.Empty, 0))
        {
            output.WriteLine(line);
        }

        string arguments = string.Concat(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? $" {argument.HelpName ?? argument.Name}" : $" [{argument.HelpName ?? argument.Name}]"));
        output.WriteLine();
        output.WriteLine($"Usage: {path}{(command.Subcommands.Count > 0 ? " <verb>" : string.Empty)}{arguments} [options]");
        Rows(output, "Arguments", command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description ?? string.Empty)));
        Rows(output, "Verbs", command.Subcommands.Select(sub => (sub.Name, sub.Description ?? string.Empty)));
        foreach (IOptionSet group in verb?.Groups ?? [])
        {
            Rows(output, group.Title, group.Options.Select(Row));
        }

        if (command.Parents.FirstOrDefault() is null)
        {
            Rows(output, "Options", command.Options.Select(Row));
        }

        Examples(output, verb);
        if (command.Subcommands.Count > 0)
        {
            output.WriteLine();
            output.WriteLine($"`{path} <verb> --help` explains a verb.");
        }
    }

    private static void Examples(TextWriter output, Verb? verb)
    {
        if (verb is { Examples.Count: > 0 })
        {
            output.WriteLine();
            output.WriteLine("Examples");
            foreach ((string comment, string example) in verb.Examples)
            {
                output.WriteLine("  # " + comment);
                output.WriteLine("  " + example);
            }
        }
    }

    private static (string Left, string Right) Row(Option option)
    {
        string names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Append(option.Name).Distinct().OrderBy(name => name.Length));
        return (option is HelpOption ? "--help, -h, -?" : option.HelpName is null ? names : $"{names} {option.HelpName}", option.Description ?? string.Empty);
    }

    private static void Rows(TextWriter output, string title, IEnumerable<(string Left, string Right)> rows)
    {
        bool first = true;
        foreach ((string left, string right) in rows)
        {
            if (first)
            {
                output.WriteLine();
                output.WriteLine(title);
                first = false;
            }

            string start = "  " + left;
            if (start.Length >= Indent)
            {
                output.WriteLine(start);
                start = string.Empty;
            }

            start = start.PadRight(Indent);

            foreach (string line in Wrap(right, Indent))
            {
                output.WriteLine((start + line).TrimEnd());
                start = new string(' ', Indent);
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int indent)
    {
        string line = string.Empty;
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && indent + line.Length + 1 + word.Length > Width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : line + " " + word;
            }
        }

        yield return line;
    }
}
