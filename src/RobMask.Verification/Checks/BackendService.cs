using RobMask.Verification.Checks.Protocol;

namespace RobMask.Verification.Checks;

/// <summary>The backend's side of the protocol of <c>docs/backend-protocol.md</c>.</summary>
public static class BackendService
{
    /// <summary>Answers requests line by line until the input ends.</summary>
    /// <param name="backend">Who computes.</param>
    /// <param name="input">Where requests come from.</param>
    /// <param name="output">Where answers go; nothing else may write to it.</param>
    /// <param name="cancellation">Ends it before the next request.</param>
    public static void Serve(IMaskingBackend backend, TextReader input, TextWriter output, CancellationToken cancellation = default) => BackendServer.Serve(backend, input, output, cancellation);
}
