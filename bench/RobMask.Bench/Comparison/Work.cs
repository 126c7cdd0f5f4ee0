using RobMask.Bench.Machine;

namespace RobMask.Bench.Comparison;

/// <summary>What limits a piece of work.</summary>
internal enum Bound
{
    /// <summary>Multiplications and additions in float.</summary>
    Float,

    /// <summary>Multiplications and additions in double.</summary>
    Double,

    /// <summary>Bytes between memory and processor.</summary>
    Memory,
}

/// <summary>What a piece of work must do at the least, however it is done.</summary>
/// <param name="Bound">What limits it.</param>
/// <param name="Least">Floating-point operations, two a multiply-add, or bytes read and written.</param>
/// <param name="Usual">What rates are usually stated by: of convolutions, multiplications by padding too.</param>
/// <param name="Threads">1, or 0 for all.</param>
internal readonly record struct Work(Bound Bound, double Least, double Usual, int Threads = 0)
{
    public string Unit => Bound == Bound.Memory ? "GB/s" : "GFLOP/s";

    /// <summary>The machine's ceiling in the same unit.</summary>
    public double Ceiling(MachineCeilings machine) => Bound switch
    {
        Bound.Float => Threads == 1 ? machine.FloatOne : machine.FloatAll,
        Bound.Double => Threads == 1 ? machine.DoubleOne : machine.DoubleAll,
        _ => Threads == 1 ? machine.CopyOne : machine.CopyAll,
    };
}
