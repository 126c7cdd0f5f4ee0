using Xunit;

namespace RobMask.Tests.Cli;

/// <summary>Every bad input has its exit code and one clear message, and leaves nothing behind.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("trian", "trian: no such verb. Did you mean train?")]
    [InlineData("experiment e9", "e9: no such verb of robmask experiment")]
    [InlineData("masks", "robmask masks needs a verb: compare, interpolate, exchange")]
    [InlineData("train --epsilonn 0.1", "--epsilonn: no such option of robmask train. Did you mean --epsilon?")]
    [InlineData("train --network resnet", "--network: «resnet» is unknown; known are linear,")]
    [InlineData("train --network resnet", "Did you mean preact_resnet18 or wide_resnet?")]
    [InlineData("train --method robmsak", "Did you mean robmask?")]
    [InlineData("train --epsilon -0.1", "--epsilon: -0.1 is not allowed; it must be at least 0")]
    [InlineData("train --epsilon 8/0", "--epsilon: «8/0» is not a finite number")]
    [InlineData("train --epsilon nan", "--epsilon: «nan» is not a finite number")]
    [InlineData("train --epsilon 0,1", "--epsilon: «0,1» is not a finite number")]
    [InlineData("train --epsilon inf", "--epsilon: «inf» is not a finite number")]
    [InlineData("train --epsilon 8/255/2", "--epsilon: «8/255/2» is not a finite number")]
    [InlineData("train --lr abc", "--lr: «abc» is not a finite number")]
    [InlineData("train --mean a,b,c", "--mean: «a» is not a finite number")]
    [InlineData("train --mean 1e40,0,0", "--mean: 1e40 is not allowed; as a float it is infinite")]
    [InlineData("train --std 1e-40,1,1", "not so small that a pixel becomes infinite")]
    [InlineData("train --std 1e-60,1,1", "--std: 1e-60 is not allowed; as a float it is 0, and it must be above 0")]
    [InlineData("train --steps 99999999999", "--steps: 99999999999 is not allowed; it must be at most 2147483647")]
    [InlineData("train --milestones ,", "--milestones: «,» is not a list of values")]
    [InlineData("experiment e3 --alphas 0,x,1", "--alphas: «x» is not a finite number")]
    [InlineData("experiment e3 --alphas 0,1e40", "--alphas: 1e40 is not allowed")]
    [InlineData("eval -m x --require-robust 0,88", "--require-robust: «0,88» is not a finite number")]
    [InlineData("eval -m x --require-clean 99%", "--require-clean: «99%» is not a finite number")]
    [InlineData("train --masks 0", "--masks: «0» is not a whole number from 1 on")]
    [InlineData("train --epochs many", "--epochs: «many» is not a whole number from 0 on")]
    [InlineData("train --epochs", "--epochs")]
    [InlineData("train --seed -1", "--seed: «-1» is not a whole number from 0 on")]
    [InlineData("train --dtype f16", "--dtype: «f16» is unknown; known are f32, f64")]
    [InlineData("train --classes 11", "Classes must be 2 to 10, found 11")]
    [InlineData("train --step-size 0", "--step-size: 0 is not allowed; it must be above 0")]
    [InlineData("train --network sequential", "sequential needs its layers")]
    [InlineData("train --method robmask --epsilon 0", "epsilon_max above 0")]
    [InlineData("train --attack fgsm --loss kl --method adversarial", "the KL loss has gradient 0")]
    [InlineData("eval", "--model FILE is needed")]
    [InlineData("experiment e3 --separate-rescaling false", "must be true")]
    public void Usage_errors_have_code_2_and_name_the_value(string line, string message)
    {
        using TemporaryFolder folder = new();
        bool run = line.Contains("train ", StringComparison.Ordinal) || line.Contains("e3", StringComparison.Ordinal);
        (int code, string output, string error) = CommandLine.Run(line, run ? ["--out", folder["run"]] : []);
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("train --data nowhere", "nowhere: neither a file or folder nor one of the data sets shapes,")]
    [InlineData("train --data mnist --data-dir /nowhere", "looked in /nowhere/mnist")]
    [InlineData("train --config /nowhere.json", "configuration /nowhere.json: there is no such file")]
    [InlineData("eval --model /nowhere.safetensors", "model /nowhere.safetensors: there is no such file")]
    [InlineData("report /nowhere", "run folder /nowhere: is not there")]
    public void Missing_files_have_code_3_and_name_the_place(string line, string message)
    {
        (int code, _, string error) = CommandLine.Run(line);
        Assert.Equal(3, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_folder_that_cannot_be_made_has_code_3()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("file", "in the way");
        (int code, _, string error) = CommandLine.Run($"train {CommandLine.Tiny} --out {file}");
        Assert.Equal(3, code);
        Assert.Contains("a file of that name is in the way", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run($"train {CommandLine.Tiny} --out {file}/below");
        Assert.Equal(3, code);
        Assert.Contains("cannot be written to", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_folder_with_other_things_in_it_is_left_alone()
    {
        using TemporaryFolder folder = new();
        folder.Write("thesis.txt", "years of work");
        (int code, _, string error) = CommandLine.Run($"train {CommandLine.Tiny} --out {folder.Path}");
        Assert.Equal(3, code);
        Assert.Contains("is not empty", error, StringComparison.Ordinal);
        Assert.Equal([folder["thesis.txt"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Damaged_models_have_code_3()
    {
        using TemporaryFolder folder = new();
        string junk = folder.Write("junk.safetensors", "this is not a model");
        (int code, _, string error) = CommandLine.Run($"eval --model {junk}");
        Assert.Equal(3, code);
        Assert.Contains(junk, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_other_settings_is_not_resumed()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --out {folder["run"]}");
        (int code, _, string error) = CommandLine.Run($"train {CommandLine.Tiny} --resume --out {folder["run"]} --lr 0.05");
        Assert.Equal(3, code);
        Assert.Contains("training.schedule.learningRate was 0.1, now 0.05", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run($"train {CommandLine.Tiny} --out {folder["run"]}");
        Assert.Equal(3, code);
        Assert.Contains("holds a run already", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run($"demo --config {folder["run", "config.json"]} --out {folder["other"]}");
        Assert.Equal(3, code);
        Assert.Contains("holds the settings of «train», not of «demo»", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_named()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --out {folder["a"]}");
        CommandLine.Succeed($"train {CommandLine.Small} --epochs 2 --depth 3 --out {folder["b"]}");
        (int code, _, string error) = CommandLine.Run($"masks exchange -m {folder["a", "checkpoints", "standard.safetensors"]} --from {folder["b", "checkpoints", "standard.safetensors"]}");
        Assert.Equal(2, code);
        Assert.Contains("cnn-3-2", error, StringComparison.Ordinal);

        File.Copy(folder["b", "checkpoints", "standard.safetensors"], folder["a", "checkpoints", "standard.safetensors"], overwrite: true);
        (code, _, error) = CommandLine.Run($"train --resume --out {folder["a"]}");
        Assert.Equal(3, code);
        Assert.Contains("it is a checkpoint of another run: network.depth is 3 there and 2 here", error, StringComparison.Ordinal);
    }
}
