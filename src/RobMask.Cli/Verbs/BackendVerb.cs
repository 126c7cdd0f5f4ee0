using RobMask.Cli.Terminal;
using RobMask.Verification.Checks;

namespace RobMask.Cli.Verbs;

/// <summary><c>backend</c>.</summary>
internal static class BackendVerb
{
    public static Verb Create(Shell shell) => new Verb(
        "backend",
        "serve the reference's own operations to robmask check",
        "Reads requests as JSON lines on standard input and answers on standard output, as docs/backend-protocol.md describes, until the input ends. It is the protocol's reference implementation: whoever writes a backend may compare with it.",
        ("the reference checks itself", "robmask check --backend \"robmask backend\""))
        .Does(_ =>
        {
            BackendService.Serve(new ManagedBackend(), Console.In, shell.Output, shell.Cancellation);
            return ExitCodes.Done;
        });
}
