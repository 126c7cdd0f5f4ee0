using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Cases;

/// <summary>Draws cases of an operation, with FsCheck.</summary>
internal static class CaseGenerator
{
    /// <summary>A letter of its own: above 1 where gamma and beta have a row for each image.</summary>
    public const string PerImage = "rows of masks";

    private const int Attempts = 1000;

    private static readonly Gen<int> Small = Gen.Frequency((2, Gen.Constant(1)), (4, Gen.Elements(2, 3, 5, 7)), (4, Gen.Choose(1, 8)), (1, Gen.Elements(11, 13, 16, 17)));

    private static readonly Gen<DataStyle> AnyStyle = Gen.Frequency(
        (4, Gen.Constant(DataStyle.Normal)),
        (3, Gen.Elements(DataStyle.Integers, DataStyle.Positive)),
        (2, Gen.Elements(DataStyle.Shifted, DataStyle.Ties, DataStyle.Cancelling)),
        (2, Gen.Elements(DataStyle.Wide, DataStyle.Positive)),
        (2, Gen.Elements(DataStyle.Tiny, DataStyle.Huge)),
        (1, Gen.Constant(DataStyle.Specials)));

    /// <summary>The case of a number among those of a seed.</summary>
    public static CasePlan Case(string operation, ulong seed, int number)
    {
        Gen<CasePlan> plans = Plans(OperationCatalog.Find(operation));
        ulong key = new DataSource(DataStyle.Normal, seed, operation).Hash([number]);
        return plans.Sample(1, new Rnd(key, (2 * (ulong)number) + 1), Attempts).First() with { Seed = key };
    }

    /// <summary>All cases of an operation; those that it would refuse are drawn again.</summary>
    public static Gen<CasePlan> Plans(Operation operation)
    {
        CaseSpec spec = CaseSpec.Of(operation.Name);
        Gen<ImmutableSortedDictionary<string, int>> extents = Gen.CollectToArray(spec.Letters, letter => Extent(letter, spec).Select(extent => KeyValuePair.Create(letter, extent)))
            .Select(pairs => pairs.ToImmutableSortedDictionary(StringComparer.Ordinal));
        Gen<ImmutableSortedDictionary<string, string>> attributes = Gen.CollectToArray(spec.Attributes, one => one.Text.Select(text => KeyValuePair.Create(one.Name, text)))
            .Select(pairs => pairs.ToImmutableSortedDictionary(StringComparer.Ordinal));
        OperationInput[] inputs = [.. operation.Inputs];
        Gen<ImmutableSortedDictionary<string, DataStyle>> styles =
            from main in AnyStyle
            from chosen in Gen.CollectToArray(inputs, _ => Gen.Frequency((3, Gen.Constant(main)), (2, Gen.Constant(DataStyle.Normal))))
            from optional in Gen.Choose(0, 2)
            select inputs.Zip(chosen).Where(pair => !pair.First.Optional || optional > 0).ToImmutableSortedDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        return (from e in extents
                from a in attributes
                from s in styles
                from flat in Gen.Choose(0, 3)
                from perImage in Gen.Choose(1, 2)
                from mean in Gen.Choose(0, 3)
                select Settle(new CasePlan(operation.Name, 0, e, a, s), spec, flat == 0, perImage, mean))
            .Where(plan => CaseShapes.Of(plan) is not null);
    }

    // Attributes and extents that depend on each other.
    private static CasePlan Settle(CasePlan plan, CaseSpec spec, bool flat, int perImage, int mean)
    {
        string name = plan.Operation;
        if (name.StartsWith("conv2d", StringComparison.Ordinal))
        {
            int groups = plan.Integer("groups", 1);
            return plan with { Extents = plan.Extents.SetItem("C", groups * (1 + (plan.Extent("C") / groups))).SetItem("K", groups * (1 + (plan.Extent("K") / groups))) };
        }

        if (name.Contains("norm", StringComparison.Ordinal) && mean == 0)
        {
            plan = plan with { Styles = plan.Styles.SetItem("input", DataStyle.Shifted) };
        }

        if (name.StartsWith("rescale", StringComparison.Ordinal))
        {
            plan = plan with { Extents = plan.Extents.SetItem(PerImage, perImage) };
        }

        bool needsPixels = name.Contains("pool", StringComparison.Ordinal);
        if (flat && !needsPixels && spec.Letters.Contains("H"))
        {
            plan = plan with { Extents = plan.Extents.Remove("H").Remove("W") };
        }

        if ((name.StartsWith("normalize", StringComparison.Ordinal) || name.StartsWith("batch_norm", StringComparison.Ordinal)) && plan.Attributes["training"] == "false")
        {
            plan = plan with { Styles = plan.Styles.SetItem("running_mean", plan.Styles["input"]).SetItem("running_var", DataStyle.Positive) };
        }

        if (name == "sgd_step")
        {
            bool momentum = plan.Attributes["momentum"] != "0";
            bool nesterov = momentum && plan.Attributes["nesterov"] == "true";
            plan = plan with
            {
                Attributes = plan.Attributes.SetItem("nesterov", nesterov ? "true" : "false").SetItem("dampening", nesterov ? "0" : plan.Attributes["dampening"]),
                Styles = momentum ? plan.Styles : plan.Styles.Remove("momentum_buffer"),
            };
        }

        return plan;
    }

    private static Gen<int> Extent(string letter, CaseSpec spec) => letter switch
    {
        "R" or "S" => Gen.Frequency((3, Gen.Elements(1, 3)), (2, Gen.Choose(1, 5))),
        "k" => Gen.Choose(1, 4),
        "D" => Gen.Frequency((3, Small), (2, Gen.Choose(1, 100)), (1, Gen.Elements(127, 256, 511, 1024))),
        "K" when spec.LeastClasses > 1 => Gen.Choose(spec.LeastClasses, 17),
        "K" => Gen.Frequency((4, Small), (1, Gen.Elements(10, 101))),
        _ => Small,
    };

    /// <summary>A plan in words, for reports.</summary>
    public static string Describe(OperationRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{request.Name}({string.Join(", ", request.Inputs.Select(input => $"{input.Key} {input.Value.Shape}").Concat(request.Attributes.Select(attribute => $"{attribute.Key}={attribute.Value}")))})");
}
