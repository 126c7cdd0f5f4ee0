using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Cases;

/// <summary>The shapes of a plan's inputs, by the catalogue's rules.</summary>
internal static class CaseShapes
{
    private const long MostElements = 1 << 16;
    private const long MostProducts = 1 << 20;

    /// <summary>The letters of one input: those of the first alternative that the plan's extents fill; «…» is C, H, W as far as they are there.</summary>
    public static IReadOnlyList<string> Letters(Operation operation, CasePlan plan, string input)
    {
        string rule = operation.Inputs.First(one => one.Name == input).Shape;
        return OfRule(operation, plan, rule);
    }

    /// <summary>The letters of a rule for a shape.</summary>
    public static IReadOnlyList<string> OfRule(Operation operation, CasePlan plan, string rule)
    {
        if (rule.StartsWith("as ", StringComparison.Ordinal))
        {
            return Letters(operation, plan, rule[3..]);
        }

        string[][] alternatives = [.. rule.Split(" or ").Select(one => one.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

        // Gamma [C] or [N, C]: a mask for each image where the plan says so. Input [N, C] or [N, C, H, W]: pixels where the plan has them.
        string[] chosen = alternatives.Length == 1 ? alternatives[0]
            : alternatives[0].Length == 1 ? alternatives[plan.Extent(CaseGenerator.PerImage) > 1 ? 1 : 0]
            : alternatives[plan.Extents.ContainsKey("H") ? 1 : 0];
        return [.. chosen.SelectMany<string, string>(letter => letter == "…" ? plan.Extents.Keys.Where(key => key is "C" or "H" or "W" || (key == "N" && !chosen.Contains("N"))).OrderBy(Order) : [letter])];
    }

    /// <summary>The extents of an input; null where the plan is none that the operation accepts, or too large for a check of many cases.</summary>
    public static IReadOnlyDictionary<string, int[]>? Of(CasePlan plan)
    {
        Operation operation = OperationCatalog.Find(plan.Operation);
        Dictionary<string, int[]> shapes = new(StringComparer.Ordinal);
        foreach (OperationInput input in operation.Inputs.Where(one => plan.Styles.ContainsKey(one.Name)))
        {
            int[] extents = [.. Letters(operation, plan, input.Name).Select(letter => Extent(plan, letter))];
            if (extents.Any(extent => extent < 1) || extents.Aggregate(1L, (product, extent) => product * extent) > MostElements)
            {
                return null;
            }

            shapes.Add(input.Name, extents);
        }

        return IsValid(plan) ? shapes : null;
    }

    private static int Order(string letter) => letter switch { "N" => 0, "C" => 1, "H" => 2, _ => 3 };

    private static int Extent(CasePlan plan, string letter) => letter switch
    {
        "P" => Output(plan, "H", "R", pair => pair.Height),
        "Q" => Output(plan, "W", "S", pair => pair.Width),
        "C/groups" => plan.Extent("C") % plan.Integer("groups", 1) == 0 ? plan.Extent("C") / plan.Integer("groups", 1) : 0,
        _ => plan.Extent(letter),
    };

    private static int Output(CasePlan plan, string input, string kernel, Func<(int Height, int Width), int> side)
    {
        bool pools = plan.Attributes.ContainsKey("kernel_size");
        int size = pools ? side(plan.Pair("kernel_size", 1)) : plan.Extent(kernel);
        int stride = side(plan.Pair("stride", 1));
        int room = plan.Extent(input) + (2 * side(plan.Pair("padding", 0))) - (side(plan.Pair("dilation", 1)) * (size - 1)) - 1;
        return room < 0 ? 0 : (room / (stride == 0 ? size : stride)) + 1;
    }

    private static bool IsValid(CasePlan plan)
    {
        if (plan.Extent("K") < CaseSpec.Of(plan.Operation).LeastClasses)
        {
            return false;
        }

        if (plan.Operation == "sgd_step" && ((plan.Attributes["nesterov"] == "true" && (plan.Attributes["momentum"] == "0" || plan.Attributes["dampening"] != "0"))
            || (plan.Attributes["momentum"] == "0" && plan.Styles.ContainsKey("momentum_buffer"))))
        {
            return false;
        }

        bool convolves = plan.Operation.StartsWith("conv2d", StringComparison.Ordinal);
        bool pools = plan.Attributes.ContainsKey("kernel_size");
        if (!convolves && !pools)
        {
            // The statistics of one value are none.
            return plan.Attributes.GetValueOrDefault("training") != "true" || plan.Extent("N") * plan.Extent("H") * plan.Extent("W") > 1;
        }

        (int p, int q) = (Extent(plan, "P"), Extent(plan, "Q"));
        if (p < 1 || q < 1)
        {
            return false;
        }

        if (pools)
        {
            (int kernelHeight, int kernelWidth) = plan.Pair("kernel_size", 1);
            (int paddingHeight, int paddingWidth) = plan.Pair("padding", 0);
            return 2 * paddingHeight <= kernelHeight && 2 * paddingWidth <= kernelWidth;
        }

        int groups = plan.Integer("groups", 1);
        long products = (long)plan.Extent("N") * plan.Extent("K") * p * q * (plan.Extent("C") / groups) * plan.Extent("R") * plan.Extent("S");
        return plan.Extent("C") % groups == 0 && plan.Extent("K") % groups == 0 && products <= MostProducts;
    }
}
