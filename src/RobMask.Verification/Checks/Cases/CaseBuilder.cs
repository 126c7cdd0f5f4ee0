using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Cases;

/// <summary>Fills the tensors of a plan.</summary>
internal static class CaseBuilder
{
    /// <summary>The request that a plan stands for.</summary>
    public static OperationRequest Build(CasePlan plan)
    {
        Operation operation = OperationCatalog.Find(plan.Operation);
        IReadOnlyDictionary<string, int[]> shapes = CaseShapes.Of(plan) ?? throw new ArgumentException($"{plan.Operation}: no case has these extents and attributes", nameof(plan));
        Dictionary<string, ITensor> inputs = new(StringComparer.Ordinal);
        foreach (OperationInput input in operation.Inputs.Where(one => shapes.ContainsKey(one.Name)))
        {
            inputs.Add(input.Name, input.Kind == InputKind.Labels ? Labels(plan, input.Name, shapes[input.Name]) : Numbers(plan, input.Name, shapes[input.Name]));
        }

        return new OperationRequest(plan.Operation, inputs, plan.Attributes);
    }

    private static DenseTensor<int> Labels(CasePlan plan, string name, int[] extents)
    {
        DenseTensor<int> labels = new(extents);
        int classes = plan.Extent("K");
        for (int n = 0; n < labels.Length; n++)
        {
            int label = (int)(new DataSource(DataStyle.Normal, plan.Seed, "target").Hash([n]) % (ulong)classes);

            // A target of an attack is never the label itself.
            ulong other = new DataSource(DataStyle.Normal, plan.Seed, name).Hash([n]) % (ulong)Math.Max(1, classes - 1);
            labels.Span[n] = name == "target" ? label : (label + 1 + (int)other) % classes;
        }

        return labels;
    }

    private static DenseTensor<float> Numbers(CasePlan plan, string name, int[] extents)
    {
        bool image = plan.Operation == "pgd_step" && name != "grad";
        DataStyle style = plan.Styles[name];
        DataSource numbers = new(image && style != DataStyle.Ties ? DataStyle.Positive : style, plan.Seed, name);
        DataSource origin = new(plan.Styles.GetValueOrDefault("origin") == DataStyle.Ties ? DataStyle.Ties : DataStyle.Positive, plan.Seed, "origin");
        float epsilon = image ? float.Parse(plan.Attributes["epsilon"], System.Globalization.CultureInfo.InvariantCulture) : 0;
        DenseTensor<float> tensor = new(extents);
        int[] index = new int[extents.Length];
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span[i] = name switch
            {
                "running_var" => Math.Abs(numbers[index]),
                "origin" when image => Math.Abs(origin[index]),
                "input" when image => Math.Clamp(Math.Abs(origin[index]) + (((2 * Math.Abs(numbers[index])) - 1) * epsilon / 2), 0, 1),
                _ => numbers[index],
            };
            Advance(index, extents);
        }

        return tensor;
    }

    private static void Advance(int[] index, int[] extents)
    {
        for (int dimension = index.Length - 1; dimension >= 0 && ++index[dimension] == extents[dimension]; dimension--)
        {
            index[dimension] = 0;
        }
    }
}
