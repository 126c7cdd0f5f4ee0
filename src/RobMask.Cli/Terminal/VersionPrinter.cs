using System.CommandLine;
using System.CommandLine.Invocation;
using RobMask.Experiments.Runs;

namespace RobMask.Cli.Terminal;

/// <summary>Writes the version of this library, whatever process runs it.</summary>
internal sealed class VersionPrinter : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        RunEnvironment environment = RunEnvironment.Current();
        parseResult.InvocationConfiguration.Output.WriteLine($"{environment.Version}, commit {environment.Commit}");
        return ExitCodes.Done;
    }
}
