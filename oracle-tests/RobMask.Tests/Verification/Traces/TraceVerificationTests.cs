using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Kernels;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;
using Xunit;

namespace RobMask.Tests.Verification.Traces;

public sealed class TraceVerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_right_trace_is_within_everywhere(bool endToEnd)
    {
        VerdictReport report = Verify(Sample(), new() { EndToEnd = endToEnd });
        Assert.Equal(15, report.Operations.Count);
        Assert.All(report.Operations.SelectMany(operation => operation.Outputs), output => Assert.Equal(Verdict.Within, output.Verdict));
        Assert.True(report.IsKept);
        Assert.Null(report.FirstWrong);
        VerdictTable notJudged = Assert.Single(report.Tables, table => table.Title == "not judged");
        Assert.Equal(["something.else", "1", "note"], Assert.Single(notJudged.Rows));
    }

    [Theory]
    [InlineData("conv1/grad_weight", "conv1", "conv2d_backward")]
    [InlineData("relu1/output", "relu1", "relu")]
    [InlineData("linear/output", "linear", "linear")]
    [InlineData("conv1.weight/param", "conv1.weight", "sgd_step")]
    public void One_changed_element_is_wrong_and_its_operation_is_named(string tensor, string name, string operation)
    {
        string path = Sample();

        // So much that no rounding of an operand to 16 bits explains it.
        TraceSample.Change(path, tensor, 7, value => value + 1000);
        VerdictReport report = Verify(path, new());
        Assert.NotNull(report.FirstWrong);
        Assert.Equal((name, operation), (report.FirstWrong.Label, report.FirstWrong.Operation));
        TensorVerdict wrong = Assert.Single(report.FirstWrong.Outputs, output => output.Verdict == Verdict.Wrong);
        Assert.Equal(7, wrong.First!.Value.Index);
        Assert.Equal(1, wrong.OutsideCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_view_of_labels_is_labels_and_both_may_be_used(bool endToEnd)
    {
        string path = Sample();
        TraceSample.Edit(path, program =>
        {
            JsonArray operations = program["operations"]!.AsArray();
            int loss = operations.IndexOf(operations.First(operation => (string?)operation!["op"] == "cross_entropy"));
            operations[loss]!["inputs"]!["target"] = "labels.again";
            operations.Insert(loss, Alias("labels.rows", "labels.again", "2"));
            operations.Insert(loss, Alias("labels", "labels.rows", "2,1"));
        });
        VerdictReport report = Verify(path, new() { EndToEnd = endToEnd });
        Assert.Equal(15, report.Operations.Count);
        Assert.True(report.IsKept);

        static JsonObject Alias(string input, string output, string shape) => new()
        {
            ["name"] = output,
            ["op"] = "alias",
            ["phase"] = "loss",
            ["attributes"] = new JsonObject { ["shape"] = shape },
            ["inputs"] = new JsonObject { ["input"] = input },
            ["outputs"] = new JsonObject { ["output"] = output },
        };
    }

    [Fact]
    public void A_wrong_input_is_no_fault_of_the_operation_that_uses_it()
    {
        string path = Sample();

        // What conv1 is given changes for conv1 and its gradient, not for anything behind them.
        TraceSample.Change(path, "images", 0, value => value + 1);
        VerdictReport report = Verify(path, new());
        Assert.Equal(["conv1 conv2d", "conv1 conv2d_backward"], report.Operations.Where(operation => operation.Verdict == Verdict.Wrong).Select(operation => $"{operation.Label} {operation.Operation}"));
    }

    [Fact]
    public void From_end_to_end_what_follows_a_wrong_tensor_is_wrong_too()
    {
        string path = Sample();
        TraceSample.Change(path, "images", 0, value => value + 1);
        VerdictReport report = Verify(path, new() { EndToEnd = true });
        Assert.Equal("conv1", report.FirstWrong!.Label);
        Assert.Contains(report.Operations, operation => operation is { Label: "linear", Operation: "linear", Verdict: Verdict.Wrong });
    }

    [Theory]
    [InlineData("conv1", 2)]
    [InlineData("relu", 2)]
    [InlineData("linear_backward", 1)]
    public void Only_the_operations_that_are_asked_for_are_judged(string name, int count) =>
        Assert.Equal(count, Verify(Sample(), new() { Only = [name] }).Operations.Count(operation => operation.Label == name || operation.Operation == name));

    [Fact]
    public void A_name_that_nothing_has_is_an_error_of_usage()
    {
        string path = Sample();
        ArgumentException error = Assert.Throws<ArgumentException>(() => Verify(path, new() { Only = ["layer9"] }));
        Assert.Contains("no operation that is judged has the name «layer9»", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_held_to_the_precision_that_is_asked_for()
    {
        VerdictReport report = Verify(Sample(), new() { Precision = ArithmeticModel.Bf16 });
        Assert.All(report.Operations, operation => Assert.Equal(ArithmeticModel.Bf16, operation.Declared));
    }

    [Fact]
    public void Verdicts_do_not_depend_on_the_number_of_threads()
    {
        string path = Sample();
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            string one = Text(Verify(path, new()));
            Workers.ThreadCount = 3;
            Assert.Equal(one, Text(Verify(path, new())));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }

        static string Text(VerdictReport report) => string.Join('\n', report.Operations.SelectMany(o => o.Outputs.Select(x => $"{o.Label} {o.Operation} {x.Name} {x.Verdict} {x.Gauge:R}")));
    }

    [Fact]
    public void A_cast_to_sixteen_bits_is_one_rounding_to_nearest()
    {
        string path = _folder["cast.safetensors"];
        float[] values = [1f, 1.00390625f, 1.01171875f, -3.1415927f, 0f];
        ushort[] nearest = [0x3F80, 0x3F80, 0x3F82, 0xC049, 0x0000];
        WriteCast(path, values, nearest);
        Assert.Equal(Verdict.Within, Assert.Single(Verify(path, new()).Operations).Verdict);
        nearest[3]++;
        WriteCast(path, values, nearest);
        Assert.Equal(Verdict.Wrong, Assert.Single(Verify(path, new()).Operations).Verdict);
    }

    [Fact]
    public void Mask_bits_are_undecided_where_the_carried_bound_reaches_zero()
    {
        // Left: 1 + 2⁻³⁰ − 1 in one order is 0, in another not; right: far from zero.
        string path = _folder["bits.safetensors"];
        using (TraceWriter writer = new(path, new TraceProgram { Producer = "test", Device = "cpu", Precision = ArithmeticModel.Fp32 }))
        {
            writer.Add("x", DenseTensor<float>.From([1, MathF.ScaleB(1, -30), -1, 1, 2, 3], 2, 3));
            writer.Add("w", DenseTensor<float>.From([1, 1, 1], 1, 3));
            writer.Add("y", DenseTensor<float>.From([0, 6], 2, 1));
            writer.Add("z", DenseTensor<float>.From([0, 6], 2, 1));
            writer.Add(new TraceOperation("fc", "linear", TracePhase.Forward) { Inputs = new Dictionary<string, string> { ["input"] = "x", ["weight"] = "w" }, Outputs = new Dictionary<string, string> { ["output"] = "y" } });
            writer.Add(new TraceOperation("act", "relu", TracePhase.Forward) { Inputs = new Dictionary<string, string> { ["input"] = "y" }, Outputs = new Dictionary<string, string> { ["output"] = "z" } });
            writer.Complete();
        }

        VerdictReport report = Verify(path, new() { EndToEnd = true });
        Assert.True(report.IsKept);
        VerdictTable bits = Assert.Single(report.Tables);
        Assert.Equal(["act", "2", "1", "50 %"], Assert.Single(bits.Rows).Take(4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void From_end_to_end_a_network_that_is_computed_otherwise_is_right(bool wide)
    {
        // In float by the catalogue, or all of it in double and rounded only when it is recorded.
        string path = _folder["otherwise.safetensors"];
        for (uint seed = 100; seed <= 1000; seed += 100)
        {
            TraceSample.Write(path, seed, wide: wide);
            Assert.True(Verify(path, new() { EndToEnd = true }).IsKept, $"seed {seed}");
        }
    }

    private static VerdictReport Verify(string path, TraceVerificationOptions options)
    {
        using TraceFile trace = new(path);
        return TraceVerification.Run(trace, options);
    }

    private static void WriteCast(string path, float[] values, ushort[] stored)
    {
        using TraceWriter writer = new(path, new TraceProgram { Producer = "test", Device = "cpu", Precision = ArithmeticModel.Fp32 });
        writer.Add("x", DenseTensor<float>.From(values, values.Length));
        writer.Add("y", SafetensorsType.BF16, new TensorShape(values.Length), System.Runtime.InteropServices.MemoryMarshal.AsBytes<ushort>(stored));
        writer.Add(new TraceOperation("x", TraceOperation.Cast, TracePhase.Forward) { Inputs = new Dictionary<string, string> { ["input"] = "x" }, Outputs = new Dictionary<string, string> { ["output"] = "y" } });
        writer.Complete();
    }

    private string Sample()
    {
        string path = _folder["step.safetensors"];
        TraceSample.Write(path);
        return path;
    }
}
