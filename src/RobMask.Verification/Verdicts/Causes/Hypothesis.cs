using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>A fault that an implementation may have: what it would compute instead.</summary>
/// <param name="Words">What is said of it.</param>
/// <param name="Expect">The output under the fault, with bounds; null where the fault changes nothing or does not apply.</param>
internal sealed record Hypothesis(string Words, Func<Suspicion, BoundedTensor?> Expect)
{
    /// <summary>The operation computed on a changed request; null from <paramref name="change"/> where the fault does not apply.</summary>
    public static Hypothesis Of(string words, Func<Suspicion, OperationRequest?> change) => new(words, suspicion =>
    {
        OperationRequest? changed = change(suspicion);
        if (changed is null)
        {
            return null;
        }

        try
        {
            return OperationBounds.Compute(changed, suspicion.Declared).FirstOrDefault(output => output.Name == suspicion.Expected.Name)?.Tensor;
        }
        catch (ArgumentException)
        {
            // The changed call is not one that the operation allows: nobody computes it.
            return null;
        }
    });

    /// <summary>One attribute has another value.</summary>
    public static Hypothesis Attribute(string words, string name, Func<Suspicion, string?> value) => Of(words, suspicion => With(suspicion.Request, name, value(suspicion)));

    /// <summary>One input has other values.</summary>
    public static Hypothesis Input(string words, string name, Func<DenseTensor<double>, ITensor?> value) =>
        Of(words, suspicion => suspicion.Input(name) is { } input ? With(suspicion.Request, name, value(input)) : null);

    /// <summary>Other values, as certain as the right ones.</summary>
    public static Hypothesis Values(string words, Func<Suspicion, DenseTensor<double>?> value) => new(words, suspicion =>
        suspicion.Fits && value(suspicion) is { } values && values.Shape.Equals(suspicion.Shape) ? Like(suspicion.Expected.Tensor, values) : null);

    /// <summary>Other values with the bounds of the right ones, scaled to the greater magnitude.</summary>
    public static BoundedTensor Like(BoundedTensor expected, DenseTensor<double> values)
    {
        if (expected.Bound is null)
        {
            return new BoundedTensor(values);
        }

        DenseTensor<double> bound = new(values.Shape);
        for (int i = 0; i < bound.Length; i++)
        {
            double growth = Math.Abs(values.Span[i] / expected.Value.Span[i]);
            bound.Span[i] = expected.Bound.Span[i] * (growth > 1 && double.IsFinite(growth) ? growth : 1);
        }

        return new BoundedTensor(values, bound);
    }

    /// <summary>A request with another attribute; null where that changes nothing.</summary>
    public static OperationRequest? With(OperationRequest request, string name, string? value) =>
        value is null || request.Attributes.GetValueOrDefault(name) == value
            ? null
            : request with { Attributes = new Dictionary<string, string>(request.Attributes) { [name] = value } };

    /// <summary>A request with another input; null where there is none.</summary>
    public static OperationRequest? With(OperationRequest request, string name, ITensor? value) =>
        value is null ? null : request with { Inputs = new Dictionary<string, ITensor>(request.Inputs) { [name] = value } };

    /// <summary>Row i of the first dimension is row i + <paramref name="by"/>, around the end.</summary>
    public static DenseTensor<double>? Rolled(DenseTensor<double> tensor, int by)
    {
        if (tensor.Shape.Rank == 0 || tensor.Shape[0] < 2)
        {
            return null;
        }

        DenseTensor<double> rolled = new(tensor.Shape);
        for (int n = 0; n < tensor.Shape[0]; n++)
        {
            tensor.Image((n + by + tensor.Shape[0]) % tensor.Shape[0]).CopyTo(rolled.Image(n));
        }

        return rolled;
    }

    /// <summary>Element by element.</summary>
    public static DenseTensor<double> Map(DenseTensor<double> tensor, Func<double, double> map)
    {
        DenseTensor<double> mapped = new(tensor.Shape);
        for (int i = 0; i < mapped.Length; i++)
        {
            mapped.Span[i] = map(tensor.Span[i]);
        }

        return mapped;
    }

    /// <summary>Two tensors of one shape, element by element; null where the shapes differ.</summary>
    public static DenseTensor<double>? Zip(DenseTensor<double>? left, DenseTensor<double>? right, Func<double, double, double> map)
    {
        if (left is null || right is null || !left.Shape.Equals(right.Shape))
        {
            return null;
        }

        DenseTensor<double> mapped = new(left.Shape);
        for (int i = 0; i < mapped.Length; i++)
        {
            mapped.Span[i] = map(left.Span[i], right.Span[i]);
        }

        return mapped;
    }
}
