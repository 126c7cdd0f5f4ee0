using System.CommandLine;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Verification.Checks;

namespace RobMask.Cli.Verbs;

/// <summary><c>backend</c>.</summary>
internal static class BackendVerb
{
    public static Verb Create(Shell shell)
    {
        Option<string?> engine = new("--engine") { HelpName = "NAME", Description = "managed, the reference, or torch, libtorch by TorchSharp (default managed)" };
        Option<string?> device = new("--device") { HelpName = "NAME", Description = "torch: cpu, cuda or cuda:n (default cpu)" };
        Option<string?> precision = new("--precision") { HelpName = "NAME", Description = "torch: fp32, tf32 or bf16 (default fp32)" };
        return new Verb(
            "backend",
            "serve the reference's own operations, or the torch engine's, to robmask check",
            "Reads requests as JSON lines on standard input and answers on standard output, as docs/backend-protocol.md describes, until the input ends. It is the protocol's reference implementation: whoever writes a backend may compare with it.",
            ("the reference checks itself", "robmask check --backend \"robmask backend\""),
            ("what the torch engine answers, asked by another program", "robmask backend --engine torch --device cuda --precision tf32"))
            .With(new OptionGroup("Engine", engine, device, precision))
            .Does(parsed =>
            {
                BackendChoice choice = new(null, parsed.GetValue(engine) ?? BackendChoice.Managed, parsed.GetValue(device), parsed.GetValue(precision));
                choice.Validate("backend");
                BackendService.Serve(choice.Open(Timeout.InfiniteTimeSpan, shell.Cancellation), Console.In, shell.Output, shell.Cancellation);
                return ExitCodes.Done;
            });
    }
}
