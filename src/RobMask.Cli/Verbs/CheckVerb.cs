using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Runs;
using RobMask.Verification.Checks;
using RobMask.Verification.Verdicts;

namespace RobMask.Cli.Verbs;

/// <summary><c>check</c>.</summary>
internal static class CheckVerb
{
    public static Verb Create(Shell shell)
    {
        Option<string?> backend = new("--backend") { HelpName = "CMD", Description = "program and arguments, quoted as one word; it speaks the protocol of docs/backend-protocol.md" };
        Option<string?> engine = new("--engine") { HelpName = "NAME", Description = "instead: torch, the torch engine's own operations, or managed, the reference's" };
        Option<string?> device = new("--device") { HelpName = "NAME", Description = "torch: cpu, cuda or cuda:n (default cpu)" };
        Option<string?> precision = new("--precision") { HelpName = "NAME", Description = "fp32, tf32, fp16 or bf16: what to judge by (default: what the backend declares); with --engine torch fp32, tf32 or bf16, what it computes in too" };
        Option<double?> timeout = new("--timeout") { HelpName = "SECONDS", Description = "how long one answer may take (default 60)" };
        Option<string?> operations = new("--ops") { HelpName = "LIST", Description = "operations, separated by commas (default: all that the backend has)" };
        Option<ulong?> seed = new("--seed") { HelpName = "N", Description = "the key of the random cases (default: a new one, which is printed)" };
        Option<int?> cases = new("--cases") { HelpName = "N", Description = $"random cases of each operation (default {CheckOptions.DefaultCases})" };
        Option<string?> save = new("--save") { HelpName = "DIR", Description = "save the smallest failing cases there" };
        Option<string?> replay = new("--replay") { HelpName = "FILE", Description = "ask one saved case again instead" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        return new Verb(
            "check",
            "property-test an implementation in any language",
            "Starts a backend, or takes one of robmask's own engines, asks it random cases of every operation that it has, and judges each answer by its proven bounds and by laws that hold for every right implementation. A failing case is made as small as possible and can be saved and asked again. Exit code 1 where an answer or a law fails, 3 where the backend breaks the protocol.",
            ("PyTorch on this machine", "robmask check --backend \"python3 adapters/pytorch/backend.py\""),
            ("the torch engine on a GPU, in bfloat16", "robmask check --engine torch --device cuda --precision bf16"),
            ("one operation on a GPU, in TF32", "robmask check --backend \"python3 backend.py --device cuda --precision tf32\" --ops conv2d --cases 1000"),
            ("what failed, once more", "robmask check --backend \"./mine\" --replay failed/conv2d.safetensors"))
            .With(
                new OptionGroup("Backend", backend, engine, device, precision, timeout),
                new OptionGroup("Cases", operations, seed, cases),
                new OptionGroup("Failing cases", save, replay),
                new OptionGroup("Output", json))
            .Does(parsed =>
            {
                BackendChoice choice = new(parsed.GetValue(backend), parsed.GetValue(engine), parsed.GetValue(device), parsed.GetValue(precision));
                choice.Validate("check");
                double limit = parsed.GetValue(timeout) ?? 60;
                if (!(limit > 0 && limit <= 86400))
                {
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"--timeout: {limit} is not above 0 and at most a day"));
                }

                if (parsed.GetValue(cases) is < 1)
                {
                    throw new ArgumentException($"--cases: {parsed.GetValue(cases)} is not at least 1");
                }

                CheckOptions options = new()
                {
                    Operations = parsed.GetValue(operations)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                    Seed = parsed.GetValue(seed) ?? (ulong)Random.Shared.NextInt64(1L << 32),
                    Cases = parsed.GetValue(cases) ?? CheckOptions.DefaultCases,
                    SaveFolder = parsed.GetValue(save),
                };
                if (options.SaveFolder is string folder && File.Exists(folder))
                {
                    throw new IOException($"--save: {folder} is a file; expected a folder, which is made where there is none");
                }

                CaseFile? saved = parsed.GetValue(replay) is string file ? CaseFile.Load(file) : null;
                IMaskingBackend checkedOne = choice.Open(TimeSpan.FromSeconds(limit), shell.Cancellation);
                using IDisposable? process = checkedOne as IDisposable;
                BackendCheck check = new(checkedOne, options);
                CheckReport report = saved is null ? check.Run(Progress(shell), shell.Cancellation) : check.Replay(saved);
                if (parsed.GetValue(json))
                {
                    shell.Output.WriteLine(JsonSerializer.Serialize(report, RunJson.File));
                }
                else
                {
                    Write(shell, report, choice, saved is not null);
                }

                return report.Passed ? ExitCodes.Done : ExitCodes.CheckFailed;
            });
    }

    private static Relay<OperationCheck>? Progress(Shell shell) => !shell.Interactive ? null
        : new Relay<OperationCheck>(done => shell.Error.WriteLine($"{done.Operation}: {Words(done.Verdict, null)}"));

    private static void Write(Shell shell, CheckReport report, BackendChoice choice, bool replayed)
    {
        shell.Output.WriteLine($"{report.Backend}, {report.Precision}{(replayed ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", seed {report.Seed}"))}");
        shell.Output.WriteLine();
        TextTable.Write(
            shell.Output,
            ["operation", "cases", "bitwise", "within", "explained", "unproven", "wrong", "unsupported", "error/bound", "verdict"],
            report.Operations.Select(one => (string[])[
                one.Operation, Number(one.Cases), Number(one.Bitwise), Number(one.Within), Number(one.Explained), Number(one.Unproven), Number(one.Wrong), Number(one.Unsupported),
                one.Gauge.ToString("0.###", CultureInfo.InvariantCulture),
                Words(one.Verdict, report.Failures.FirstOrDefault(failure => failure.Operation == one.Operation && failure.Law is null)?.Explanation),
            ]));
        if (report.Laws.Count > 0)
        {
            shell.Output.WriteLine();
            TextTable.Write(
                shell.Output,
                ["law", "operations", "cases", "broken"],
                report.Laws.GroupBy(law => law.Law).Select(group => (string[])[
                    group.Key, Number(group.Select(law => law.Operation).Distinct().Count()), Number(group.Sum(law => law.Cases)), Number(group.Sum(law => law.Broken)),
                ]));
        }

        foreach (CheckFailure failure in report.Failures)
        {
            shell.Output.WriteLine();
            shell.Output.WriteLine(failure.Law is null ? $"{failure.Operation}: {Words(failure.Verdict, failure.Explanation)}" : $"{failure.Operation}: «{failure.Law}» does not hold");
            shell.Output.WriteLine($"  {failure.What}");
            if (failure.Cause is not null)
            {
                shell.Output.WriteLine($"  perhaps: {failure.Cause}");
            }

            shell.Output.WriteLine($"  smallest case: {failure.Case}");
            if (failure.File is not null)
            {
                shell.Output.WriteLine($"  again: robmask check {choice} --replay {failure.File}");
            }
        }

        if (!report.Passed && !replayed && report.Failures.All(failure => failure.File is null))
        {
            shell.Output.WriteLine();
            shell.Output.WriteLine("--save DIR keeps the failing cases");
        }
    }

    private static string Words(Verdict verdict, string? explanation) => verdict switch
    {
        Verdict.Explained when explanation is not null => $"explained by {explanation}",
        _ => verdict.ToString().ToLowerInvariant(),
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
