using System.Globalization;
using RobMask.Bench.Comparison.Sections;
using RobMask.Bench.Machine;
using RobMask.Bench.Steps;
using RobMask.Training;

namespace RobMask.Bench.Comparison;

/// <summary>What the project must reach and aims at, judged by a comparison.</summary>
internal static class Verdicts
{
    private const int Batch = 128;
    private const int SmallBatch = 32;

    private static readonly Requirement _convolutions = new($"every convolution, each direction, batch {Batch}: speed / libtorch's", 0.9, 1.1);
    private static readonly Requirement _bestConvolution = new("the best convolution: fraction of the FMA ceiling", 0.8, 0.9);
    private static readonly Requirement _batchNorm = new($"batch norm + ReLU forward + backward, {Batch}x64x32x32: speed", 2, 4);
    private static readonly Requirement _engine = new("torch engine, slowest step of PreAct-ResNet-18: speed / TorchSharp by hand", 1 / 1.03, 1);
    private static readonly Requirement _threads = new("all threads over one, training step", 1.85, 1.95);
    private static readonly Requirement _double = new("double over float, time of a step", 2.6, 2.2, AtLeast: false);
    private static readonly Requirement _memory = new("peak memory of the step / libtorch's", 1, 0.7, AtLeast: false);
    private static readonly Requirement _allocated = new("bytes allocated by a step after the first", 64 * 1024, 0, AtLeast: false);

    public static IReadOnlyList<Verdict> From(IReadOnlyList<Figure> figures, IReadOnlyList<MemoryFigure> memory, MachineCeilings machine) =>
    [
        Slowest(figures),
        Best(figures, machine),
        BatchNorm(figures),
        Step(figures, TrainingMethod.Standard, Batch, new Requirement($"training step of PreAct-ResNet-18, batch {Batch}: speed", 1, 1.5)),
        Step(figures, TrainingMethod.Standard, SmallBatch, new Requirement($"training step of PreAct-ResNet-18, batch {SmallBatch}: speed", 1, 1.5)),
        Step(figures, TrainingMethod.RobMask, Batch, new Requirement($"RobMask step with PGD-{StepCase.AttackSteps}, batch {Batch}: speed", 1.1, 1.6)),
        Step(figures, TrainingMethod.RobMask, SmallBatch, new Requirement($"RobMask step with PGD-{StepCase.AttackSteps}, batch {SmallBatch}: speed", 1.1, 1.6)),
        Engine(figures),
        Ratio(_threads, figures, ThreadsSection.SectionName, ThreadsSection.One),
        Ratio(_double, figures, DoubleSection.SectionName, DoubleSection.InDouble),
        new Verdict(_memory, memory.Count < 2 ? null : (double)memory[0].StepBytes / memory[1].StepBytes),
        new Verdict(_allocated, memory.Count == 0 ? null : memory[0].AllocatedBytesPerStep),
    ];

    private static Verdict Slowest(IReadOnlyList<Figure> figures)
    {
        Figure[] convolutions = [.. figures.Where(figure => figure.Section == ConvolutionSection.SectionName && figure.Batch == Batch).OrderBy(figure => figure.Speed)];
        if (convolutions.Length == 0)
        {
            return new Verdict(_convolutions, null);
        }

        int reached = convolutions.Count(figure => _convolutions.Reaches(figure.Speed, _convolutions.Must));
        string note = string.Create(
            CultureInfo.InvariantCulture,
            $"the slowest: {convolutions[0].Case}; {reached} of {convolutions.Length} reach it, median {convolutions[convolutions.Length / 2].Speed:0.00}");
        return new Verdict(_convolutions, convolutions[0].Speed, note, convolutions.Any(figure => figure.IsDisturbed));
    }

    private static Verdict Best(IReadOnlyList<Figure> figures, MachineCeilings machine)
    {
        Figure? best = figures.Where(figure => figure.Section == ConvolutionSection.SectionName).MaxBy(figure => figure.Share(figure.Ours, machine));
        return best is null
            ? new Verdict(_bestConvolution, null)
            : new Verdict(_bestConvolution, best.Share(best.Ours, machine), $"{best.Case}, batch {best.Batch}", best.IsDisturbed);
    }

    private static Verdict BatchNorm(IReadOnlyList<Figure> figures)
    {
        Figure[] both = [.. figures.Where(figure => figure.Section == BatchNormSection.SectionName && figure.Batch == Batch
            && (figure.Case == BatchNormSection.Case(64, 32, BatchNormSection.Forward) || figure.Case == BatchNormSection.Case(64, 32, BatchNormSection.Backward)))];
        return both.Length < 2
            ? new Verdict(_batchNorm, null)
            : new Verdict(_batchNorm, both.Sum(figure => figure.Libtorch.Median) / both.Sum(figure => figure.Ours.Median), IsDisturbed: both.Any(figure => figure.IsDisturbed));
    }

    private static Verdict Step(IReadOnlyList<Figure> figures, TrainingMethod method, int batch, Requirement requirement)
    {
        string name = new StepCase(StepCase.Networks[0], method, batch).Describe();
        Figure? step = figures.FirstOrDefault(figure => figure.Section == StepSection.SectionName && figure.Case == name && figure.Batch == batch);
        return new Verdict(requirement, step?.Speed, IsDisturbed: step?.IsDisturbed ?? false);
    }

    private static Verdict Engine(IReadOnlyList<Figure> figures)
    {
        string network = StepCase.Networks[0];
        Figure? slowest = figures.Where(figure => figure.Section == EngineSection.SectionName && figure.Case.StartsWith(network, StringComparison.Ordinal)).MinBy(figure => figure.Speed);
        return new Verdict(_engine, slowest?.Speed, slowest is null ? string.Empty : $"{slowest.Case}, batch {slowest.Batch}", slowest?.IsDisturbed ?? false);
    }

    /// <summary>Our time of one case over our time of the section's other case.</summary>
    private static Verdict Ratio(Requirement requirement, IReadOnlyList<Figure> figures, string section, string numerator)
    {
        Figure? over = figures.FirstOrDefault(figure => figure.Section == section && figure.Case == numerator);
        Figure? under = figures.FirstOrDefault(figure => figure.Section == section && figure.Case != numerator);
        return over is null || under is null
            ? new Verdict(requirement, null)
            : new Verdict(requirement, under.Ours.SpeedOver(over.Ours), IsDisturbed: over.IsDisturbed);
    }
}
