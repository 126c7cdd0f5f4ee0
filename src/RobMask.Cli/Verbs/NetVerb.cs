using System.Numerics;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Networks;
using RobMask.Verification.Operations;

namespace RobMask.Cli.Verbs;

/// <summary><c>net forward</c> and <c>net backward</c>.</summary>
internal static class NetVerb
{
    private sealed record Files
    {
        public string? In { get; init; }

        public string? Out { get; init; }

        public OperationPrecision? Precision { get; init; }

        public bool BatchStatistics { get; init; }
    }

    public static Verb Create(Shell shell)
    {
        Verb verb = new(
            "net",
            "run a network on the tensors of a file",
            "Runs a trained network on the tensors of a file and writes logits, loss and gradients: what another implementation compares its own with.",
            ("logits and loss", "robmask net forward -m runs/demo/checkpoints/robmask.safetensors --in batch.npz --out result.npz"),
            ("gradients too", "robmask net backward -m runs/demo/checkpoints/robmask.safetensors --in batch.npz --out result.safetensors"));
        verb.Subcommands.Add(Create(shell, "forward", "logits, and the loss where there is a target", backward: false));
        verb.Subcommands.Add(Create(shell, "backward", "logits, loss, and its gradients of the input and of every parameter", backward: true));
        return verb;
    }

    private static Verb Create(Shell shell, string name, string summary, bool backward)
    {
        OptionSet<ModelChoice> model = ModelChoice.Create();
        OptionSet<Files> files = new OptionSet<Files>("Files")
            .Add("--in", "FILE", "«input» [N, …], «target» [N], perhaps «coefficients» [N, k]: .safetensors or .npz", Values.Text, (s, v) => s with { In = v })
            .Add("--out", "FILE", "where logits, loss and gradients go: .safetensors or .npz", Values.Text, (s, v) => s with { Out = v })
            .Add("--dtype", "NAME", "f32 or f64, which widens float inputs exactly (default: that of the inputs)", Values.OneOf<OperationPrecision?>(("f32", OperationPrecision.F32), ("f64", OperationPrecision.F64)), (s, v) => s with { Precision = v })
            .AddSwitch("--batch-statistics", "normalise by the batch's own statistics, as in training", (s, v) => s with { BatchStatistics = v });
        return new Verb(
            name,
            summary,
            $"Writes {summary}. The loss is the mean cross-entropy; a gradient is named grad_input, grad_coefficients or grad.PARAMETER. Coefficients in the file are a mixture of primary masks for each image and replace --mask.",
            ("a checkpoint", $"robmask net {name} -m runs/demo/checkpoints/robmask.safetensors --in batch.npz --out result.safetensors"))
            .With(model, files)
            .Does(parsed => Run(shell, model.Apply(parsed, new ModelChoice()), files.Apply(parsed, new Files()), backward));
    }

    private static int Run(Shell shell, ModelChoice model, Files files, bool backward)
    {
        if (model.Path is null || files.In is null || files.Out is null)
        {
            throw new ArgumentException("net: --model, --in and --out are needed, a file each");
        }

        OutputFile.Require("--out", files.Out, OutputFile.Tensors, model.Path, files.In);
        NetworkPass pass = new(model.Path, model.Deploy, backward) { BatchStatistics = files.BatchStatistics, Precision = files.Precision };
        foreach (NamedTensor tensor in pass.Run(files.In, files.Out))
        {
            shell.Output.WriteLine($"{tensor.Name}  {TensorFile.TypeOf(tensor.Tensor)}  {tensor.Tensor.Shape}");
            int wrong = NotFinite(tensor.Tensor);
            if (wrong > 0)
            {
                shell.Error.WriteLine($"warning: {tensor.Name}: {wrong} of {tensor.Tensor.Shape.Length} values are NaN or infinite");
            }
        }

        return ExitCodes.Done;
    }

    private static int NotFinite(ITensor tensor) => tensor switch
    {
        DenseTensor<float> values => NotFinite<float>(values.Span),
        DenseTensor<double> values => NotFinite<double>(values.Span),
        _ => 0,
    };

    private static int NotFinite<T>(ReadOnlySpan<T> values)
        where T : INumberBase<T>
    {
        int count = 0;
        foreach (T value in values)
        {
            count += T.IsFinite(value) ? 0 : 1;
        }

        return count;
    }
}
