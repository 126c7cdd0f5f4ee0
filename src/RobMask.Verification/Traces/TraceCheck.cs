using System.Globalization;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Traces;

/// <summary>Checks the program of a trace against its tensors: every name, type and shape, and that data flows forward.</summary>
internal sealed class TraceCheck(SafetensorsFile file, TraceProgram program)
{
    private static readonly SafetensorsType[] Floats = [SafetensorsType.F32, SafetensorsType.F16, SafetensorsType.BF16, SafetensorsType.F64];
    private static readonly SafetensorsType[] Types = [.. Floats, SafetensorsType.I64, SafetensorsType.BOOL];

    private readonly Dictionary<string, TraceTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private int _index;

    /// <summary>Checks everything.</summary>
    /// <returns>The tensors by name.</returns>
    /// <exception cref="InvalidDataException">A rule is broken.</exception>
    public IReadOnlyDictionary<string, TraceTensor> Run()
    {
        FindProducers();
        for (_index = 0; _index < program.Operations.Count; _index++)
        {
            TraceOperation operation = program.Operations[_index];
            RequireNames(operation);
            foreach ((string role, string name) in operation.Inputs)
            {
                Use(operation, role, name);
            }

            switch (operation.Op)
            {
                case var _ when operation.Opaque:
                    StoreOutputs(operation);
                    break;
                case TraceOperation.Alias:
                    CheckAlias(operation);
                    break;
                case TraceOperation.Cast:
                    StoreOutputs(operation);
                    CheckCast(operation);
                    break;
                default:
                    Operation known = Known(operation);
                    StoreOutputs(operation);
                    CheckOperation(operation, known);
                    break;
            }
        }

        SafetensorsEntry? unused = file.Entries.FirstOrDefault(entry => !_tensors.ContainsKey(entry.Name));
        return unused is null ? _tensors : throw BadFile.Of(file.Path, $"tensor «{unused.Name}» belongs to no operation of the program");
    }

    private void FindProducers()
    {
        for (_index = 0; _index < program.Operations.Count; _index++)
        {
            TraceOperation operation = program.Operations[_index];
            foreach ((string role, string name) in operation.Outputs)
            {
                if (!_producers.TryAdd(name, _index))
                {
                    throw Bad(operation, $"output «{role}» is tensor «{name}», which {Describe(_producers[name])} has given already");
                }
            }
        }
    }

    private void RequireNames(TraceOperation operation)
    {
        if (operation.Name.Length == 0 || operation.Op.Length == 0)
        {
            throw Bad(operation, "has an empty name or op");
        }

        if (operation.Outputs.Count == 0)
        {
            throw Bad(operation, "has no output");
        }
    }

    private void Use(TraceOperation operation, string role, string name)
    {
        if (_tensors.ContainsKey(name))
        {
            return;
        }

        if (_producers.TryGetValue(name, out int producer))
        {
            throw Bad(operation, $"input «{role}» is tensor «{name}», which is given only by {(producer == _index ? "itself" : Describe(producer))}");
        }

        Store(operation, "input", role, name, -1);
    }

    private void StoreOutputs(TraceOperation operation)
    {
        foreach ((string role, string name) in operation.Outputs)
        {
            Store(operation, "output", role, name, _index);
        }
    }

    private void Store(TraceOperation operation, string what, string role, string name, int producer)
    {
        if (!file.Contains(name))
        {
            throw Bad(operation, $"{what} «{role}» is tensor «{name}», which is not in the file");
        }

        SafetensorsEntry entry = file[name];
        _tensors.Add(name, Types.Contains(entry.Type)
            ? new TraceTensor(name, name, entry.Type, entry.Shape, producer)
            : throw Bad(operation, $"{what} «{role}» is tensor «{name}» of {entry.Type}; a trace has {string.Join(", ", Types)}"));
    }

    private void CheckAlias(TraceOperation operation)
    {
        (TraceTensor input, string output) = OneToOne(operation);
        if (file.Contains(output))
        {
            throw Bad(operation, $"output «{output}» is stored in the file; an alias is not");
        }

        string text = operation.Attributes.Count == 1 && operation.Attributes.TryGetValue("shape", out string? shape) ? shape : throw Bad(operation, "expected the one attribute «shape»");
        _tensors.Add(output, input with { Name = output, Shape = Shape(operation, text, input.Shape), Producer = _index });
    }

    private void CheckCast(TraceOperation operation)
    {
        (TraceTensor input, string output) = OneToOne(operation);
        TraceTensor given = _tensors[output];
        if (operation.Attributes.Count > 0)
        {
            throw Bad(operation, "a cast has no attributes: the type is that of its output");
        }

        if (!Floats.Contains(input.Type) || !Floats.Contains(given.Type))
        {
            throw Bad(operation, $"from {input.Type} to {given.Type}; expected {string.Join(", ", Floats)}");
        }

        RequireShape(operation, "output", given, input.Shape);
    }

    private (TraceTensor Input, string Output) OneToOne(TraceOperation operation) =>
        operation.Inputs.Count == 1 && operation.Outputs.Count == 1 && operation.Inputs.TryGetValue("input", out string? input) && operation.Outputs.TryGetValue("output", out string? output)
            ? (_tensors[input], output)
            : throw Bad(operation, "expected one input «input» and one output «output»");

