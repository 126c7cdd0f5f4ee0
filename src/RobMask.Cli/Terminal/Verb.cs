using System.CommandLine;
using RobMask.Cli.Options;

namespace RobMask.Cli.Terminal;

/// <summary>A command with its help: option groups and examples.</summary>
internal sealed class Verb : Command
{
    /// <param name="name">As it is typed.</param>
    /// <param name="summary">One line, for the list of verbs.</param>
    /// <param name="explanation">What it does, for its own help.</param>
    /// <param name="examples">A comment and a command line each.</param>
    public Verb(string name, string summary, string explanation, params IReadOnlyList<(string Comment, string Command)> examples)
        : base(name, summary)
    {
        Explanation = explanation;
        Examples = examples;
    }

    public string Explanation { get; }

    public IReadOnlyList<(string Comment, string Command)> Examples { get; }

    public List<IOptionSet> Groups { get; } = [];

    /// <summary>Adds groups of options.</summary>
    public Verb With(params ReadOnlySpan<IOptionSet> groups)
    {
        foreach (IOptionSet group in groups)
        {
            Groups.Add(group);
            foreach (Option option in group.Options)
            {
                Options.Add(option);
            }
        }

        return this;
    }

    /// <summary>Says what the verb does; it returns an exit code.</summary>
    public Verb Does(Func<ParseResult, int> action)
    {
        SetAction(action);
        return this;
    }
}
