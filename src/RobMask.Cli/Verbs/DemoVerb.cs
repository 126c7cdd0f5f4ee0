using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Experiments.Suite;

namespace RobMask.Cli.Verbs;

/// <summary><c>demo</c>.</summary>
internal static class DemoVerb
{
    public static Verb Create(Shell shell)
    {
        RunBuilder run = new();
        OptionSet<bool> extent = new OptionSet<bool>("Extent").AddSwitch("--short", "a small version, under a minute, with wider intervals", (_, v) => v);
        return new Verb(
            "demo",
            "the paper's claim in under five minutes: four networks, the trade-off curve, a report",
            "Trains one small network four ways on drawn images (clean, adversarially, with two masks, with RobMask), measures clean and robust accuracy, and follows the curve along which a combination of the two masks trades one for the other. Under five minutes on two cores, nothing to download; the report is one HTML page.",
            ("the whole of it", "robmask demo"),
            ("a first look, and the report where it is easy to find", "robmask demo --short --out look"),
            ("the same on another seed, in double precision", "robmask demo --seed 1 --dtype f64"))
            .With([extent, .. run.Groups(experiment: true)])
            .Does(parsed =>
            {
                (RunSettings settings, DatasetPair data, RunChoice choice) = run.Build(parsed, "demo", preset => extent.Apply(parsed, false) ? RunPresets.Shorten(preset) : preset);
                return RunVerb.Execute(shell, settings, data, choice);
            });
    }
}