    private TensorShape Shape(TraceOperation operation, string text, TensorShape before)
    {
        List<int> extents = [];
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            extents.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int extent) ? extent : throw Bad(operation, $"shape is «{text}»; expected extents, «32,512»"));
        }

        long length = extents.Aggregate(1L, (product, extent) => Math.Min(product * extent, int.MaxValue));
        return length == before.Length ? new TensorShape([.. extents]) : throw Bad(operation, $"shape «{text}» has {length} elements, {before} has {before.Length}");
    }

    private Operation Known(TraceOperation operation)
    {
        Operation? known = OperationCatalog.All.FirstOrDefault(one => one.Name == operation.Op);
        return known ?? throw Bad(operation, $"there is no operation «{operation.Op}»; one that is not to be judged says \"opaque\": true");
    }

    private void CheckOperation(TraceOperation operation, Operation known)
    {
        Dictionary<string, (int Extent, string Input)> letters = new(StringComparer.Ordinal);
        Dictionary<string, TensorShape> shapes = new(StringComparer.Ordinal);
        CheckInputs(operation, known, letters, shapes);
        Checked(operation, () => OperationBinding.Attributes(known, operation.Attributes));
        CheckOutputs(operation, known, letters, shapes);
    }

    private void CheckInputs(TraceOperation operation, Operation known, Dictionary<string, (int Extent, string Input)> letters, Dictionary<string, TensorShape> shapes)
    {
        RequireKnown(operation, "input", operation.Inputs.Keys, [.. known.Inputs.Select(input => input.Name)]);
        foreach (OperationInput input in known.Inputs)
        {
            if (!operation.Inputs.TryGetValue(input.Name, out string? name))
            {
                if (!input.Optional)
                {
                    throw Bad(operation, $"there is no input «{input.Name}»; expected {input.Shape}");
                }

                continue;
            }

            TraceTensor tensor = _tensors[name];
            if (input.Kind == InputKind.Labels ? tensor.Type != SafetensorsType.I64 : !Floats.Contains(tensor.Type))
            {
                throw Bad(operation, $"input «{input.Name}» is tensor «{name}» of {tensor.Type}; expected {(input.Kind == InputKind.Labels ? "I64" : string.Join(", ", Floats))}");
            }

            Checked(operation, () => new ShapeRule(input.Shape).Check(operation.Op, input.Name, tensor.Shape, letters, shapes));
            shapes.Add(input.Name, tensor.Shape);
        }

        SafetensorsType[] types = [.. known.Inputs.Where(input => input.Kind == InputKind.Float && operation.Inputs.ContainsKey(input.Name)).Select(input => _tensors[operation.Inputs[input.Name]].Type)];
        if (types.Contains(SafetensorsType.F64) && types.Any(type => type != SafetensorsType.F64))
        {
            throw Bad(operation, $"its inputs are {string.Join(" and ", types.Distinct())}; expected F64 for all or none");
        }
    }

    private void CheckOutputs(TraceOperation operation, Operation known, Dictionary<string, (int Extent, string Input)> letters, Dictionary<string, TensorShape> shapes)
    {
        RequireKnown(operation, "output", operation.Outputs.Keys, [.. known.Outputs.Select(output => output.Name)]);
        foreach ((string role, string name) in operation.Outputs)
        {
            TraceTensor tensor = _tensors[name];
            OperationOutput output = known.Outputs.First(one => one.Name == role);
            SafetensorsType[] allowed = output.Type == "BOOL" ? [SafetensorsType.BOOL] : Floats;
            if (!allowed.Contains(tensor.Type))
            {
                throw Bad(operation, $"output «{role}» is tensor «{name}» of {tensor.Type}; expected {string.Join(", ", allowed)}");
            }

            // Rules in words, as that of a loss, are left to whoever computes the output.
            if (output.Shape.StartsWith("as ", StringComparison.Ordinal) || (output.Shape.StartsWith('[') && output.Shape.EndsWith(']')))
            {
                Checked(operation, () => new ShapeRule(output.Shape).Check(operation.Op, role, tensor.Shape, letters, shapes));
            }
        }
    }

    private void RequireShape(TraceOperation operation, string role, TraceTensor tensor, TensorShape expected)
    {
        if (!tensor.Shape.Equals(expected))
        {
            throw Bad(operation, $"output «{role}» is tensor «{tensor.Name}» {tensor.Shape}; expected {expected}");
        }
    }

    private void RequireKnown(TraceOperation operation, string what, IEnumerable<string> given, IReadOnlyList<string> known)
    {
        string? unknown = given.FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
        {
            throw Bad(operation, $"{operation.Op} has no {what} «{unknown}»; expected {string.Join(", ", known)}");
        }
    }

    private void Checked(TraceOperation operation, Action check)
    {
        try
        {
            check();
        }
        catch (ArgumentException error)
        {
            throw Bad(operation, error.Message);
        }
    }

    private InvalidDataException Bad(TraceOperation operation, string rule) =>
        BadFile.Of(file.Path, $"operation {_index} «{operation.Name}» ({operation.Op}): {rule}");

    private string Describe(int index) => $"operation {index} «{program.Operations[index].Name}»";
}
