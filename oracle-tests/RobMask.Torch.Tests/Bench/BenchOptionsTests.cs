using RobMask.Bench;
using RobMask.Bench.Contests;
using RobMask.Training;
using Xunit;

namespace RobMask.Torch.Tests.Bench;

public class BenchOptionsTests
{
    [Fact]
    public void Options_are_read_in_any_order_and_other_words_are_sections()
    {
        BenchOptions options = BenchOptions.Parse(["compare", "--batch", "32,8", "conv", "--methods", "robmask,standard", "bn", "--networks", "cnn", "--json", "--memory", "default"]);

        Assert.Equal("compare", options.Verb);
        Assert.Equal(["conv", "bn"], options.Sections);
        Assert.Equal([32, 8], options.BatchesOr(128));
        Assert.Equal([TrainingMethod.RobMask, TrainingMethod.Standard], options.Methods!);
        Assert.Equal(["cnn"], options.Networks!);
        Assert.True(options.Json);
        Assert.False(options.KeepMemory);
    }

    [Fact]
    public void What_is_not_asked_for_is_the_benchmarks_own_choice()
    {
        BenchOptions options = BenchOptions.Parse(["compare"]);

        Assert.Equal([128, 32], options.BatchesOr(128, 32));
        Assert.Null(options.Networks);
        Assert.Null(options.Methods);
        Assert.True(options.KeepMemory);
        Assert.Equal(new Pace(7, 3, 20) { ProcessorTime = options.Threads == 1 }, options.Pace(new Pace(7, 3, 20), new Pace(3, 2, 8)));
    }

    [Fact]
    public void Rounds_overrule_quick_and_quick_the_usual_pace()
    {
        Pace usual = new(7, 3, 20);
        Pace quick = new(3, 2, 8);

        Assert.Equal(quick, BenchOptions.Parse(["compare", "--quick", "--threads", "2"]).Pace(usual, quick));
        Assert.Equal(11, BenchOptions.Parse(["compare", "--quick", "--rounds", "11"]).Pace(usual, quick).Rounds);
    }

    [Theory]
    [InlineData("needs a value", "compare", "--batch")]
    [InlineData("«0» is not a number above 0", "compare", "--batch", "0")]
    [InlineData("«x» is not a number above 0", "compare", "--threads", "x")]
    [InlineData("«vgg» is none of preact_resnet18", "compare", "--networks", "vgg")]
    [InlineData("«trades» is none of standard", "compare", "--methods", "trades")]
    [InlineData("«some» is none of kept, default", "compare", "--memory", "some")]
    [InlineData("unknown option «--fast»", "compare", "--fast")]
    public void A_wrong_option_is_named(string message, params string[] args) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => BenchOptions.Parse(args)).Message, StringComparison.Ordinal);
}
