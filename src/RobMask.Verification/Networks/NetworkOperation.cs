using RobMask.Checkpoints;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Networks;

/// <summary>A <see cref="NetworkPass"/> as an operation, so that names, types and shapes are checked like those of any other.</summary>
internal sealed class NetworkOperation : Operation
{
    private readonly NetworkPass _pass;

    public NetworkOperation(NetworkPass pass)
        : base(pass.Backward ? "net backward" : "net forward", "a pass through a whole network")
    {
        _pass = pass;
        Inputs =
        [
            new("input", "[N, …]"),
            new("target", "[N]", InputKind.Labels, Optional: !pass.Backward),
            new("coefficients", "[N, k]", Optional: true),
        ];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        if (input.Shape[0] == 0)
        {
            throw new ArgumentException($"{Name}: input is {input.Shape}; expected at least one image");
        }

        using ManagedEngine<T> engine = new();
        using NetworkFile file = NetworkFile.Load(engine, _pass.ModelPath, Described(_pass.ModelPath, input.Shape));
        DeployedNetwork network = _pass.Deploy(file);
        DenseTensor<T>? coefficients = call.InputOrNull("coefficients");
        using ITape tape = network.Model.CreateTape(input.Shape[0]);
        ForwardOptions options = new(coefficients is null ? network.Mask : MaskChoice.PerImage(coefficients))
        {
            StatisticsSet = network.StatisticsSet,
            BatchStatistics = _pass.BatchStatistics,
            KeepForBackward = _pass.Backward,
        };
        DenseTensor<T> logits = (DenseTensor<T>)tape.Forward(input, options);
        Copy(call, "logits", logits);
        if (call.LabelsOrNull("target") is not { } target)
        {
            return;
        }

        DenseTensor<T> losses = new(input.Shape[0]);
        CrossEntropy.Forward(logits, target, 0, losses);
        call.Output("loss", new TensorShape()).Span[0] = CrossEntropy.Reduce(losses, Reduction.Mean);
        if (!_pass.Backward)
        {
            return;
        }

        DenseTensor<T> gradient = new(logits.Shape);
        CrossEntropy.Backward(logits, target, 0, T.One / T.CreateChecked(input.Shape[0]), gradient);
        network.Model.ZeroGradients();
        tape.Backward(gradient, BackwardTargets.Input | BackwardTargets.Parameters | (coefficients is null ? BackwardTargets.None : BackwardTargets.Coefficients));
        Copy(call, "grad_input", (DenseTensor<T>)tape.InputGradient);
        if (coefficients is not null)
        {
            Copy(call, "grad_coefficients", (DenseTensor<T>)tape.CoefficientGradient);
        }

        foreach (ModelParameter parameter in network.Model.Parameters)
        {
            Copy(call, "grad." + parameter.Info.Name, (DenseTensor<T>)parameter.Gradient);
        }
    }

    /// <summary>For a file that is no checkpoint: its metadata describe the layers, the images the input.</summary>
    private static NetworkSettings Described(string modelPath, TensorShape input)
    {
        using SafetensorsFile file = new(modelPath);
        string? layers = file.Metadata.GetValueOrDefault("network");
        return new NetworkSettings
        {
            Name = string.Empty,
            Channels = input.Rank > 1 ? input[1] : 1,
            Height = input.Rank > 2 ? input[2] : 1,
            Width = input.Rank > 3 ? input[3] : 1,
            Classes = layers is null || file.Metadata.ContainsKey("format") ? 2 : SequentialNetwork.Classes(layers),
        };
    }

    /// <summary>What belongs to the tape or the model is copied: it does not outlive them unchanged.</summary>
    private static void Copy<T>(OperationCall<T> call, string name, DenseTensor<T> tensor)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => tensor.Span.CopyTo(call.Output(name, tensor.Shape).Span);
}
