using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary>A libtorch, a device, a run folder that do not suit: one message and exit code each, and the run folder keeps every byte and can be resumed.</summary>
public sealed class TorchMessageTests
{
    private const string Debian = "/usr/lib/python3/dist-packages/torch/lib";

    [Theory]
    [InlineData("--device cuda", 2, "torch: device cuda: this libtorch is built without CUDA")]
    [InlineData("--device cuda:7", 2, "torch: device cuda:7: ")]
    [InlineData("--device gpu", 2, "torch: device «gpu»; expected cpu, cuda or cuda:n")]
    [InlineData("--precision fp16", 2, "--precision: «fp16»")]
    [InlineData("--precision bf16 --dtype f64", 2, "precision Bf16 and double exclude each other")]
    public void An_engine_that_there_is_not_leaves_the_run(string options, int code, string expected) => Refused(folder => CommandLine.Run($"train --resume --out {folder} --engine torch {options}"), code, expected);

    [Theory]
    [InlineData("/nonexistent", "/nonexistent/libtorch_cpu.so: no such file")]
    [InlineData("TEXT", "libtorch_cpu.so: file too short")]
    public void A_libtorch_that_there_is_not_leaves_the_run(string libtorch, string expected)
    {
        using TemporaryFolder text = new();
        File.WriteAllText(text["libtorch_cpu.so"], "not a library\n");
        string folder = libtorch == "TEXT" ? text.Path : libtorch;
        string output = Refused(run => Child(folder, run), 3, expected);
        Assert.Contains("ROBMASK_LIBTORCH", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_libtorch_of_another_version_is_told_by_its_version_and_what_it_lacks()
    {
        PyTorch.Require();
        Skip.IfNot(Directory.Exists(Debian), $"{Debian} is not there: python3-torch is not Debian's");
        string output = Refused(run => Child(Debian, run), 3, "libtorch: is of version 1.13.0, TorchSharp is built for 2.10");
        Assert.Matches(@"libtorch_cpu\.so lacks \d+ symbols that .*libLibTorchSharp\.so calls: _ZN2at", output);
    }

    [Fact]
    public void A_run_of_a_newer_robmask_stays_as_it_is()
    {
        using TemporaryFolder folder = new();
        Train(folder);
        JsonNode config = JsonNode.Parse(File.ReadAllText(folder["run", "config.json"]))!;
        config["newSetting"] = 1;
        File.WriteAllText(folder["run", "config.json"], config.ToJsonString());
        string before = Digest(folder["run"]);
        foreach (string engine in (string[])["managed", "torch"])
        {
            (int code, _, string error) = CommandLine.Run($"train --resume --out {folder["run"]} --engine {engine}");
            Assert.Equal(3, code);
            Assert.Contains("config.json: byte", error, StringComparison.Ordinal);
            Assert.Contains("$.newSetting: «newSetting» is nothing that this version of robmask knows here", error, StringComparison.Ordinal);
            Assert.Equal(before, Digest(folder["run"]));
        }
    }

    [Theory]
    [InlineData("\"version\":\"1\"", "\"version\":\"9\"", "found format robmask-checkpoint, version 9")]
    [InlineData("\"format\":\"robmask-checkpoint\"", "\"format\":\"another-checkpoint\"", "found format another-checkpoint, version 1")]
    public void A_checkpoint_of_another_version_stays_as_it_is(string own, string other, string expected)
    {
        using TemporaryFolder folder = new();
        Train(folder);
        string file = folder["run", "checkpoints/robmask.safetensors"];
        byte[] good = File.ReadAllBytes(file);
        string bytes = Encoding.Latin1.GetString(good);
        Assert.Contains(own, bytes, StringComparison.Ordinal);
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(bytes.Replace(own, other, StringComparison.Ordinal)));
        string before = Digest(folder["run"]);

        (int code, _, string error) = CommandLine.Run($"train --resume --out {folder["run"]} --engine torch");
        Assert.Equal(3, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(before, Digest(folder["run"]));

        File.WriteAllBytes(file, good);
        CommandLine.Succeed($"train --resume --out {folder["run"]}");
    }

    [Theory]
    [InlineData("--engine torch --backend x", "--backend and --engine exclude each other")]
    [InlineData("--engine fast", "--engine: «fast» is none of managed, torch")]
    [InlineData("--engine managed --precision bf16", "--precision has no effect on --engine managed")]
    [InlineData("--engine torch --precision fp16", "--engine torch does not compute in fp16")]
    [InlineData("--backend x --device cuda", "--device is an option of --engine torch")]
    [InlineData("--engine torch --device cuda:7", "torch: device cuda:7: ")]
    public void Check_refuses_what_does_not_go_together(string options, string expected)
    {
        (int code, _, string error) = CommandLine.Run("check " + options);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--engine managed")]
    [InlineData("--engine torch")]
    [InlineData("--engine torch --precision bf16")]
    public void Check_of_an_engine_passes(string engine)
    {
        string output = CommandLine.Succeed($"check {engine} --ops linear_backward,cross_entropy,pgd_step --cases 20 --seed 3 --json");
        Assert.True((string?)JsonNode.Parse(output)!["failures"]!.ToJsonString() == "[]", output);
    }

    private static (int Code, string Output, string Error) Child(string libtorch, string run)
    {
        (int code, string output) = ChildProcess.Run($"ROBMASK_LIBTORCH={libtorch}", "robmask.dll", "train", "--resume", "--out", run, "--engine", "torch");
        return (code, string.Empty, output);
    }

    private static string Refused(Func<string, (int Code, string Output, string Error)> resume, int code, string expected)
    {
        using TemporaryFolder folder = new();
        Train(folder);
        string before = Digest(folder["run"]);
        (int got, _, string error) = resume(folder["run"]);
        Assert.True(got == code, $"exit code {got}\n{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(before, Digest(folder["run"]));
        CommandLine.Succeed($"train --resume --out {folder["run"]}");
        return error;
    }

    private static void Train(TemporaryFolder folder) => CommandLine.Succeed($"train {CommandLine.Tiny} --method robmask --out {folder["run"]}");

    private static string Digest(string folder) => string.Join('\n', Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));
}
