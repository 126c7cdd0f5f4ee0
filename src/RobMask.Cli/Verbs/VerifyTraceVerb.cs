using System.CommandLine;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;
using RobMask.Verification.Verdicts;

namespace RobMask.Cli.Verbs;

/// <summary><c>verify trace</c>.</summary>
internal static class VerifyTraceVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string> file = new("FILE") { Description = "a trace: a safetensors file with a program, docs/trace-format.md" };
        Option<string?> precision = new("--precision") { HelpName = "P", Description = "hold every operation to fp32, tf32, fp16 or bf16 (default: what the trace declares)" };
        Option<bool> endToEnd = new("--end-to-end") { Description = "carry bounds from the network's inputs; count the mask bits that rounding may flip" };
        Option<string[]> only = new("--only") { HelpName = "NAME", Description = "an operation, a part of the network or a kind of operation; as often as needed", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Option<string?> page = new("--html") { HelpName = "FILE", Description = "draw a page with error maps and the worst elements' operands" };
        Verb verb = new Verb(
            "trace",
            "judge every operation of a recorded step, and name the first wrong one",
            "Judges each operation of a trace on the inputs that were recorded for it, so that bounds stay tight and the first wrong operation is named. From end to end, bounds are carried from what the network was given instead. adapters/pytorch/robmask_trace.py records a trace. Exit code 1 where a declared precision is not kept.",
            ("every operation", "robmask verify trace step.safetensors"),
            ("one layer, held to TF32", "robmask verify trace step.safetensors --only layer1.0.conv1 --precision tf32"),
            ("how far rounding may carry", "robmask verify trace step.safetensors --end-to-end"))
            .With(new OptionGroup("Judgement", precision, endToEnd, only), new OptionGroup("Output", page, json))
            .Does(parsed => Run(shell, parsed.GetRequiredValue(file), parsed.GetValue(precision), parsed.GetValue(endToEnd), parsed.GetValue(only) ?? [], parsed.GetValue(json), parsed.GetValue(page)));
        verb.Arguments.Add(file);
        return verb;
    }

    private static int Run(Shell shell, string file, string? precision, bool endToEnd, string[] only, bool json, string? page)
    {
        VerifyVerb.RequirePage(page);
        TraceVerificationOptions options = new()
        {
            Precision = precision is null ? null : ArithmeticModel.Find(precision),
            EndToEnd = endToEnd,
            Only = only,
            Judge = new JudgeOptions { Bits = false, Details = page is not null },
        };
        using TraceFile trace = new(file);
        return VerifyVerb.Give(shell, TraceVerification.Run(trace, options, cancellation: shell.Cancellation), page, json);
    }
}
