using System.CommandLine;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Runs;
using RobMask.Verification.Golden;

namespace RobMask.Cli.Verbs;

/// <summary><c>golden check</c> and <c>golden update</c>.</summary>
internal static class GoldenVerb
{
    public static Verb Create(Shell shell)
    {
        Verb verb = new(
            "golden",
            "compare this machine's bits with the frozen corpus",
            "The folder golden/ holds inputs, outputs and SHA-256 digests of every operation, in float and double, readable without this program. `check` computes all of it anew and names the first element that differs; `update` writes it from the definitions in the code and refuses to change frozen bits.",
            ("all cases", "robmask golden check"),
            ("one operation", "robmask golden check conv2d_backward"),
            ("after a change on purpose", "robmask golden update --accept conv2d/3x3"));
        verb.Subcommands.Add(CreateCheck(shell));
        verb.Subcommands.Add(CreateUpdate(shell));
        return verb;
    }

    /// <summary>The corpus: a given folder, else golden/ here, else the one beside the program.</summary>
    public static GoldenCorpus Corpus(string? folder)
    {
        if (folder is null)
        {
            folder = File.Exists(Path.Combine("golden", GoldenCorpus.ManifestName)) ? "golden" : Path.Combine(AppContext.BaseDirectory, "golden");
        }

        return new GoldenCorpus(folder);
    }

    private static Verb CreateCheck(Shell shell)
    {
        Argument<string[]> names = new("NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "operations or cases; all where none is named" };
        Option<string?> folder = new("--golden") { HelpName = "DIR", Description = "the corpus (default: golden/ here, else the one beside the program)" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Verb verb = new Verb(
            "check",
            "compute every case anew and compare all bits",
            "Computes every case of the corpus anew, from its files or its draws, in float and double, and compares all bits. A NaN is a NaN: IEEE 754 leaves its sign and payload to the processor. Exit code 1 where anything differs.",
            ("all cases", "robmask golden check"),
            ("one case", "robmask golden check normalize/far-from-zero"))
            .With(new OptionGroup("Corpus", folder, json))
            .Does(parsed => Check(shell, Corpus(parsed.GetValue(folder)), parsed.GetValue(names) ?? [], parsed.GetValue(json)));
        verb.Arguments.Add(names);
        return verb;
    }

    private static Verb CreateUpdate(Shell shell)
    {
        Option<string?> folder = new("--golden") { HelpName = "DIR", Description = "the corpus (default: golden/ here)" };
        Option<string[]> accept = new("--accept") { HelpName = "NAME", Description = "a case whose bits may change or go, as often as needed; «all» for every one", Arity = ArgumentArity.OneOrMore };
        return new Verb(
            "update",
            "write the corpus anew from the code's definitions",
            "Writes files and manifest anew. New cases are added; a case whose bits would change, or which is no longer defined, must be accepted by name, else nothing is written and the exit code is 1.",
            ("new cases", "robmask golden update"),
            ("a change on purpose", "robmask golden update --accept softmax/usual"))
            .With(new OptionGroup("Corpus", folder, accept))
            .Does(parsed => Update(shell, new GoldenCorpus(parsed.GetValue(folder) ?? "golden"), parsed.GetValue(accept) ?? []));
    }

    private static int Check(Shell shell, GoldenCorpus corpus, string[] names, bool json)
    {
        int count = 0;
        IReadOnlyList<GoldenDifference> differences = corpus.Check(names, new Relay<GoldenEntry>(_ => count++), shell.Cancellation);
        if (json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { corpus = corpus.ManifestPath, cases = count, differences }, RunJson.File));
        }
        else
        {
            foreach (GoldenDifference one in differences)
            {
                shell.Output.WriteLine($"{one.Case}, {one.Precision}, {one.Output}: {one.What}");
            }

            shell.Output.WriteLine(differences.Count == 0
                ? $"{count} cases of {corpus.ManifestPath}: all bits are the same"
                : $"{differences.Count} outputs of {differences.Select(one => one.Case).Distinct().Count()} cases differ, of {count} cases of {corpus.ManifestPath}");
        }

        return differences.Count == 0 ? ExitCodes.Done : ExitCodes.CheckFailed;
    }

    private static int Update(Shell shell, GoldenCorpus corpus, string[] accept)
    {
        try
        {
            GoldenUpdate update = corpus.Update(accept);
            foreach ((string what, IReadOnlyList<string> names) in new[] { ("new", update.Added), ("changed", update.Changed), ("removed", update.Removed) })
            {
                shell.Output.WriteLine($"{what}: {(names.Count == 0 ? "none" : string.Join(", ", names))}");
            }

            return ExitCodes.Done;
        }
        catch (InvalidOperationException refusal)
        {
            shell.Error.WriteLine("robmask: " + refusal.Message);
            return ExitCodes.CheckFailed;
        }
    }
}
