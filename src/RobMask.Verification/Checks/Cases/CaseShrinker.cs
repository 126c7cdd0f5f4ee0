using FsCheck;
using FsCheck.Fluent;
using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Cases;

/// <summary>Makes a failing case smaller for as long as it fails: first its extents, attributes and styles, then its numbers.</summary>
/// <param name="fails">Whether a case still fails in the same way.</param>
/// <param name="budget">The most cases that are tried.</param>
internal sealed class CaseShrinker(Func<OperationRequest, bool> fails, int budget)
{
    private static readonly Arbitrary<int> AnyInteger = ArbMap.Default.ArbFor<int>();
    private int _left = budget;

    /// <summary>The smallest failing case that is found.</summary>
    public OperationRequest Smallest(CasePlan plan)
    {
        while (Plans(plan).FirstOrDefault(smaller => Fails(CaseBuilder.Build(smaller))) is { } found)
        {
            plan = found;
        }

        return Smallest(CaseBuilder.Build(plan));
    }

    /// <summary>The same with the numbers of a case alone.</summary>
    public OperationRequest Smallest(OperationRequest request)
    {
        while (Requests(request).FirstOrDefault(Fails) is { } found)
        {
            request = found;
        }

        return request;
    }

    private bool Fails(OperationRequest request) => _left-- > 0 && fails(request);

    private static IEnumerable<CasePlan> Plans(CasePlan plan)
    {
        foreach (string name in plan.Styles.Keys.Where(name => OperationCatalog.Find(plan.Operation).Inputs.First(input => input.Name == name).Optional))
        {
            CasePlan smaller = plan with { Styles = plan.Styles.Remove(name) };

            // Running statistics come in twos, and in evaluation they are no option.
            if (!name.StartsWith("running", StringComparison.Ordinal) && CaseShapes.Of(smaller) is not null)
            {
                yield return smaller;
            }
        }

        foreach ((string letter, int extent) in plan.Extents)
        {
            foreach (int less in AnyInteger.Shrinker(extent - 1).Where(less => less >= 0).Select(less => less + 1))
            {
                CasePlan smaller = plan with { Extents = plan.Extents.SetItem(letter, less) };
                if (CaseShapes.Of(smaller) is not null)
                {
                    yield return smaller;
                }
            }
        }

        foreach (OperationSetting setting in OperationCatalog.Find(plan.Operation).Attributes.Where(one => one.Default is not null && plan.Attributes.ContainsKey(one.Name)))
        {
            string simple = setting.Kind == AttributeKind.Pair ? $"{setting.Default},{setting.Default}" : setting.Default!;
            CasePlan smaller = plan with { Attributes = plan.Attributes.SetItem(setting.Name, simple) };
            if (plan.Attributes[setting.Name] != simple && setting.Name is not "training" && CaseShapes.Of(smaller) is not null)
            {
                yield return smaller;
            }
        }

        foreach ((string input, DataStyle style) in plan.Styles)
        {
            for (DataStyle simpler = DataStyle.Integers; simpler < style; simpler++)
            {
                yield return plan with { Styles = plan.Styles.SetItem(input, simpler) };
            }
        }
    }

    // Whole tensors and halves to zero, then element by element: zero, one, an integer.
    private static IEnumerable<OperationRequest> Requests(OperationRequest request)
    {
        foreach ((string name, ITensor tensor) in request.Inputs.OrderByDescending(input => input.Value.Shape.Length))
        {
            if (tensor is not DenseTensor<float> numbers || name == "running_var")
            {
                continue;
            }

            for (int block = numbers.Length; block >= 1; block = block == 1 ? 0 : (block + 1) / 2)
            {
                for (int start = 0; start < numbers.Length; start += block)
                {
                    ReadOnlySpan<float> part = numbers.Span.Slice(start, Math.Min(block, numbers.Length - start));
                    if (part.IndexOfAnyExcept(0f) >= 0)
                    {
                        yield return With(request, name, numbers, start, block, static _ => 0);
                    }
                }
            }

            for (int i = 0; i < numbers.Length; i++)
            {
                float value = numbers.Span[i];
                if (value is not (0 or 1 or -1))
                {
                    yield return With(request, name, numbers, i, 1, static x => x < 0 ? -1 : 1);
                }

                if (float.IsFinite(value) && MathF.Round(value) != value)
                {
                    yield return With(request, name, numbers, i, 1, MathF.Round);
                }
            }
        }
    }

    private static OperationRequest With(OperationRequest request, string name, DenseTensor<float> numbers, int start, int count, Func<float, float> change)
    {
        DenseTensor<float> changed = new(numbers.Shape);
        numbers.Span.CopyTo(changed.Span);
        for (int i = start; i < Math.Min(start + count, numbers.Length); i++)
        {
            changed.Span[i] = change(changed.Span[i]);
        }

        return request with { Inputs = request.Inputs.ToDictionary(input => input.Key, input => input.Key == name ? changed : input.Value) };
    }
}
