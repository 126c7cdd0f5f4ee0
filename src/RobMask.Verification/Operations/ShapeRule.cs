using System.Globalization;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary>A rule for the shape of an input, in the project's letters: «[N, C] or [N, C, H, W]», «[K, C/groups, R, S]», «[…]», «as input».</summary>
/// <remarks>A letter stands for the same extent in all inputs of a call; the first input that has it decides. «…» is any extents. «as x» is the shape of input x.</remarks>
internal sealed class ShapeRule
{
    private readonly string _text;
    private readonly string? _sameAs;
    private readonly string[][] _alternatives;

    /// <summary>Reads a rule.</summary>
    public ShapeRule(string text)
    {
        _text = text;
        _sameAs = text.StartsWith("as ", StringComparison.Ordinal) ? text[3..] : null;
        _alternatives = _sameAs is null
            ? [.. text.Split(" or ").Select(a => a.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))]
            : [];
    }

    /// <summary>Checks a shape and remembers the letters that it decides.</summary>
    /// <param name="operation">For messages.</param>
    /// <param name="name">The input's name.</param>
    /// <param name="shape">The input's shape.</param>
    /// <param name="letters">Extents that earlier inputs have decided, and the input that did.</param>
    /// <param name="shapes">The shapes of earlier inputs.</param>
    /// <exception cref="ArgumentException">The shape breaks the rule.</exception>
    public void Check(string operation, string name, TensorShape shape, Dictionary<string, (int Extent, string Input)> letters, Dictionary<string, TensorShape> shapes)
    {
        if (_sameAs is not null)
        {
            if (!shapes[_sameAs].Equals(shape))
            {
                throw new ArgumentException($"{operation}: {name} is {shape}; expected the shape of {_sameAs}, {shapes[_sameAs]}");
            }

            return;
        }

        string[] fit = _alternatives.FirstOrDefault(a => Fits(a, shape, letters))
            ?? throw new ArgumentException($"{operation}: {name} is {shape}; expected {_text}{Known(letters)}");
        for (int i = 0; i < fit.Length && fit[i] != "…"; i++)
        {
            letters.TryAdd(fit[i], (shape[i], name));
        }
    }

    private static bool Fits(string[] letters, TensorShape shape, Dictionary<string, (int Extent, string Input)> known)
    {
        bool open = letters.Length > 0 && letters[^1] == "…";
        int fixedCount = open ? letters.Length - 1 : letters.Length;
        if (open ? shape.Rank < fixedCount : shape.Rank != fixedCount)
        {
            return false;
        }

        for (int i = 0; i < fixedCount; i++)
        {
            if (known.TryGetValue(letters[i], out (int Extent, string Input) decided) && decided.Extent != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    private string Known(Dictionary<string, (int Extent, string Input)> letters)
    {
        string[] known = [.. _alternatives.SelectMany(a => a).Distinct()
            .Where(letters.ContainsKey)
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{l} = {letters[l].Extent} (of {letters[l].Input})"))];
        return known.Length == 0 ? string.Empty : " with " + string.Join(", ", known);
    }
}
