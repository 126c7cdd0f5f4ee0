using RobMask.Cli.Terminal;

namespace RobMask.Cli.Verbs;

/// <summary><c>masks</c> and its verbs.</summary>
internal static class MasksVerb
{
    public static Verb Create(Shell shell)
    {
        Verb verb = new(
            "masks",
            "compare, interpolate and exchange the masks of trained networks",
            "A mask is the pair (γ, β) of every rescaling layer. It is a value: it can be compared, combined, saved, and put into another network of the same architecture.",
            ("how two masks differ", "robmask masks compare -m runs/demo/checkpoints/split.safetensors"),
            ("the curve between them", "robmask masks interpolate -m runs/demo/checkpoints/split.safetensors"),
            ("a mask in another network", "robmask masks exchange -m a.safetensors --from b.safetensors"));
        verb.Subcommands.Add(MasksCompareVerb.Create(shell));
        verb.Subcommands.Add(MasksInterpolateVerb.Create(shell));
        verb.Subcommands.Add(MasksExchangeVerb.Create(shell));
        return verb;
    }
}
