using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Traces;

/// <summary>One operation of a trace with the tensors that judging it needs.</summary>
internal sealed class TraceStep(TraceFile trace, int index)
{
    private const string CastTheorem = "R1, rounding";

    /// <summary>The operation.</summary>
    public TraceOperation Operation => trace.Program.Operations[index];

    /// <summary>The precision that it is held to.</summary>
    public ArithmeticModel Declared(TraceVerificationOptions options) => options.Precision ?? Operation.Precision ?? trace.Program.Precision;

    /// <summary>The operation as a request, with its recorded inputs.</summary>
    public OperationRequest Request() =>
        new(Operation.Op, Operation.Inputs.ToDictionary(pair => pair.Key, pair => trace.Load(pair.Value)), Operation.Attributes);

    /// <summary>What was recorded of its outputs.</summary>
    public IReadOnlyList<GotTensor> Got() =>
        [.. Operation.Outputs.Select(pair => new GotTensor(pair.Key, trace.Load(pair.Value), trace.Tensors[pair.Value].Type))];

    /// <summary>The output of a cast: the input, rounded once where the type is a narrower one.</summary>
    public BoundedOutput Cast(BoundedTensor input)
    {
        SafetensorsType from = trace.Tensors[Operation.Inputs["input"]].Type;
        SafetensorsType to = trace.Tensors[Operation.Outputs["output"]].Type;
        if (from != SafetensorsType.F64 || to != SafetensorsType.F32)
        {
            return new BoundedOutput("output", input, CastTheorem);
        }

        BoundedTensor output = BoundedTensor.Empty(input.Shape);
        for (int i = 0; i < input.Shape.Length; i++)
        {
            output.Set(i, input[i].Rounded());
        }

        return new BoundedOutput("output", output, CastTheorem);
    }

    /// <summary>A verdict on outputs, without causes, bits or other models.</summary>
    public OperationVerdict Judge(IReadOnlyList<BoundedOutput> expected, ArithmeticModel declared)
    {
        IReadOnlyList<GotTensor> got = Got();
        List<TensorVerdict> outputs = [];
        foreach (BoundedOutput output in expected)
        {
            if (got.FirstOrDefault(tensor => tensor.Name == output.Name) is { } tensor)
            {
                outputs.Add(Verdicts.Judge.Of(new Evidence(tensor.Tensor, tensor.Stored, null, declared, _ => output), output));
            }
        }

        return new OperationVerdict
        {
            Operation = Operation.Op,
            Label = Operation.Name,
            Attributes = Operation.Attributes,
            Declared = declared,
            Outputs = outputs,
        };
    }

    /// <summary>Runs what may find that the operation cannot have had such inputs, or outputs of such shapes, and says where.</summary>
    public OperationVerdict Checked(Func<OperationVerdict> run)
    {
        OperationVerdict verdict = Checked<OperationVerdict>(run);
        return verdict.Outputs.FirstOrDefault(output => output.Mismatch is not null) is { } mismatch ? throw Bad($"{mismatch.Name}: {mismatch.Mismatch}") : verdict;
    }

    /// <inheritdoc cref="Checked(Func{OperationVerdict})"/>
    public T Checked<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (ArgumentException error)
        {
            throw Bad(error.Message);
        }
    }

    /// <summary>A recorded tensor in double, without bounds.</summary>
    public static BoundedTensor Exact(ITensor tensor)
    {
        if (tensor is DenseTensor<double> wide)
        {
            return new BoundedTensor(wide);
        }

        DenseTensor<double> numbers = new(tensor.Shape);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, double>(((DenseTensor<float>)tensor).Span, numbers.Span);
        return new BoundedTensor(numbers);
    }

    private InvalidDataException Bad(string rule) => BadFile.Of(trace.Path, $"operation {index} «{Operation.Name}» ({Operation.Op}): {rule}");
}
