using System.Text;
using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Cli;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary>Every bad input has its exit code and one clear message, and leaves nothing behind.</summary>
public sealed class BadInputTests
{
    private static readonly Lazy<string> Config = new(() =>
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --epochs 0 --out {folder["run"]}".Replace(" --epochs 2", string.Empty, StringComparison.Ordinal));
        return File.ReadAllText(folder["run", "config.json"]);
    });

    [Theory]
    [InlineData("trian", "trian: no such verb. Did you mean train?")]
    [InlineData("experiment e9", "e9: no such verb of robmask experiment")]
    [InlineData("masks", "robmask masks needs a verb: compare, interpolate, exchange")]
    [InlineData("train --epsilonn 0.1", "--epsilonn: no such option of robmask train. Did you mean --epsilon?")]
    [InlineData("train --network resnet", "--network: «resnet» is unknown; known are linear,")]
    [InlineData("train --network resnet", "Did you mean preact_resnet18 or resnet50?")]
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
    [InlineData("experiment e3 --alphas 0", "--alphas gives 1 points; a curve needs at least 2")]
    [InlineData("experiment e3 --alphas 0,0.5,0.5", "--alphas: 0.5 comes more than once")]
    [InlineData("experiment e3 --network linear --data gaussian", "network linear has no rescaling layer")]
    [InlineData("train --method split --network linear", "network linear has no rescaling layer")]
    [InlineData("train --crop 2147483647", "the padding must be 0 to 1024, found 2147483647")]
    [InlineData("train --depth 2147483647", "network: depth 2147483647; it must be 1 to 65536")]
    [InlineData("train --depth 60000", "more than 10000 operations")]
    [InlineData("train --network wide_resnet --depth 28 --width 20000", "elements")]
    [InlineData("train --network wide_resnet --depth 28 --width 400", "parameters")]
    [InlineData("train --network resnext29 --cardinality 2147483647 --width 2", "cardinality 2147483647; it must be")]
    [InlineData("train --network resnext29 --cardinality 65536 --width 65536", "cardinality times width 4294967296; it must be")]
    [InlineData("train --method robmask --masks 1000000", "k = 1000000 primary masks; 1 to 1024")]
    [InlineData("train --method robmask --gate strength --gate-hidden 100000000", "100000000 hidden units; 0 to 65536")]
    [InlineData("experiment e2 --seed 18446744073709551615 --seeds 2", "the last would be above 18446744073709551615")]
    [InlineData("demo --resume", "--resume needs --out FOLDER")]
    [InlineData("train --threads 100000", "--threads: 100000 is not allowed; it must be at most 1024")]
    [InlineData("train --network preact_resnet18 --depth 3", "--depth has no effect on network preact_resnet18: it is for cnn, wide_resnet")]
    [InlineData("train --data gaussian --image-size 16", "--image-size has no effect on data gaussian: it is for shapes")]
    [InlineData("train --coarse-labels", "--coarse-labels has no effect on data shapes: it is for cifar100")]
    [InlineData("train --masks 3", "--masks has no effect on --method standard: it is for --method robmask")]
    [InlineData("op relu --list", "lists all operations and runs none")]
    [InlineData("--threads 1 eval", "--threads stands before the verb; options come behind it: robmask eval … --threads")]
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
        bool run = line.StartsWith("train ", StringComparison.Ordinal) || line.StartsWith("experiment e", StringComparison.Ordinal);
        (int code, string output, string error) = CommandLine.Run(line, run ? ["--out", folder["run"], "--train-images", "40", "--test-images", "20"] : []);
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("train --data nowhere", "nowhere: neither a file or folder nor one of the data sets shapes,")]
    [InlineData("train --data mnist --data-dir /nowhere", "looked in /nowhere/mnist")]
    [InlineData("train --config /nowhere.json", "/nowhere.json: there is no such file")]
    [InlineData("eval --model /nowhere.safetensors", "/nowhere.safetensors: there is no such file")]
    [InlineData("report /nowhere", "run folder /nowhere: is not there")]
    public void Missing_files_have_code_3_and_name_the_place(string line, string message)
    {
        (int code, _, string error) = CommandLine.Run(line);
        Assert.Equal(3, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eval -m {0} --train-images 40 --test-images 20")]
    [InlineData("train --config {0}")]
    [InlineData("net forward -m {0} --in {0}/in.npz --out x.npz")]
    [InlineData("op relu --in {0}/in.npz --out x.npz")]
    public void A_folder_in_place_of_a_file_is_called_one(string line)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["in.npz"]);
        (int code, _, string error) = CommandLine.Run(line.Replace("{0}", folder.Path, StringComparison.Ordinal));
        Assert.Equal(3, code);
        Assert.Contains("is a folder, not a file", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exit_code_stands_where_the_message_cannot_be_written()
    {
        using BrokenWriter broken = new();
        Assert.Equal(2, Program.Run(["trian"], TextWriter.Null, broken));
        Assert.Equal(3, Program.Run(["report", "/nowhere"], TextWriter.Null, broken));
    }

    [Fact]
    public void What_nobody_foresaw_and_too_little_memory_have_codes_of_their_own()
    {
        using StringWriter error = new();
        using ThrowingWriter defect = new(new InvalidOperationException("surprise"));
        Assert.Equal(70, Program.Run(["--version"], defect, error));
        Assert.Contains("a defect of robmask", error.ToString(), StringComparison.Ordinal);
        using ThrowingWriter memory = new(new OutOfMemoryException());
        Assert.Equal(3, Program.Run(["--version"], memory, error));
        Assert.Contains("there is not enough memory", error.ToString(), StringComparison.Ordinal);
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

    [Theory]
    [InlineData("dataOptions")]
    [InlineData("data")]
    [InlineData("dataOptions.shapes")]
    [InlineData("training")]
    [InlineData("training.network")]
    [InlineData("training.schedule")]
    [InlineData("training.attack")]
    [InlineData("training.robMask.gate")]
    [InlineData("evaluation")]
    [InlineData("evaluation.attack")]
    [InlineData("alphas")]
    [InlineData("alphas.0")]
    public void Null_in_a_configuration_is_reported_with_its_place(string place)
    {
        using TemporaryFolder folder = new();
        JsonNode config = JsonNode.Parse(Config.Value)!;
        string[] steps = place.Split('.');
        JsonNode parent = steps[..^1].Aggregate(config, (node, step) => node[step]!);
        if (parent is JsonArray list)
        {
            list[0] = null;
        }
        else
        {
            parent[steps[^1]] = null;
        }

        string file = folder.Write("config.json", config.ToJsonString());
        (int code, _, string error) = CommandLine.Run($"train --config {file} --out {folder["run"]}");
        Assert.Equal(3, code);
        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.Contains("$." + place.Replace(".0", "[0]", StringComparison.Ordinal), error, StringComparison.Ordinal);
        Assert.Contains("null", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"settings\":null,\"epoch\":0,\"batch\":0,\"iteration\":0,\"metrics\":[],\"partial\":null}")]
    [InlineData(null)]
    public void Damaged_state_of_a_checkpoint_has_code_3(string? state)
    {
        using TemporaryFolder folder = new();
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "robmask-checkpoint");
        writer.AddMetadata("version", "1");
        if (state is not null)
        {
            writer.AddMetadata("state", state);
        }

        writer.Save(folder["x.safetensors"]);
        (int code, _, string error) = CommandLine.Run($"eval -m {folder["x.safetensors"]} --train-images 40 --test-images 20");
        Assert.Equal(3, code);
        Assert.Contains("«state»", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_results_and_evaluations_have_code_3_and_their_place()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --out {folder["run"]}");
        string line = File.ReadAllText(folder["run", "evaluations.jsonl"]);
        File.AppendAllText(folder["run", "evaluations.jsonl"], line);
        (int code, _, string error) = CommandLine.Run($"train --resume --out {folder["run"]}");
        Assert.Equal(3, code);
        Assert.Contains("evaluations.jsonl: line 2: a second evaluation of «standard»", error, StringComparison.Ordinal);

        File.WriteAllText(folder["run", "results.json"], "{}");
        (code, _, error) = CommandLine.Run($"report {folder["run"]}");
        Assert.Equal(3, code);
        Assert.Contains("results.json", error, StringComparison.Ordinal);
        Assert.Contains("title", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batchSize", "0")]
    [InlineData("images", "-3")]
    public void Settings_of_the_evaluation_are_checked_before_training(string name, string value)
    {
        using TemporaryFolder folder = new();
        JsonNode config = JsonNode.Parse(Config.Value)!;
        config["evaluation"]![name] = JsonNode.Parse(value);
        (int code, _, string error) = CommandLine.Run($"train --config {folder.Write("config.json", config.ToJsonString())} --out {folder["run"]}");
        Assert.Equal(2, code);
        Assert.Contains("at least 1 of each is needed", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void Names_of_parameters_do_not_show()
    {
        using TemporaryFolder folder = new();
        JsonNode config = JsonNode.Parse(Config.Value)!;
        config["training"]!["network"]!["maskCount"] = 0;
        (int code, _, string error) = CommandLine.Run($"train --config {folder.Write("config.json", config.ToJsonString())} --out {folder["run"]}");
        Assert.Equal(2, code);
        Assert.Contains("k = 0 primary masks; at least 1 is needed", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverged_at_once_leaves_its_folder_to_the_next()
    {
        using TemporaryFolder folder = new();
        (int code, _, string error) = CommandLine.Run($"train {CommandLine.Tiny} --lr 1e30 --schedule constant --out {folder["run"]}");
        Assert.Equal(1, code);
        Assert.DoesNotContain("checkpoint stands", error, StringComparison.Ordinal);
        CommandLine.Succeed($"train {CommandLine.Tiny} --out {folder["run"]}");
    }

    [Fact]
    public void Data_without_training_images_leave_no_folder()
    {
        using TemporaryFolder folder = new();
        folder.Write("data/optdigits.tes", string.Concat(Enumerable.Range(0, 20).Select(i => string.Concat(Enumerable.Repeat("1,", 64)) + $"{i % 10}\n")));
        (int code, _, string error) = CommandLine.Run($"train --data {folder["data"]} --out {folder["run"]}");
        Assert.Equal(3, code);
        Assert.Contains("there are no training images", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
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

    /// <summary>A disk that is full.</summary>
    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }

    private sealed class ThrowingWriter(Exception problem) : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => throw problem;
    }
}
