using RobMask.Tensors;

namespace RobMask.Verification.Checks.Laws;

/// <summary>Something that holds for every right implementation, tested on its own answers: no value of ours enters, only our bounds.</summary>
/// <param name="name">Its name.</param>
/// <param name="statement">What holds.</param>
/// <param name="operations">The operations in whose cases it is tested.</param>
internal abstract class Law(string name, string statement, params string[] operations)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>What holds.</summary>
    public string Statement { get; } = statement;

    /// <summary>The operations in whose cases it is tested.</summary>
    public IReadOnlyList<string> Operations { get; } = operations;

    /// <summary>Tests a case.</summary>
    /// <returns>Null where the law says nothing of it.</returns>
    public abstract LawResult? Check(LawCase given);

    /// <summary>Compares outputs number by number: element i of one with element <paramref name="place"/>(i) of the other, times a factor.</summary>
    protected static LawResult Same(LawRun left, LawRun right, string leftName, string rightName, Func<int, int>? place = null, double factor = 1)
    {
        if (!left.Has(leftName) || !right.Has(rightName))
        {
            return LawResult.Held;
        }

        TensorShape shape = left.Shape(leftName);
        for (int i = 0; i < shape.Length; i++)
        {
            int j = place is null ? i : place(i);
            if (j >= 0 && !LawCase.Agree(left[leftName, i], right[rightName, j], factor))
            {
                return LawResult.Broken(leftName, i, left[leftName, i].Value, factor * right[rightName, j].Value, left[leftName, i].Error + (Math.Abs(factor) * right[rightName, j].Error));
            }
        }

        return LawResult.Held;
    }
}
