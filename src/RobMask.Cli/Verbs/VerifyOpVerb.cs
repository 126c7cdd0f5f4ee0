using System.CommandLine;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Verification.Bounds;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Verbs;

/// <summary><c>verify op</c>.</summary>
internal static class VerifyOpVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string> name = new("NAME") { Description = "the operation; `robmask op --list` shows all of them" };
        Option<string?> input = new("--in") { HelpName = "FILE", Description = "its inputs as the implementation got them: .safetensors, .npz or .npy" };
        Option<string?> got = new("--got") { HelpName = "FILE", Description = "the outputs that it gave, by their names" };
        Option<string[]> attributes = new("--attr") { HelpName = "NAME=VALUE", Description = "a setting of the operation; as often as needed", Arity = ArgumentArity.OneOrMore };
        Option<string> precision = new("--precision") { HelpName = "NAME", Description = "what the implementation declares: fp32 (default), tf32, fp16 or bf16", DefaultValueFactory = _ => "fp32" };
        Option<string?> page = new("--html") { HelpName = "FILE", Description = "draw a page with error maps and the worst elements' operands" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Verb verb = new Verb(
            "op",
            "judge the outputs of one operation",
            "Computes an operation in double on the inputs that an implementation was given, with a proven bound for each element in the precision that it declares, and judges its outputs by that. Outputs that are not given are not judged.",
            ("a convolution that declares TF32", "robmask verify op conv2d --in case.npz --got gpu.npz --attr padding=1 --precision tf32"),
            ("with a page", "robmask verify op normalize --in x.npz --got y.npz --attr training=true --html verdict.html"))
            .With(new OptionGroup("Files", input, got), new OptionGroup("Operation", attributes, precision), new OptionGroup("Output", page, json))
            .Does(parsed =>
            {
                string? html = parsed.GetValue(page);
                VerifyVerb.RequirePage(html);
                ArithmeticModel declared = ArithmeticModel.Find(parsed.GetValue(precision)!);
                OperationJudge judge = new(new JudgeOptions { Details = html is not null });
                string file = parsed.GetValue(got) ?? throw new ArgumentException($"verify op {parsed.GetValue(name)}: --got FILE is missing");
                OperationVerdict verdict = new OperationFileJudge(judge).Of(parsed.GetValue(name)!, parsed.GetValue(input), file, parsed.GetValue(attributes) ?? [], declared);
                VerdictReport report = new($"{verdict.Operation} of {Path.GetFileName(file)}", [verdict])
                {
                    Facts = [new("inputs", parsed.GetValue(input) ?? "none"), new("outputs", file), new("declared precision", declared.Name)],
                };
                return VerifyVerb.Give(shell, report, html, parsed.GetValue(json));
            });
        verb.Arguments.Add(name);
        return verb;
    }
}
