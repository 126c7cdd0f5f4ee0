using RobMask.Torch.Checks;
using RobMask.Torch.Engine;
using RobMask.Verification.Bounds;
using RobMask.Verification.Checks;

namespace RobMask.Cli.Options;

/// <summary>Whose operations are asked: a program's, or one of robmask's own engines'.</summary>
internal sealed record BackendChoice(string? Command, string? Engine, string? Device, string? Precision)
{
    public const string Managed = "managed";
    private const string Torch = "torch";

    /// <summary>Refuses what does not go together.</summary>
    /// <exception cref="ArgumentException">It does not; the message says what does.</exception>
    public void Validate(string verb)
    {
        if (Command is null == Engine is null)
        {
            throw new ArgumentException(Command is null ? $"{verb}: --backend CMD is missing (or --engine torch)" : $"{verb}: --backend and --engine exclude each other");
        }

        if (Engine is not (null or Managed or Torch))
        {
            throw new ArgumentException($"--engine: «{Engine}» is none of {Managed}, {Torch}");
        }

        if (Engine != Torch && Device is not null)
        {
            throw new ArgumentException("--device is an option of --engine torch");
        }

        if (Engine == Managed && Precision is not null)
        {
            throw new ArgumentException("--precision has no effect on --engine managed, which computes in fp32");
        }

        // Found now, before a process is started or a library loaded.
        _ = Precision is null ? null : ArithmeticModel.Find(Precision);
        if (Engine == Torch)
        {
            _ = TorchPrecisionOf(Precision);
        }
    }

    /// <summary>Starts the program, or opens the engine.</summary>
    public IMaskingBackend Open(TimeSpan timeout, CancellationToken cancellation) => Engine switch
    {
        null => new ProcessBackend(Command!, timeout, Precision is null ? null : ArithmeticModel.Find(Precision), cancellation),
        Managed => new ManagedBackend(),
        _ => OpenTorch(),
    };

    /// <summary>The options that choose it, as they are typed.</summary>
    public override string ToString() => Command is not null
        ? $"--backend \"{Command}\""
        : $"--engine {Engine}{(Device is null ? string.Empty : $" --device {Device}")}{(Precision is null ? string.Empty : $" --precision {Precision}")}";

    // In a method of its own, so that nothing of TorchSharp is needed before.
    private TorchBackend OpenTorch() => new(Device ?? "cpu", TorchPrecisionOf(Precision));

    private static TorchPrecision TorchPrecisionOf(string? name) => name switch
    {
        null or "fp32" => TorchPrecision.Fp32,
        "tf32" => TorchPrecision.Tf32,
        "bf16" => TorchPrecision.Bf16,
        _ => throw new ArgumentException($"--precision: --engine torch does not compute in {name}; expected fp32, tf32 or bf16"),
    };
}
