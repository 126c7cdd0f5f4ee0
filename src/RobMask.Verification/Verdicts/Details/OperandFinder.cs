using RobMask.Tensors;
using RobMask.Verification.Golden;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts.Causes;
using RobMask.Verification.Verdicts.Reporting;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Details;

/// <summary>Finds what the worst elements were computed from: the products of a sum, else the inputs at the same place.</summary>
internal static class OperandFinder
{
    private const int Elements = 3;
    private const int Shown = 12;

    /// <summary>The operands of the worst elements of an output.</summary>
    public static IReadOnlyList<ElementOperands> Of(OperationRequest request, TensorVerdict verdict)
    {
        Dictionary<string, DenseTensor<double>> wide = [];
        DenseTensor<double>? Input(string name) => request.Inputs.GetValueOrDefault(name) is not { } tensor ? null
            : wide.TryGetValue(name, out DenseTensor<double>? numbers) ? numbers
            : wide[name] = TensorNumbers.Of(tensor);
        Dictionary<string, object> attributes = OperationBinding.Attributes(OperationCatalog.Find(request.Name), request.Attributes);
        ProductSum? sum = ProductSum.Of(request.Name, verdict.Name, attributes, Input);
        return [.. verdict.Worst.Take(Elements).Select(element => sum is null ? AtPlace(request, verdict, element.Index) : Products(request, sum, element.Index))];
    }

    private static ElementOperands Products(OperationRequest request, ProductSum sum, int index)
    {
        List<ProductTerm> terms = sum.Terms(index);
        (string left, string right) = sum.Output switch { "output" => ("input", "weight"), "grad_input" => ("grad_output", "weight"), _ => ("input", "grad_output") };
        IEnumerable<IReadOnlyList<string>> rows = terms
            .OrderByDescending(term => Math.Abs(sum.Product(term)))
            .Take(Shown)
            .Select(term => (IReadOnlyList<string>)
            [
                $"{GoldenBytes.Position(request.Inputs[left].Shape, term.Left)} {VerdictText.Exact(sum.Left.Span[term.Left])}",
                $"{GoldenBytes.Position(request.Inputs[right].Shape, term.Right)} {VerdictText.Exact(sum.Right.Span[term.Right])}",
                VerdictText.Exact(sum.Product(term)),
            ]);
        return new ElementOperands(index, terms.Count, [left, right, "product"], [.. rows]);
    }

    // An input of the output's shape at the same place; one of a value a channel, or an image and channel, at that of the element; a short one as a whole.
    private static ElementOperands AtPlace(OperationRequest request, TensorVerdict verdict, int index)
    {
        List<IReadOnlyList<string>> rows = [];
        TensorShape shape = verdict.Shape;
        int plane = shape.Rank < 2 ? 1 : Math.Max(1, shape.Length / Math.Max(1, shape[0] * shape[1]));
        foreach ((string name, ITensor tensor) in request.Inputs)
        {
            int[] places = tensor.Shape.Equals(shape) ? Row(shape, index)
                : shape.Rank >= 2 && tensor.Shape.Rank == 1 && tensor.Shape[0] == shape[1] ? [index / plane % shape[1]]
                : shape.Rank >= 2 && tensor.Shape.Rank == 1 && tensor.Shape[0] == shape[0] ? [index / plane / shape[1]]
                : shape.Rank >= 2 && tensor.Shape.Rank == 2 && tensor.Shape[0] == shape[0] && tensor.Shape[1] == shape[1] ? [index / plane]
                : [.. Enumerable.Range(0, Math.Min(tensor.Shape.Length, Shown))];
            DenseTensor<double> numbers = TensorNumbers.Of(tensor);
            rows.AddRange(places.Take(Shown).Select(place => (IReadOnlyList<string>)[$"{name} {GoldenBytes.Position(tensor.Shape, place)}", VerdictText.Exact(numbers.Span[place])]));
        }

        return new ElementOperands(index, rows.Count, ["operand", "value"], rows);
    }

    // Of logits [N, K], an element depends on its whole row.
    private static int[] Row(TensorShape shape, int index) => shape.Rank == 2 && shape[1] <= Shown
        ? [.. Enumerable.Range(index / shape[1] * shape[1], shape[1])]
        : [index];
}
