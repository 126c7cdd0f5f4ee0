using System.Globalization;
using RobMask.Bench.Contests;
using RobMask.Bench.Machine;

namespace RobMask.Bench.Comparison;

/// <summary>Writes figures as lines of text, as they come.</summary>
internal sealed class ComparisonTable(TextWriter writer, MachineCeilings machine)
{
    public void Begin(BenchOptions options, string load)
    {
        Line($"ours against libtorch 2.10 (TorchSharp 0.107), {(options.ProcessorTime ? "one thread each, processor time" : $"{options.Threads} threads each")}, in turn; libtorch's memory: {KeptMemory.Mode}; load average before: {load}");
        foreach (string line in machine.Lines())
        {
            Line(line);
        }

        Line("Times are medians over the rounds (least to greatest); speed is the median of libtorch's time / ours within a round;");
        Line("rates count multiplications by padding, as is usual; shares are of the ceilings above and of the work that cannot be left out.");
    }

    public void BeginSection(ISection section)
    {
        Line(string.Empty);
        Line($"{section.Name}: {section.Title}");
        Line($"  {"",-46} {"batch",5} {"ours",26} {"libtorch",26} {"speed",6} {"our rate, share",24} {"its share",9} rounds");
    }

    public void Add(Figure figure) => Line(string.Create(
        CultureInfo.InvariantCulture,
        $"  {figure.Case,-46} {figure.Batch,5} {Show(figure.Ours),26} {Show(figure.Libtorch),26} {figure.Speed,6:0.00} {figure.Rate(figure.Ours),9:0.0} {figure.Work.Unit,-7} {figure.Share(figure.Ours, machine),6:P0} {figure.Share(figure.Libtorch, machine),9:P0} {figure.Ours.Rounds,6}{Warning(figure)}"));

    public void BeginMemory()
    {
        Line(string.Empty);
        Line($"{MemoryComparison.SectionName}: {MemoryComparison.Title}");
        Line($"  {"",-28} {"batch",5} {"peak",10} {"step",10} {"time",10} {"managed bytes allocated a step",32} {"resident growth a step",24}");
    }

    public void Add(MemoryFigure figure) => Line(string.Create(
        CultureInfo.InvariantCulture,
        $"  {figure.Who,-28} {figure.Batch,5} {Megabytes(figure.PeakBytes),10} {Megabytes(figure.StepBytes),10} {figure.Seconds,8:0.00} s {figure.AllocatedBytesPerStep,32:N0} {Megabytes(figure.ResidentGrowthBytesPerStep),24}"));

    public void Add(IReadOnlyList<Verdict> verdicts)
    {
        Line(string.Empty);
        Line($"{"what must be reached",-66} {"must",9} {"aim",9} {"measured",9}");
        foreach (Verdict verdict in verdicts)
        {
            Line(verdict.Line());
        }
    }

    private static string Warning(Figure figure) => figure.IsDisturbed
        ? string.Create(CultureInfo.InvariantCulture, $"  disturbed: other processes took {figure.OthersShare:P0} of the processors")
        : string.Empty;

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N0} MiB");

    private static string Show(Timings timings) => timings.Median >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{timings.Median:0.00} ({timings.Least:0.00}–{timings.Greatest:0.00}) s ")
        : string.Create(CultureInfo.InvariantCulture, $"{timings.Median * 1e3:0.00} ({timings.Least * 1e3:0.00}–{timings.Greatest * 1e3:0.00}) ms");

    private void Line(string text)
    {
        writer.WriteLine(text);
        writer.Flush();
    }
}
