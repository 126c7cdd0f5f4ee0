using System.Diagnostics;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Tests.Verification.Traces;

/// <summary>Steps that PyTorch computed and adapters/pytorch/robmask_trace.py recorded.</summary>
public sealed class PyTorchTraceTests(ITestOutputHelper log) : IDisposable
{
    private static readonly string[] Products = ["conv2d", "conv2d_backward"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_step_in_fp32_is_within_and_nothing_is_left_unjudged()
    {
        VerdictReport report = Verify(Record("--width", "16"), new());
        Assert.All(report.Operations.SelectMany(operation => operation.Outputs.Select(output => (operation, output))), pair => Assert.True(pair.output.Verdict <= Verdict.Within, Say(pair.operation, pair.output)));
        Assert.Empty(report.Tables);
        Dictionary<string, int> counts = report.Operations.GroupBy(operation => operation.Operation).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal((20, 20, 17, 17, 17, 56), (counts["conv2d"], counts["conv2d_backward"], counts["batch_norm"], counts["batch_norm_backward"], counts["relu_backward"], counts["sgd_step"]));
    }

    [SkippableFact]
    public void A_step_in_fp32_is_right_from_end_to_end()
    {
        VerdictReport report = Verify(Record("--width", "16"), new() { EndToEnd = true });
        Assert.True(report.IsKept);
        Assert.Equal(17, Assert.Single(report.Tables).Rows.Count);
    }

    [SkippableFact]
    public void Convolutions_of_bf16_operands_are_explained_by_bf16_and_by_nothing_else()
    {
        string path = Record("--width", "16", "--bf16", "--declare", "fp32");
        VerdictReport report = Verify(path, new());
        Assert.Null(report.FirstWrong);
        Assert.False(report.IsKept);
        Assert.All(report.Operations.Where(operation => operation.Operation == "conv2d"), operation => Assert.Equal(Verdict.Explained, operation.Verdict));
        Assert.All(report.Operations.Where(operation => !Products.Contains(operation.Operation)), operation => Assert.Equal(Verdict.Within, operation.Verdict));

        // The worst case of a long sum grows with its length, the error of random data with the root of that: such a sum of
        // rounded operands may lie within a more precise model. The step as a whole does not.
        Assert.Contains(report.Operations.SelectMany(operation => operation.Outputs), output => output.Explanation == ArithmeticModel.Bf16);
        Assert.StartsWith("bf16: it or a more precise model covers each of ", report.Facts.Single(fact => fact.Key == "explained by").Value, StringComparison.Ordinal);
        Assert.True(Verify(path, new() { Precision = ArithmeticModel.Bf16 }).IsKept);
        Assert.False(Verify(path, new() { Precision = ArithmeticModel.Tf32 }).IsKept);
    }

    [SkippableFact]
    public void One_changed_element_of_a_gradient_is_wrong_and_named()
    {
        string path = Record("--width", "16");
        TraceSample.Change(path, "layer2.0.conv1/grad_weight", 1234, gradient => gradient + 100);
        VerdictReport report = Verify(path, new());
        Assert.Equal(("layer2.0.conv1", "conv2d_backward"), (report.FirstWrong?.Label, report.FirstWrong?.Operation));
        TensorVerdict wrong = Assert.Single(report.FirstWrong!.Outputs, output => output.Verdict == Verdict.Wrong);
        Assert.Equal(("grad_weight", 1234, 1L), (wrong.Name, wrong.First!.Value.Index, wrong.OutsideCount));

        // The optimiser used the right gradient and not the one that the trace now shows.
        Assert.Equal(["layer2.0.conv1 conv2d_backward", "layer2.0.conv1.weight sgd_step"], report.Operations.Where(operation => operation.Verdict == Verdict.Wrong).Select(operation => $"{operation.Label} {operation.Operation}"));
    }

    [SkippableTheory]
    [InlineData("fp32")]
    [InlineData("autocast")]
    [InlineData("everything")]
    [InlineData("masks")]
    [InlineData("attack")]
    [InlineData("heads")]
    [InlineData("closure")]
    public void A_step_of_a_small_network_is_within(string what)
    {
        PyTorch.Require();
        string path = _folder["step.safetensors"];
        (int code, string output) = PyTorch.Run(Path.Combine("tests", "record_small.py"), path, what);
        Assert.True(code == 0, output);
        VerdictReport report = Verify(path, new());
        Assert.All(report.Operations, operation => Assert.All(operation.Outputs, tensor => Assert.True(tensor.Verdict <= Verdict.Within, Say(operation, tensor))));
        Assert.Empty(report.Tables.Where(table => table.Title == "not judged").SelectMany(table => table.Rows.Select(row => string.Join(' ', row))));
        log.WriteLine(string.Join('\n', report.Operations.Select(operation => $"{operation.Label} {operation.Operation} {operation.Declared} {operation.Verdict}")));
    }

    [SkippableTheory]
    [InlineData("odd")]
    public void What_the_catalogue_does_not_take_is_left_unjudged(string what)
    {
        PyTorch.Require();
        string path = _folder["step.safetensors"];
        (int code, string output) = PyTorch.Run(Path.Combine("tests", "record_small.py"), path, what);
        Assert.True(code == 0, output);
        VerdictReport report = Verify(path, new());
        Assert.All(report.Operations, operation => Assert.All(operation.Outputs, tensor => Assert.True(tensor.Verdict <= Verdict.Within, Say(operation, tensor))));
        Assert.Contains(report.Tables, table => table.Title == "not judged");
        Assert.All(report.Operations, operation => Assert.InRange(operation.Label.Length, 1, 100));
    }

    [SkippableFact]
    public void A_block_in_which_nothing_ran_is_an_error_and_leaves_no_file()
    {
        PyTorch.Require();
        (int code, string output) = PyTorch.Run(Path.Combine("tests", "record_small.py"), _folder["step.safetensors"], "nothing");
        Assert.NotEqual(0, code);
        Assert.Contains("no operation was recorded", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [SkippableFact]
    public void An_exception_inside_the_block_leaves_no_file()
    {
        PyTorch.Require();
        (int code, string output) = PyTorch.Run(Path.Combine("tests", "record_small.py"), _folder["step.safetensors"], "exception");
        Assert.NotEqual(0, code);
        Assert.Contains("on purpose", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Trait("Category", "Slow")]
    [SkippableFact]
    public void A_step_of_32_images_is_verified_in_90_seconds_and_4_gigabytes()
    {
        string path = Record("--batch", "32");
        Stopwatch watch = Stopwatch.StartNew();
        VerdictReport report = Verify(path, new());
        TimeSpan time = watch.Elapsed;
        log.WriteLine($"{new FileInfo(path).Length >> 20} MiB in {time.TotalSeconds:0.0} s");
        Assert.All(report.Operations.SelectMany(operation => operation.Outputs.Select(output => (operation, output))), pair => Assert.True(pair.output.Verdict <= Verdict.Within, Say(pair.operation, pair.output)));

        // What the issue asks for on two cores; four times as much for a machine that is busy with other tests.
        Assert.InRange(time.TotalSeconds, 0, 4 * 90);
    }

    private static string Say(OperationVerdict operation, TensorVerdict output) =>
        $"{operation.Label} {operation.Operation} {output.Name}: {output.Verdict} {output.Explanation} {output.Mismatch}, {output.OutsideCount} outside, first {output.First}";

    private static VerdictReport Verify(string path, TraceVerificationOptions options)
    {
        using TraceFile trace = new(path);
        return TraceVerification.Run(trace, options);
    }

    private string Record(params IReadOnlyList<string> options)
    {
        PyTorch.Require();
        string path = _folder["step.safetensors"];
        (int code, string output) = PyTorch.Run([Path.Combine("tests", "record_step.py"), path, .. options]);
        Assert.True(code == 0, output);
        return path;
    }
}
