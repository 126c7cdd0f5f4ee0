using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Runs;
using RobMask.Verification.Compare;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Verbs;

/// <summary><c>compare</c>.</summary>
internal static class CompareVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string> first = new("A") { Description = "a file of tensors: .safetensors, .npz or .npy" };
        Argument<string> second = new("B") { Description = "another, of any of these formats" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Verb verb = new Verb(
            "compare",
            "how two files of tensors differ: bits, ulp, absolute, relative",
            "Compares the tensors of two files by name: types, shapes, bits, the distance in ulp of the coarser type, the greatest absolute and relative difference. It knows no operation and judges nothing: `robmask verify` does. Exit code 1 where anything differs.",
            ("two runs", "robmask compare run1.safetensors run2.safetensors"),
            ("for a program", "robmask compare bits.npz gpu.npz --json"))
            .With(new OptionGroup("Output", json))
            .Does(parsed =>
            {
                FileComparison comparison = FileComparison.Of(parsed.GetValue(first)!, parsed.GetValue(second)!, shell.Cancellation);
                if (parsed.GetValue(json))
                {
                    shell.Output.WriteLine(JsonSerializer.Serialize(Json(comparison), RunJson.File));
                }
                else
                {
                    Print(shell.Output, comparison);
                }

                return comparison.IsSame ? ExitCodes.Done : ExitCodes.CheckFailed;
            });
        verb.Arguments.Add(first);
        verb.Arguments.Add(second);
        return verb;
    }

    private static void Print(TextWriter output, FileComparison comparison)
    {
        if (comparison.Tensors.Count > 0)
        {
            TextTable.Write(
                output,
                ["tensor", "type", "shape", "same bits", "max ulp", "max |a−b|", "max relative"],
                comparison.Tensors.Select(one => (IReadOnlyList<string>)
                [
                    one.Name,
                    one.Types.First == one.Types.Second ? $"{one.Types.First}" : $"{one.Types.First}, {one.Types.Second}",
                    one.Shapes.First.Equals(one.Shapes.Second) ? $"{one.Shapes.First}" : $"{one.Shapes.First}, {one.Shapes.Second}",
                    HasSameShape(one) ? string.Create(CultureInfo.InvariantCulture, $"{one.SameCount} of {one.Shapes.First.Length}") : "other shape",
                    Measured(one, one.Ulps.Greatest.ToString(CultureInfo.InvariantCulture)),
                    Measured(one, VerdictText.Number(one.GreatestAbsolute)),
                    Measured(one, VerdictText.Number(one.GreatestRelative)),
                ]));
        }

        foreach (TensorComparison one in comparison.Tensors.Where(one => !HasSameShape(one)))
        {
            output.WriteLine();
            output.WriteLine($"{one.Name}: shape {one.Shapes.First} in the first file, {one.Shapes.Second} in the second: not compared");
        }

        foreach (TensorComparison one in comparison.Tensors.Where(one => one.FirstDifference is not null))
        {
            (int index, double a, double b) = one.FirstDifference!.Value;
            output.WriteLine();
            output.WriteLine($"{one.Name}: first at {VerdictText.Position(one.Shapes.First, index)}: {VerdictText.Exact(a)}, {VerdictText.Exact(b)}");
            foreach ((ulong least, ulong most, long count) in one.Ulps.Bins())
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(least == most ? $"{least}" : $"{least} to {most}"),24} ulp  {count}"));
            }

            if (one.IncomparableCount > 0)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"NaN or ∞ in one only",24}      {one.IncomparableCount}"));
            }
        }

        Only(output, "only in the first file", comparison.OnlyFirst);
        Only(output, "only in the second file", comparison.OnlySecond);
        int differing = comparison.Tensors.Count(one => !one.IsSame);
        output.WriteLine();
        output.WriteLine(comparison.IsSame ? $"{comparison.Tensors.Count} tensors: all bits are the same" : $"{differing} of {comparison.Tensors.Count} tensors differ");
    }

    private static bool HasSameShape(TensorComparison one) => one.Shapes.First.Equals(one.Shapes.Second);

    // A NaN or an infinity in one only has no distance: the greatest of the others must not stand for it.
    private static string Measured(TensorComparison one, string greatest) =>
        !HasSameShape(one) ? "–"
        : one.IncomparableCount == 0 ? greatest
        : one.GreatestAbsolute == 0 ? "none: NaN or ∞"
        : greatest + ", NaN or ∞";

    private static void Only(TextWriter output, string where, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            output.WriteLine($"{where}: {string.Join(", ", names)}");
        }
    }

    private static object Json(FileComparison comparison) => new
    {
        same = comparison.IsSame,
        onlyFirst = comparison.OnlyFirst,
        onlySecond = comparison.OnlySecond,
        tensors = comparison.Tensors.Select(one => new
        {
            one.Name,
            same = one.IsSame,
            types = new[] { one.Types.First.ToString(), one.Types.Second.ToString() },
            shapes = new[] { one.Shapes.First.Extents.ToArray(), one.Shapes.Second.Extents.ToArray() },
            one.SameCount,
            one.IncomparableCount,
            greatestUlp = one.Ulps.Greatest,
            one.GreatestAbsolute,
            one.GreatestRelative,
            ulps = one.Ulps.Bins().Select(bin => new { bin.Least, bin.Most, bin.Count }),
            firstDifference = one.FirstDifference is (int index, double a, double b) ? new { index, first = a, second = b } : null,
        }),
    };
}
