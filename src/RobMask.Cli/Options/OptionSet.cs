using System.CommandLine;
using System.CommandLine.Parsing;

namespace RobMask.Cli.Options;

/// <summary>A heading of the help and the options under it, each with the setting that it changes.</summary>
/// <typeparam name="TSettings">The settings, a value.</typeparam>
/// <param name="title">The heading.</param>
internal sealed class OptionSet<TSettings>(string title) : IOptionSet
{
    private readonly List<(Option Option, Func<ParseResult, TSettings, TSettings> Apply)> _options = [];

    public string Title { get; } = title;

    public IEnumerable<Option> Options => _options.Select(pair => pair.Option);

    /// <summary>Adds an option with one value.</summary>
    /// <param name="name">With its dashes; further names after a blank.</param>
    /// <param name="value">What the help calls the value.</param>
    /// <param name="help">One line; names the default.</param>
    /// <param name="parse">Reads the value; a <see cref="FormatException"/> says what is wrong with it.</param>
    /// <param name="set">Changes the settings.</param>
    public OptionSet<TSettings> Add<TValue>(string name, string value, string help, Func<string, TValue> parse, Func<TSettings, TValue, TSettings> set)
    {
        string[] names = name.Split(' ');
        Option<Given<TValue>> option = new(names[0], names[1..])
        {
            Description = help,
            HelpName = value,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Parse(result, names[0], parse),
        };
        _options.Add((option, (parsed, settings) => parsed.GetValue(option) is { } given ? set(settings, given.Value) : settings));
        return this;
    }

    /// <summary>Adds a switch that is off where it is not given; «--switch false» turns off what a configuration file turned on.</summary>
    public OptionSet<TSettings> AddSwitch(string name, string help, Func<TSettings, bool, TSettings> set)
    {
        Option<bool> option = new(name) { Description = help, Arity = ArgumentArity.ZeroOrOne };
        _options.Add((option, (parsed, settings) => parsed.GetResult(option) is null or { Implicit: true } ? settings : set(settings, parsed.GetValue(option))));
        return this;
    }

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in Options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Changes the settings by the options that were given; the others stay as they are.</summary>
    public TSettings Apply(ParseResult parsed, TSettings settings)
    {
        foreach ((_, Func<ParseResult, TSettings, TSettings> apply) in _options)
        {
            settings = apply(parsed, settings);
        }

        return settings;
    }

    /// <summary>Refuses options that were given and have no effect on what was chosen.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="chosen">What was chosen, for the message.</param>
    /// <param name="why">Why an option is of no use with it; null where it is of use.</param>
    /// <exception cref="ArgumentException">There is such an option.</exception>
    public void RequireUseful(ParseResult parsed, string chosen, Func<string, string?> why)
    {
        foreach (Option option in Options.Where(option => parsed.GetResult(option) is { Implicit: false }))
        {
            if (why(option.Name) is string reason)
            {
                throw new ArgumentException($"{option.Name} has no effect on {chosen}: {reason}");
            }
        }
    }

    private static Given<TValue>? Parse<TValue>(ArgumentResult result, string name, Func<string, TValue> parse)
    {
        string text = result.Tokens.Count == 0 ? string.Empty : result.Tokens[0].Value;
        try
        {
            return new Given<TValue>(parse(text));
        }
        catch (FormatException error)
        {
            result.AddError($"{name}: {error.Message}");
            return null;
        }
    }
}

/// <summary>A value that was given. A type of its own, because the parser gives bool and number options a default and takes «f16» for no bool.</summary>
internal sealed record Given<TValue>(TValue Value);

/// <summary>A heading of the help and the options under it.</summary>
internal interface IOptionSet
{
    /// <summary>The heading.</summary>
    string Title { get; }

    /// <summary>The options in the order of the help.</summary>
    IEnumerable<Option> Options { get; }
}
