using Xunit;

namespace RobMask.Tests.Cli;

public sealed class HelpTests
{
    private static readonly string[] Names =
    [
        "demo", "train", "eval", "attack", "masks", "masks compare", "masks interpolate", "masks exchange",
        "experiment", "experiment e1", "experiment e2", "experiment e3", "experiment e4", "experiment e5", "report", "op", "net", "net forward", "net backward", "info",
        "verify", "verify op", "verify trace", "verify golden", "compare", "check", "backend", "collect",
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
    public void Every_option_that_needs_a_value_says_so_where_it_has_none(string verb)
    {
        string[] options = [.. CommandLine.Succeed(verb + " --help").Split('\n')
            .Where(line => line.StartsWith("  --", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 1 && words[1].All(letter => char.IsUpper(letter) || letter is '|' or '='))
            .Select(words => words[0])];
        Assert.All(options, option =>
        {
            (int code, _, string error) = CommandLine.Run($"{verb} {option}");
            Assert.Equal(2, code);
            Assert.Contains(option, error, StringComparison.Ordinal);
            (code, _, error) = CommandLine.Run(verb, option, string.Empty);
            Assert.Equal(2, code);
            Assert.StartsWith("robmask: ", error, StringComparison.Ordinal);
        });
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

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_verb_help_shows_the_same_as_the_option(string verb) =>
        Assert.Equal(CommandLine.Succeed(verb + " --help"), CommandLine.Succeed("help " + verb));

    [Theory]
    [InlineData("train")]
    [InlineData("eval")]
    public void Every_option_stands_apart_from_its_explanation(string verb)
    {
        string[] values = ["NUMBER", "NAME", "N", "PART", "LIST", "FILE", "FOLDER", "TEXT", "BOOL", "PIXELS", "EPOCHS", "K", "MASK", "NAME|PATH"];
        string[] rows = [.. CommandLine.Succeed(verb + " --help").Split('\n').Where(line => line.StartsWith("  --", StringComparison.Ordinal))];
        Assert.All(rows, row =>
        {
            string[] words = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(words.Length == 1 || words[1].StartsWith('-') || values.Contains(words[1]) || row.IndexOf("  ", 2, StringComparison.Ordinal) > 0 || row.IndexOf(words[1], StringComparison.Ordinal) == 34, row);
        });
    }

    [Theory]
    [InlineData("train", "--epsilon", "--steps", "--epochs", "--width", "--depth", "--batch-size", "--keep", "--compare")]
    [InlineData("eval", "--epsilon", "--steps", "--batch-size", "--keep", "--compare")]
    public void Defaults_are_named(string verb, params string[] options)
    {
        string help = CommandLine.Succeed(verb + " --help");
        Assert.All(options, option =>
        {
            int start = help.IndexOf("  " + option + " ", StringComparison.Ordinal);
            int end = help.IndexOf("\n  --", start + 1, StringComparison.Ordinal);
            Assert.Contains("default", help[start..(end < 0 ? help.Length : end)], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Version_is_that_of_the_assembly() =>
        Assert.StartsWith("0.", CommandLine.Succeed("--version"), StringComparison.Ordinal);
}
