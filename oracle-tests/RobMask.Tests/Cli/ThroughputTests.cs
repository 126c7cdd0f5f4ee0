using System.Text.Json;
using Xunit;

namespace RobMask.Tests.Cli;

public sealed class ThroughputTests
{
    private const string Small = "--network cnn --width 2 --depth 2 --batch-size 4 --steps 1 --eval-steps 1 --eval-batch-size 5 --warm-up-steps 1 --measure-steps 3 --json";

    [Fact]
    public void Noise_in_the_extents_of_cifar10_gives_the_hours_of_a_run_on_all_of_it()
    {
        JsonElement result = Measure($"--data cifar10 --synthetic --method robmask --epochs 2 {Small}");
        Assert.Equal("robmask", result.GetProperty("method").GetString());
        Assert.Equal("cnn-2-2", result.GetProperty("network").GetString());
        Assert.True(result.GetProperty("synthetic").GetBoolean());
        Assert.Equal(3, result.GetProperty("measuredSteps").GetInt32());
        Assert.Equal(100_000, result.GetProperty("trainedImages").GetInt64());
        Assert.Equal(10_000, result.GetProperty("evaluatedImages").GetInt64());
        double seconds = result.GetProperty("secondsPerStep").GetDouble();
        Assert.InRange(seconds, result.GetProperty("shortestStep").GetDouble(), result.GetProperty("longestStep").GetDouble());
        Assert.Equal(4 / seconds, result.GetProperty("imagesPerSecond").GetDouble(), 1e-9 / seconds);
        double hours = ((100_000 * seconds / 4) + (10_000 / result.GetProperty("evaluationImagesPerSecond").GetDouble())) / 3600;
        Assert.Equal(hours, result.GetProperty("hours").GetDouble(), 1e-9 * hours);
        Assert.True(result.GetProperty("peakHostBytes").GetInt64() > 1 << 20);
        Assert.Equal(JsonValueKind.Null, result.GetProperty("peakDeviceBytes").ValueKind);
        Assert.Equal(("managed", "cpu", "fp32"), (result.GetProperty("engine").GetString(), result.GetProperty("device").GetString(), result.GetProperty("precision").GetString()));
    }

    [Fact]
    public void Images_that_are_there_are_trained_on_and_counted()
    {
        JsonElement result = Measure($"--data shapes --image-size 16 --train-images 9 --test-images 20 --method advprop --epochs 5 --eval-every 2 --eval-every-images 7 {Small}");
        Assert.False(result.GetProperty("synthetic").GetBoolean());
        Assert.Equal(45, result.GetProperty("trainedImages").GetInt64());

        // Both branches on all 20 at the end, 7 after epochs 2, 4 and 5.
        Assert.Equal(40 + 21, result.GetProperty("evaluatedImages").GetInt64());
    }

    [Fact]
    public void Work_alone_measures_nothing()
    {
        JsonElement result = Measure("--data imagenet --synthetic --network resnet50 --method standard --epochs 90 --measure-steps 0 --json");
        Assert.Equal(JsonValueKind.Null, result.GetProperty("hours").ValueKind);
        Assert.Equal(JsonValueKind.Null, result.GetProperty("secondsPerStep").ValueKind);

        // 4.09·10⁹ multiplications and additions forward, as published for this form of the network; three times that, but for the first layer's gradient.
        Assert.InRange(result.GetProperty("gigaflopPerImage").GetDouble(), 24.2, 24.5);
        Assert.Equal(90L * 1_281_167, result.GetProperty("trainedImages").GetInt64());
    }

    [Theory]
    [InlineData("--synthetic --data shapes", "the extents of data shapes are not known")]
    [InlineData("--data gaussian --out x", "nothing is written")]
    [InlineData("--data gaussian --method standard --masks 3", "--masks has no effect")]
    public void What_makes_no_sense_is_refused(string line, string message)
    {
        (int code, _, string error) = CommandLine.Run($"throughput {line}");
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static JsonElement Measure(string line) => JsonDocument.Parse(CommandLine.Succeed($"throughput {line}")).RootElement;
}
