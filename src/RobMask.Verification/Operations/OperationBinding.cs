using System.Numerics;
using RobMask.Numerics;
using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Verification.Operations;

/// <summary>Turns what a caller gave into what an operation reads, or says what is wrong with it.</summary>
internal static class OperationBinding
{
    /// <summary>The attributes, read; defaults where none is given.</summary>
    public static Dictionary<string, object> Attributes(Operation operation, IReadOnlyDictionary<string, string> given)
    {
        RequireKnown(operation.Name, "attribute", given.Keys, [.. operation.Attributes.Select(a => a.Name)]);
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        foreach (OperationSetting attribute in operation.Attributes)
        {
            string text = given.TryGetValue(attribute.Name, out string? value) ? value
                : attribute.Default ?? throw new ArgumentException($"{operation.Name}: attribute {attribute.Name} is missing; expected {attribute.Range}");
            values.Add(attribute.Name, attribute.Parse(operation.Name, text));
        }

        return values;
    }

    /// <summary>The precision: what is asked for, else that of the inputs.</summary>
    public static OperationPrecision Precision(Operation operation, OperationRequest request)
    {
        string[] floats = [.. operation.Inputs.Where(i => i.Kind == InputKind.Float && request.Inputs.ContainsKey(i.Name)).Select(i => i.Name)];
        string? wide = floats.FirstOrDefault(name => request.Inputs[name] is DenseTensor<double>);
        string? narrow = floats.FirstOrDefault(name => request.Inputs[name] is DenseTensor<float>);
        if (wide is not null && request.Precision == OperationPrecision.F32)
        {
            throw new ArgumentException($"{operation.Name}: {wide} is F64; expected F32, as precision f32 was asked for");
        }

        return wide is not null && narrow is not null && request.Precision is null
            ? throw new ArgumentException($"{operation.Name}: {wide} is F64, {narrow} is F32; expected one type, or precision f64, which widens exactly")
            : request.Precision ?? (wide is null ? OperationPrecision.F32 : OperationPrecision.F64);
    }

    /// <summary>The inputs, widened where needed, their names, types and shapes checked.</summary>
    public static Dictionary<string, ITensor> Inputs<T>(Operation operation, IReadOnlyDictionary<string, ITensor> given)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireKnown(operation.Name, "input", given.Keys, [.. operation.Inputs.Select(i => i.Name)]);
        Dictionary<string, ITensor> inputs = new(StringComparer.Ordinal);
        Dictionary<string, (int Extent, string Input)> letters = new(StringComparer.Ordinal);
        Dictionary<string, TensorShape> shapes = new(StringComparer.Ordinal);
        foreach (OperationInput input in operation.Inputs)
        {
            if (!given.TryGetValue(input.Name, out ITensor? tensor))
            {
                if (!input.Optional)
                {
                    throw new ArgumentException($"{operation.Name}: there is no input «{input.Name}»; expected {input.Type} {input.Shape}");
                }

                continue;
            }

            ITensor? converted = input.Kind == InputKind.Float ? Numbers<T>(tensor) : Labels(operation.Name, input.Name, tensor);
            inputs.Add(input.Name, converted ?? throw new ArgumentException($"{operation.Name}: «{input.Name}» is {TensorFile.TypeOf(tensor)}; expected {input.Type}"));
            new ShapeRule(input.Shape).Check(operation.Name, input.Name, tensor.Shape, letters, shapes);
            shapes.Add(input.Name, tensor.Shape);
        }

        foreach (OperationInput input in operation.Inputs.Where(input => input.Kind == InputKind.Labels && inputs.ContainsKey(input.Name)))
        {
            RequireClasses(operation.Name, input.Name, (DenseTensor<int>)inputs[input.Name], letters);
        }

        return inputs;
    }

    private static DenseTensor<T>? Numbers<T>(ITensor tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (tensor is DenseTensor<float> narrow && typeof(T) == typeof(double))
        {
            DenseTensor<T> wide = new(tensor.Shape);
            for (int i = 0; i < wide.Length; i++)
            {
                wide.Span[i] = Real.FromDouble<T>(narrow.Span[i]);
            }

            return wide;
        }

        return tensor as DenseTensor<T>;
    }

    private static DenseTensor<int>? Labels(string operation, string name, ITensor tensor)
    {
        if (tensor is not DenseTensor<long> wide)
        {
            return tensor as DenseTensor<int>;
        }

        DenseTensor<int> labels = new(tensor.Shape);
        for (int i = 0; i < labels.Length; i++)
        {
            long label = wide.Span[i];
            labels.Span[i] = label is >= 0 and <= int.MaxValue
                ? (int)label
                : throw new ArgumentException($"{operation}: {name} holds {label} at {i}; expected a class from 0");
        }

        return labels;
    }

    // K is the number of classes where logits [N, K] are read; a whole network tells its own.
    private static void RequireClasses(string operation, string name, DenseTensor<int> labels, Dictionary<string, (int Extent, string Input)> letters)
    {
        int classes = letters.TryGetValue("K", out (int Extent, string Input) known) ? known.Extent : int.MaxValue;
        int wrong = labels.Span.IndexOfAnyExceptInRange(0, classes - 1);
        if (wrong >= 0)
        {
            throw new ArgumentException($"{operation}: {name} holds {labels.Span[wrong]} at {wrong}; expected a class from 0{(classes == int.MaxValue ? string.Empty : $" to {classes - 1}")}");
        }
    }

    private static void RequireKnown(string operation, string what, IEnumerable<string> given, IReadOnlyList<string> known)
    {
        string? unknown = given.FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
        {
            throw new ArgumentException($"{operation}: there is no {what} «{unknown}»; expected {(known.Count == 0 ? "none" : string.Join(", ", known))}");
        }
    }
}
