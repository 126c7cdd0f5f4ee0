using RobMask.Tensors;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>Reordering one dimension of the inputs reorders it in the outputs that have it, and leaves the others as they are.</summary>
/// <param name="letter">The dimension, by its letter.</param>
/// <param name="name">The law's name.</param>
/// <param name="what">What is reordered, for the statement.</param>
/// <param name="operations">Where.</param>
internal sealed class PermutationLaw(string letter, string name, string what, params string[] operations)
    : Law(name, $"the order of {what} decides only the order of the results", operations)
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        Operation operation = OperationCatalog.Find(given.Request.Name);
        if (letter != "N" && given.Request.Attributes.GetValueOrDefault("groups", "1") != "1")
        {
            return null;
        }

        Dictionary<string, ITensor> inputs = new(StringComparer.Ordinal);
        bool moved = false;
        foreach ((string input, ITensor tensor) in given.Request.Inputs)
        {
            int dimension = Dimension(operation, operation.Inputs.First(one => one.Name == input).Shape, tensor.Shape);
            moved |= dimension >= 0 && tensor.Shape[dimension] > 1;
            inputs.Add(input, dimension < 0 ? tensor : TensorCuts.Reverse(tensor, dimension));
        }

        if (!moved)
        {
            return null;
        }

        LawRun other = given.Run(given.Request with { Inputs = inputs });
        foreach (string output in given.Asked.Outputs)
        {
            TensorShape shape = given.Asked.Shape(output);
            int dimension = Dimension(operation, operation.Outputs.First(one => one.Name == output).Shape, shape);
            LawResult result = Same(given.Asked, other, output, output, dimension < 0 ? null : i => TensorCuts.Reversed(shape, dimension, i));
            if (result.Breach is not null)
            {
                return result;
            }
        }

        return LawResult.Held;
    }

    // The rules of the catalogue, read for a shape that is known to follow one of them.
    private int Dimension(Operation operation, string rule, TensorShape shape)
    {
        while (!rule.StartsWith('['))
        {
            string reference = rule.StartsWith("as ", StringComparison.Ordinal) ? rule[3..].Split(',')[0] : rule.Split(',')[0];
            OperationInput? input = operation.Inputs.FirstOrDefault(one => one.Name == reference);
            if (input is null)
            {
                return -1;
            }

            rule = input.Shape;
        }

        foreach (string alternative in rule.Split(" or "))
        {
            int end = alternative.IndexOf(']', StringComparison.Ordinal);
            if (!alternative.StartsWith('[') || end < 0)
            {
                continue;
            }

            string[] letters = alternative[1..end].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (letters.Length == shape.Rank || letters.Contains("…"))
            {
                // Of groups there is one here: C/groups is C.
                int dimension = Array.FindIndex(letters, one => one == letter || one == letter + "/groups");
                return letters.Contains("…") && letters[0] == "…" ? (letter == "N" ? 0 : -1) : dimension;
            }
        }

        return -1;
    }
}
