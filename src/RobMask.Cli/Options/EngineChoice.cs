using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Engines.Recording;
using RobMask.Torch.Engine;

namespace RobMask.Cli.Options;

/// <summary>Which engine computes. A run may go on with another one: it is no part of its settings.</summary>
internal sealed record EngineChoice
{
    private const string Managed = "managed";
    private const string Torch = "torch";

    public string Name { get; init; } = Managed;

    public string? Device { get; init; }

    public TorchPrecision? Precision { get; init; }

    public bool IsTorch => Name == Torch;

    /// <summary>What products compute in, in the words of the option.</summary>
    public string PrecisionName => (Precision ?? TorchPrecision.Fp32) switch { TorchPrecision.Tf32 => "tf32", TorchPrecision.Bf16 => "bf16", _ => "fp32" };

    /// <summary>The same with libtorch, whatever engine is named.</summary>
    public EngineChoice AsTorch() => this with { Name = Torch };

    public static OptionSet<EngineChoice> Create() => new OptionSet<EngineChoice>("Engine")
        .Add("--engine", "NAME", "managed, the reference, or torch, libtorch by TorchSharp (default managed)", Values.Name([Managed, Torch]), (s, v) => s with { Name = v })
        .Add("--device", "NAME", "torch: cpu, cuda or cuda:n (default cpu)", Values.Text, (s, v) => s with { Device = v })
        .Add("--precision", "NAME", "torch: fp32, tf32 or bf16, what products compute in (default fp32)", Values.OneOf(("fp32", TorchPrecision.Fp32), ("tf32", TorchPrecision.Tf32), ("bf16", TorchPrecision.Bf16)), (s, v) => s with { Precision = v });

    /// <summary>Opens the engine; libtorch is loaded only where it is chosen.</summary>
    /// <param name="doublePrecision">Compute in double.</param>
    /// <param name="recorder">Is told of every operation of libtorch's.</param>
    /// <exception cref="ArgumentException">The device or precision is one of another engine, or does not exist.</exception>
    /// <exception cref="RobMask.Torch.TorchLibraryException">libtorch does not load.</exception>
    public IEngine Open(bool doublePrecision, IOperationRecorder? recorder = null)
    {
        if (IsTorch)
        {
            return OpenTorch(doublePrecision, recorder);
        }

        if (Device is not (null or "cpu") || Precision is not null)
        {
            throw new ArgumentException($"{(Precision is null ? "--device" : "--precision")} has no effect on --engine managed: it is an option of --engine torch");
        }

        return doublePrecision ? new ManagedEngine<double>() : new ManagedEngine<float>();
    }

    // In a method of its own, so that nothing of TorchSharp is needed before.
    private TorchEngine OpenTorch(bool doublePrecision, IOperationRecorder? recorder) => new(Device ?? "cpu", Precision ?? TorchPrecision.Fp32, doublePrecision) { Recorder = recorder };
}
