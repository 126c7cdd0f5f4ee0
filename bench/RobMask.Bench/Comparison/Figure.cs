using System.Text.Json.Nodes;
using RobMask.Bench.Contests;
using RobMask.Bench.Machine;

namespace RobMask.Bench.Comparison;

/// <summary>One line of the comparison: the times of both, and what they are of what is physically possible.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Case">What is timed, the same words in every run.</param>
/// <param name="Batch">N.</param>
/// <param name="Work">What must be done at the least.</param>
/// <param name="Ours">Our times.</param>
/// <param name="Libtorch">libtorch's times.</param>
/// <param name="OthersShare">See <see cref="ContestResult.OthersShare"/>.</param>
internal sealed record Figure(string Section, string Case, int Batch, Work Work, Timings Ours, Timings Libtorch, double OthersShare)
{
    // Where other processes take a few percent, libtorch's threads wait for one another by scheduler slices, so its times say nothing.
    private const double Disturbing = 0.05;

    /// <summary>Whether other processes took too much of the machine for the times to say anything.</summary>
    public bool IsDisturbed => OthersShare > Disturbing;

    /// <summary>Our speed / libtorch's.</summary>
    public double Speed => Ours.SpeedOver(Libtorch);

    /// <summary>GFLOP/s or GB/s, as is usual.</summary>
    public double Rate(Timings timings) => Work.Usual / timings.Median / 1e9;

    /// <summary>The time that the least work takes at the machine's ceiling, as a share of the time taken.</summary>
    public double Share(Timings timings, MachineCeilings machine) => Work.Least / timings.Median / 1e9 / Work.Ceiling(machine);

    public JsonObject ToJson(MachineCeilings machine) => new()
    {
        ["section"] = Section,
        ["case"] = Case,
        ["batch"] = Batch,
        ["speed"] = Math.Round(Speed, 3),
        ["bound"] = Work.Bound.ToString().ToLowerInvariant(),
        ["ours"] = Side(Ours, machine),
        ["libtorch"] = Side(Libtorch, machine),
        ["othersShareOfProcessors"] = Math.Round(OthersShare, 3),
    };

    private JsonObject Side(Timings timings, MachineCeilings machine)
    {
        JsonObject side = timings.ToJson();
        side[Work.Unit] = Math.Round(Rate(timings), 2);
        side["shareOfCeiling"] = Math.Round(Share(timings, machine), 4);
        return side;
    }
}
