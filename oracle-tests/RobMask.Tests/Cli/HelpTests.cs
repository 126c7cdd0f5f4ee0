using Xunit;

namespace RobMask.Tests.Cli;

public sealed class HelpTests
{
    private static readonly string[] Names =
    [
        "demo", "train", "eval", "attack", "masks", "masks compare", "masks interpolate", "masks exchange",
        "experiment", "experiment e1", "experiment e2", "experiment e3", "experiment e4", "experiment e5", "report", "op", "net", "net forward", "net backward", "info",
    ];

    public static TheoryData<string> Verbs => [.. Names];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_usage_and_examples(string verb)
    {
        string help = CommandLine.Succeed(verb + " --help");
        Assert.Contains($"Usage: robmask {verb}", help, StringComparison.Ordinal);
        Assert.Contains("Examples", help, StringComparison.Ordinal);
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 110 || line.Contains("robmask ", StringComparison.Ordinal), line));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_option_is_explained(string verb)
    {
        string[] lines = CommandLine.Succeed(verb + " --help").Split('\n');
        Assert.All(
            lines.Where(line => line.StartsWith("  --", StringComparison.Ordinal)),
            line => Assert.True(line.Length > 36 || lines[Array.IndexOf(lines, line) + 1].Trim().Length > 0, line));
    }

    [Fact]
    public void No_arguments_show_the_verbs()
    {
        string help = CommandLine.Succeed(string.Empty);
        Assert.All(Names.Select(name => name.Split(' ')[0]).Distinct(), verb => Assert.Contains("  " + verb, help, StringComparison.Ordinal));
    }

    [Fact]
    public void Version_is_that_of_the_assembly() =>
        Assert.StartsWith("0.", CommandLine.Succeed("--version"), StringComparison.Ordinal);
}
