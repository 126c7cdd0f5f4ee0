using System.Globalization;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Terminal;

/// <summary>Prints verdicts: a table, a histogram of error / bound, and what is to be said of each output that is not as it should be.</summary>
internal static class VerdictPrinter
{
    private const int BarLength = 40;

    /// <summary>Prints a report.</summary>
    public static void Write(TextWriter output, VerdictReport report)
    {
        foreach ((string name, string value) in report.Facts)
        {
            output.WriteLine($"{name}: {value}");
        }

        IReadOnlyList<string>[] rows = [.. report.Operations.SelectMany(operation => operation.Outputs.Select(one => VerdictText.Cells(operation, one)))];
        if (rows.Length > 0)
        {
            TextTable.Write(output, ["operation", "output", "verdict", "bitwise", "err/bound", "bias z", "outside"], rows);
        }

        Histogram(output, report);
        foreach (VerdictTable table in report.Tables)
        {
            output.WriteLine();
            output.WriteLine(table.Title);
            TextTable.Write(output, table.Head, table.Rows);
        }

        Remarks(output, report);
        output.WriteLine();
        output.WriteLine(VerdictText.Summary(report));
    }

    private static void Histogram(TextWriter output, VerdictReport report)
    {
        long[] counts = VerdictText.Histogram(report);
        long most = counts.Max();
        if (most == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("error / bound of every element");
        int last = Array.FindLastIndex(counts, count => count > 0);
        int first = Array.FindIndex(counts, count => count > 0);
        for (int bin = first; bin <= last; bin++)
        {
            int length = counts[bin] == 0 ? 0 : Math.Max(1, (int)Math.Round(BarLength * Math.Log(1 + counts[bin]) / Math.Log(1 + most)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{VerdictText.Bin(bin),9} {new string(GaugeHistogram.IsBeyond(bin) ? '▒' : '█', length).PadRight(BarLength)} {counts[bin]}").TrimEnd());
        }
    }

    private static void Remarks(TextWriter output, VerdictReport report)
    {
        foreach (OperationVerdict operation in report.Operations)
        {
            if (operation.Missing.Count > 0)
            {
                output.WriteLine();
                output.WriteLine($"{operation.Label}: not given, so not judged: {string.Join(", ", operation.Missing)}");
            }

            foreach (TensorVerdict tensor in operation.Outputs)
            {
                string[] remarks = [.. VerdictText.Remarks(tensor)];
                if (remarks.Length > 0)
                {
                    output.WriteLine();
                    output.WriteLine($"{operation.Label}, {tensor.Name}: {VerdictText.Name(tensor)}");
                    foreach (string remark in remarks)
                    {
                        output.WriteLine("  " + remark);
                    }
                }
            }
        }
    }
}
