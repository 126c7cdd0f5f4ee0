using System.CommandLine;

namespace RobMask.Cli.Options;

/// <summary>A heading of the help and options that no settings stand behind.</summary>
/// <param name="title">The heading.</param>
/// <param name="options">In the order of the help.</param>
internal sealed class OptionGroup(string title, params Option[] options) : IOptionSet
{
    public string Title { get; } = title;

    public IEnumerable<Option> Options { get; } = options;
}
