using System.CommandLine;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Verification.Bounds;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Verbs;

/// <summary><c>verify golden</c>.</summary>
internal static class VerifyGoldenVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string> path = new("FILE") { Description = "outputs for a case, in a file named like it with «.» for «/»; or a folder of such files" };
        Option<string?> name = new("--case") { HelpName = "NAME", Description = "the case of a file that is named otherwise" };
        Option<string?> folder = new("--golden") { HelpName = "DIR", Description = "the corpus (default: golden/ here, else the one beside the program)" };
        Option<string> precision = new("--precision") { HelpName = "NAME", Description = "what the implementation declares: fp32 (default), tf32, fp16 or bf16", DefaultValueFactory = _ => "fp32" };
        Option<string?> page = new("--html") { HelpName = "FILE", Description = "draw a page with error maps and the worst elements' operands" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Verb verb = new Verb(
            "golden",
            "judge somebody else's outputs for cases of the golden corpus",
            "Judges outputs that another program computed from the inputs of golden cases: their bits against profile fma1, and their values by proven bounds. The file has the outputs by their names.",
            ("one case", "robmask verify golden conv2d.3x3.npz"),
            ("a folder of results from a GPU", "robmask verify golden results/ --precision tf32 --html golden.html"))
            .With(new OptionGroup("Case", name, folder, precision), new OptionGroup("Output", page, json))
            .Does(parsed =>
            {
                string? html = parsed.GetValue(page);
                VerifyVerb.RequirePage(html);
                ArithmeticModel declared = ArithmeticModel.Find(parsed.GetValue(precision)!);
                OperationJudge judge = new(new JudgeOptions { Details = html is not null });
                string given = parsed.GetValue(path)!;
                IReadOnlyList<OperationVerdict> verdicts = new GoldenJudge(GoldenVerb.Corpus(parsed.GetValue(folder)), judge).Of(given, parsed.GetValue(name), declared, shell.Cancellation);
                VerdictReport report = new("Golden cases", verdicts) { Facts = [new("outputs", given), new("declared precision", declared.Name)] };
                return VerifyVerb.Give(shell, report, html, parsed.GetValue(json));
            });
        verb.Arguments.Add(path);
        return verb;
    }
}
