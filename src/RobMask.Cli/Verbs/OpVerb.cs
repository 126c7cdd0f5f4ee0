using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Runs;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Cli.Verbs;

/// <summary><c>op</c>.</summary>
internal static class OpVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string?> name = new("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "the operation; --list shows all of them" };
        Option<string?> input = new("--in") { HelpName = "FILE", Description = "its inputs by name: .safetensors, .npz or .npy" };
        Option<string?> output = new("--out") { HelpName = "FILE", Description = "where its outputs go: .safetensors, .npz or .npy" };
        Option<string[]> attributes = new("--attr") { HelpName = "NAME=VALUE", Description = "a setting of the operation; as often as needed", Arity = ArgumentArity.OneOrMore };
        Option<OperationPrecision?> precision = new("--dtype")
        {
            HelpName = "TYPE",
            Description = "f32 or f64, which widens float inputs exactly (default: that of the inputs)",
            CustomParser = Precision,
        };
        Option<bool> bounds = new("--bounds") { Description = "write beside each output NAME its value in double, NAME.value, and the proven bound of |result − value|, NAME.bound" };
        Option<ArithmeticModel?> model = new("--precision")
        {
            HelpName = "NAME",
            Description = "what the bounds hold for: fp32, tf32, fp16 or bf16, the operands of sums of products (default fp32)",
            CustomParser = Model,
        };
        Option<bool> list = new("--list") { Description = "list the operations with their inputs, attributes and outputs" };
        Option<bool> json = new("--json") { Description = "what is printed, as one JSON object" };
        Verb verb = new Verb(
            "op",
            "run one operation on the tensors of a file",
            "Runs one operation of the reference on the tensors of a file and writes its outputs. The names of operations, tensors and attributes stay as they are: programs in other languages may rely on them.",
            ("what there is", "robmask op --list"),
            ("a convolution", "robmask op conv2d --in case.npz --out bits.npz --attr stride=2 --attr padding=1,0"),
            ("its value in double", "robmask op conv2d --in case.npz --out value.npz --attr stride=2 --attr padding=1,0 --dtype f64"),
            ("how far a correct GPU may be", "robmask op conv2d --in case.npz --out bounds.npz --bounds --precision tf32"),
            ("without a file to read", "robmask op philox --out words.npy --attr seed=7 --attr stream=1 --attr count=8 --attr distribution=words"))
            .With(new OptionGroup("Files", input, output), new OptionGroup("Operation", attributes, precision), new OptionGroup("Bounds", bounds, model), new OptionGroup("Output", list, json))
            .Does(parsed =>
            {
                ArithmeticModel? declared = parsed.GetValue(model);
                if (declared is not null && !parsed.GetValue(bounds))
                {
                    throw new ArgumentException("op: --precision says what bounds hold for; give --bounds too (the type of the outputs is --dtype)");
                }

                if (!parsed.GetValue(list))
                {
                    declared = parsed.GetValue(bounds) ? declared ?? ArithmeticModel.Fp32 : null;
                    return Run(shell, parsed.GetValue(name), parsed.GetValue(input), parsed.GetValue(output), parsed.GetValue(attributes) ?? [], parsed.GetValue(precision), declared, parsed.GetValue(json));
                }

                return parsed.GetValue(name) is null && parsed.GetValue(output) is null
                    ? List(shell, parsed.GetValue(json))
                    : throw new ArgumentException("op --list lists all operations and runs none; leave out either --list or the rest");
            });
        verb.Arguments.Add(name);
        return verb;
    }

    private static int List(Shell shell, bool json)
    {
        if (json)
        {
            shell.Output.WriteLine(OperationList.ToJson());
        }
        else
        {
            OperationList.Write(shell.Output);
        }

        return ExitCodes.Done;
    }

    private static int Run(Shell shell, string? name, string? input, string? output, string[] attributes, OperationPrecision? precision, ArithmeticModel? model, bool json)
    {
        if (name is null || output is null)
        {
            throw new ArgumentException(name is null ? "op: the operation is missing; `robmask op --list` shows all of them" : $"op {name}: --out FILE is missing");
        }

        OutputFile.Require("--out", output, OutputFile.Tensors, input);
        IReadOnlyList<NamedTensor> tensors;
        IReadOnlyDictionary<string, string?>? theorems = null;
        if (model is null)
        {
            tensors = OperationFile.Run(name, input, output, attributes, precision);
        }
        else
        {
            (tensors, theorems) = OperationFile.RunBounded(name, input, output, attributes, precision, model);
        }

        if (json)
        {
            var outputs = tensors.Select(tensor => new { name = tensor.Name, type = TensorFile.TypeOf(tensor.Tensor).ToString(), shape = tensor.Tensor.Shape.Extents.ToArray() });
            shell.Output.WriteLine(JsonSerializer.Serialize(new { operation = name, file = Path.GetFullPath(output), outputs, precision = model?.Name, theorems }, RunJson.File));
            return ExitCodes.Done;
        }

        foreach (NamedTensor tensor in tensors)
        {
            shell.Output.WriteLine($"{tensor.Name}  {TensorFile.TypeOf(tensor.Tensor)}  {tensor.Tensor.Shape}");
        }

        foreach ((string proven, string? theorem) in theorems ?? new Dictionary<string, string?>())
        {
            shell.Output.WriteLine(theorem is null ? $"{proven}: no proven bound in {model}" : $"{proven}: bound in {model} by {theorem} (docs/bounds.md)");
        }

        return ExitCodes.Done;
    }

    private static ArithmeticModel? Model(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        ArithmeticModel? model = ArithmeticModel.All.FirstOrDefault(model => model.Name == text);
        if (model is null)
        {
            result.AddError($"--precision: «{text}» is none of {string.Join(", ", ArithmeticModel.All)}");
        }

        return model;
    }

    private static OperationPrecision? Precision(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text is not ("f32" or "f64"))
        {
            result.AddError($"--dtype: «{text}» is neither f32 nor f64");
        }

        return text == "f64" ? OperationPrecision.F64 : OperationPrecision.F32;
    }
}
