using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Runs;
using RobMask.Verification.Checks;
using RobMask.Verification.Orders;

namespace RobMask.Cli.Verbs;

/// <summary><c>order</c>.</summary>
internal static class OrderVerb
{
    private const int LongestTree = 2_000;

    private static readonly Request Usual = new(string.Empty, new OrderShape(OrderShape.Linear), 60, 1);

    public static Verb Create(Shell shell)
    {
        OptionSet<Request> backend = new OptionSet<Request>("Backend")
            .Add("--backend", "CMD", "the program to ask, see docs/backend-protocol.md", Values.Text, (r, v) => r with { Backend = v })
            .Add("--timeout", "SECONDS", "how long one answer may take (default 60)", Values.Positive, (r, v) => r with { Timeout = v });
        OptionSet<Request> operation = new OptionSet<Request>("Operation")
            .Add("--op", "OP", "linear, conv2d, sum or mean (default linear)", Values.Name(OrderShape.Operations), (r, v) => r with { Shape = r.Shape with { Operation = v } })
            .Add("--terms", "N", "D, the terms of linear, sum and mean (default 64)", Values.Whole(1), (r, v) => r with { Shape = r.Shape with { Length = v } })
            .Add("--channels", "N", "C of conv2d (default 16)", Values.Whole(1), (r, v) => r with { Shape = r.Shape with { Channels = v } })
            .Add("--kernel", "N", "R = S of conv2d, odd (default 3)", Values.Whole(1), (r, v) => r with { Shape = r.Shape with { Kernel = v } })
            .Add("--size", "N", "H = W of conv2d (default 8)", Values.Whole(1), (r, v) => r with { Shape = r.Shape with { Size = v } })
            .Add("--outputs", "N", "K of linear and conv2d (default 16)", Values.Whole(1), (r, v) => r with { Shape = r.Shape with { Outputs = v } })
            .Add("--images", "N", "N, images or rows of a call (default 32)", Values.Whole(1), (r, v) => r with { Shape = r.Shape with { Images = v } })
            .Add("--seed", "N", "of the random data of the replay (default 1)", Values.Seed, (r, v) => r with { Seed = v });
        Option<bool> json = new("--json") { Description = "print one JSON object with the whole tree" };
        return new Verb(
            "order",
            "reveal in which order a black box adds",
            "Finds the summation tree of a convolution, a linear layer, a sum or a mean by probing with huge terms that cancel (FPRev), names it where it is a usual one, and replays it on random data: the right tree and arithmetic give every bit. Libraries choose their order by the shape, so the shape is part of the question. Exit code 1 where there is no tree or it cannot be replayed.",
            ("ours", "robmask order --backend \"robmask backend\" --op linear --terms 100"),
            ("PyTorch on a GPU", "robmask order --backend \"python3 adapters/pytorch/backend.py --device cuda\" --op conv2d --channels 64"))
            .With(backend, operation, new OptionGroup("Output", json))
            .Does(parsed =>
            {
                Request request = operation.Apply(parsed, backend.Apply(parsed, Usual));
                if (request.Backend.Length == 0)
                {
                    throw new ArgumentException("order: --backend CMD is missing");
                }

                RequireUseful(parsed, operation, request.Shape.Operation);
                request.Shape.Check();
                using ProcessBackend process = new(request.Backend, TimeSpan.FromSeconds(request.Timeout), precision: null, shell.Cancellation);
                return Run(shell, process, request.Shape, request.Seed, parsed.GetValue(json));
            });
    }

    private static void RequireUseful(ParseResult parsed, OptionSet<Request> options, string operation) =>
        options.RequireUseful(parsed, $"--op {operation}", name => name switch
        {
            "--terms" when operation == OrderShape.Conv2d => "it has C·R·S terms, see --channels and --kernel",
            "--channels" or "--kernel" or "--size" when operation != OrderShape.Conv2d => "it is an option of conv2d",
            "--outputs" when operation is OrderShape.Sum or OrderShape.Mean => "it is an option of linear and conv2d",
            _ => null,
        });

    private static int Run(Shell shell, ProcessBackend backend, OrderShape shape, ulong seed, bool json)
    {
        OrderFinding finding;
        try
        {
            finding = OrderFinding.Of(new BackendAccumulation(backend, shape), shape.HasProducts, shape.Operation == OrderShape.Mean, seed);
        }
        catch (OrderNotFoundException none)
        {
            shell.Output.WriteLine(json
                ? JsonSerializer.Serialize(new { backend = backend.Name, operation = shape.ToString(), found = false, reason = none.Message }, RunJson.File)
                : $"{shape}: no summation tree: {none.Message}");
            return ExitCodes.CheckFailed;
        }

        if (json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    backend = backend.Name,
                    operation = shape.ToString(),
                    found = true,
                    names = finding.Names,
                    height = finding.Tree.Height(),
                    calls = finding.Calls,
                    tree = finding.Tree.ToString(),
                    arithmetic = finding.Form?.ToString(),
                    seed,
                    compared = finding.Compared,
                    agreeing = finding.Agreeing,
                },
                RunJson.File));
        }
        else
        {
            Write(shell.Output, backend.Name, shape, finding, seed);
        }

        return finding.Form is null ? ExitCodes.CheckFailed : ExitCodes.Done;
    }

    private static void Write(TextWriter output, string backend, OrderShape shape, OrderFinding finding, ulong seed)
    {
        string tree = OrderText.Of(finding.Tree);
        output.WriteLine($"{shape}, {backend}");
        output.WriteLine($"order   {(finding.Names.Count == 0 ? "none of the usual ones" : string.Join("; ", finding.Names))}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"height  {finding.Tree.Height()} additions for {finding.Tree.Terms} terms; {finding.Calls} calls"));
        output.WriteLine($"tree    {(tree.Length <= LongestTree ? tree : tree[..LongestTree] + " … (--json has all of it)")}");
        output.WriteLine(finding.Form is null
            ? string.Create(CultureInfo.InvariantCulture, $"replay  no arithmetic that was tried gives the bits: at best {finding.Agreeing} of {finding.Compared} random sums agree (seed {seed})")
            : string.Create(CultureInfo.InvariantCulture, $"replay  {finding.Form}: all {finding.Compared} random sums have the same bits (seed {seed})"));
    }

    private sealed record Request(string Backend, OrderShape Shape, float Timeout, ulong Seed);
}
