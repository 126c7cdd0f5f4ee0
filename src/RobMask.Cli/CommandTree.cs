using System.CommandLine;
using System.CommandLine.Help;
using RobMask.Cli.Terminal;
using RobMask.Cli.Verbs;

namespace RobMask.Cli;

/// <summary>All verbs.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Shell shell)
    {
        RootCommand root = new("Adversarial masking: trains networks clean, adversarially and with RobMask, and shows how their masks (γ, β) trade clean for robust accuracy. Same settings, same bits, on every machine. Begin with `robmask demo`.");
        root.Subcommands.Add(DemoVerb.Create(shell));
        root.Subcommands.Add(TrainVerb.Create(shell));
        root.Subcommands.Add(ThroughputVerb.Create(shell));
        root.Subcommands.Add(EvalVerb.Create(shell));
        root.Subcommands.Add(AttackVerb.Create(shell));
        root.Subcommands.Add(MasksVerb.Create(shell));
        root.Subcommands.Add(ExperimentVerb.Create(shell));
        root.Subcommands.Add(ReportVerb.Create(shell));
        root.Subcommands.Add(OpVerb.Create(shell));
        root.Subcommands.Add(NetVerb.Create(shell));
        root.Subcommands.Add(VerifyVerb.Create(shell));
        root.Subcommands.Add(CompareVerb.Create(shell));
        root.Subcommands.Add(CheckVerb.Create(shell));
        root.Subcommands.Add(BackendVerb.Create(shell));
        root.Subcommands.Add(GoldenVerb.Create(shell));
        root.Subcommands.Add(DigestVerb.Create(shell));
        root.Subcommands.Add(LockstepVerb.Create(shell));
        root.Subcommands.Add(AuditVerb.Create(shell));
        root.Subcommands.Add(OrderVerb.Create(shell));
        root.Subcommands.Add(CollectVerb.Create(shell));
        root.Subcommands.Add(InfoVerb.Create(shell));
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Description = "Show help.";
        help.Action = new HelpPrinter();
        VersionOption version = root.Options.OfType<VersionOption>().Single();
        version.Description = "Show the version.";
        version.Action = new VersionPrinter();
        return root;
    }
}
