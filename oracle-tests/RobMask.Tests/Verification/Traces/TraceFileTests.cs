using System.Text.Json.Nodes;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;
using Xunit;

namespace RobMask.Tests.Verification.Traces;

public sealed class TraceFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> BrokenPrograms => new()
    {
        { "format", "format «something» version 1; expected «robmask.trace» version 1" },
        { "version", "format «robmask.trace» version 2; expected" },
        { "byte order", "byte_order is «big»; expected «little»" },
        { "unknown key", "there is no member «colour»" },
        { "key twice", "Duplicate" },
        { "key missing", "the program: device is missing" },
        { "null", "$.operations[0].inputs" },
        { "null in a map", "operations[0].inputs.weight is null" },
        { "null operation", "operations[1] is null" },
        { "cut", "$.operations" },
        { "no object", "robmask.trace" },
        { "precision", "precision is «fp8»; expected fp32, tf32, fp16, bf16" },
        { "own precision", "operations[0].precision is «double»" },
        { "phase", "operations[0].phase is «sideways»; expected forward, loss, backward, optimiser, attack" },
        { "unknown operation", "operation 0 «conv1» (conv3d): there is no operation «conv3d»" },
        { "missing tensor", "operation 0 «conv1» (conv2d): input «weight» is tensor «nothing», which is not in the file" },
        { "missing output", "operation 0 «conv1» (conv2d): output «output» is tensor «nowhere», which is not in the file" },
        { "given twice", "operation 2 «conv2» (conv2d): output «output» is tensor «conv1/output», which operation 0 «conv1» has given already" },
        { "used before", "operation 0 «conv1» (conv2d): input «input» is tensor «relu1/output», which is given only by operation 1 «relu1»" },
        { "given by itself", "operation 1 «relu1» (relu): input «input» is tensor «relu1/output», which is given only by itself" },
        { "order", "which is given only by operation" },
        { "unknown input", "operation 1 «relu1» (relu): relu has no input «x»; expected input" },
        { "input missing", "operation 1 «relu1» (relu): there is no input «input»" },
        { "unknown output", "operation 1 «relu1» (relu): relu has no output «y»; expected output" },
        { "no output", "operation 1 «relu1» (relu): has no output" },
        { "unknown attribute", "there is no attribute «pading»" },
        { "attribute", "attribute padding = «-1»" },
        { "attribute missing", "attribute lr is missing" },
        { "labels of numbers", "input «target» is tensor «linear/output» of F32; expected I64" },
        { "numbers of labels", "input «input» is tensor «labels» of I64; expected F32" },
        { "shape", "operation 2 «conv2» (conv2d): conv2d: weight is [5, 144]; expected [K, C/groups, R, S]" },
        { "output shape", "operation 1 «relu1» (relu): relu: output is [5]; expected the shape of input, [2, 4, 6, 6]" },
        { "alias shape", "operation 5 «flatten» (alias): shape «2,7» has 14 elements, [2, 4, 6, 6] has 288" },
        { "alias words", "operation 5 «flatten» (alias): shape is «2,x»" },
        { "alias stored", "operation 5 «flatten» (alias): output «note/y» is stored in the file" },
        { "alias attribute", "operation 5 «flatten» (alias): expected the one attribute «shape»" },
        { "unused tensor", "tensor «note/y» belongs to no operation of the program" },
        { "empty name", "operation 0 «» (conv2d): has an empty name or op" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        string path = Sample();
        using TraceFile trace = new(path);
        Assert.Equal("test", trace.Program.Producer);
        Assert.Equal("cpu", trace.Program.Device);
        Assert.Equal(ArithmeticModel.Fp32, trace.Program.Precision);
        Assert.Equal("false", trace.Program.Switches["tf32"]);
        Assert.Equal(18, trace.Program.Operations.Count);
        TraceOperation first = trace.Program.Operations[0];
        Assert.Equal(("conv1", "conv2d", TracePhase.Forward, "1"), (first.Name, first.Op, first.Phase, first.Attributes["padding"]));
        Assert.True(trace.Program.Operations[^1].Opaque);
        Assert.Equal(TestTensors.Normal<float>(1, 2, 3, 6, 6).Span, ((DenseTensor<float>)trace.Load("images")).Span);
        Assert.Equal(new TensorShape(2, 144), trace.Load("flatten/output").Shape);
        Assert.Equal(((DenseTensor<float>)trace.Load("relu2/output")).Span, ((DenseTensor<float>)trace.Load("flatten/output")).Span);
        Assert.Equal(3, ((DenseTensor<long>)trace.Load("labels")).Span[1]);
    }

    [Fact]
    public void An_unfinished_trace_leaves_nothing_behind()
    {
        TraceSample.Write(_folder["step.safetensors"], complete: false);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_finished_trace_leaves_one_file()
    {
        Sample();
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [MemberData(nameof(BrokenPrograms))]
    public void A_broken_program_is_refused_and_the_message_says_where(string how, string message)
    {
        string path = Sample();
        Break(path, how);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new TraceFile(path).Dispose());
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_without_a_program_is_no_trace()
    {
        string path = Sample();
        TraceSample.Edit(path, header: header => header.Remove("__metadata__"));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new TraceFile(path).Dispose());
        Assert.Contains("is no trace: its metadata have no «robmask.trace»", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_of_another_element_type_is_refused()
    {
        string path = Sample();
        TraceSample.Edit(path, header: header => header["note/y"]!.AsObject()["dtype"] = "I32");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new TraceFile(path).Dispose());
        Assert.Contains("output «y» is tensor «note/y» of I32; a trace has F32, F16, BF16, F64, I64, BOOL", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2_000, 20261123)]
    public void Mutations_of_the_program_are_refused_or_read(int rounds, int seed)
    {
        string path = Sample();
        byte[] whole = File.ReadAllBytes(path);
        Random random = new(seed);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            File.WriteAllBytes(path, whole);
            TraceSample.Edit(path, text: text => Mutate(text, random));
            try
            {
                using TraceFile trace = new(path);
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}: {error}");
            }
        }

        Assert.InRange(refused, rounds / 2, rounds);
    }

    private static string Mutate(string text, Random random)
    {
        const string Alphabet = "{}[]\",:0129eE+-.\\u \tnulltruexinputoutput#/é";
        char[] letters = text.ToCharArray();
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            letters[random.Next(letters.Length)] = Alphabet[random.Next(Alphabet.Length)];
        }

        string changed = new(letters);
        return random.Next(4) == 0 ? changed[..random.Next(changed.Length)] : changed;
    }

    private static void Break(string path, string how) => TraceSample.Edit(
        path,
        program =>
        {
            JsonArray operations = program["operations"]!.AsArray();
            JsonObject At(int index) => operations[index]!.AsObject();
            JsonObject In(int index) => At(index)["inputs"]!.AsObject();
            JsonObject Out(int index) => At(index)["outputs"]!.AsObject();
            switch (how)
            {
                case "format": program["format"] = "something"; break;
                case "version": program["version"] = 2; break;
                case "byte order": program["byte_order"] = "big"; break;
                case "unknown key": At(0)["colour"] = "red"; break;
                case "key missing": program.Remove("device"); break;
                case "null": At(0)["inputs"] = null; break;
                case "null in a map": In(0)["weight"] = null; break;
                case "null operation": operations[1] = null; break;
                case "precision": program["precision"] = "fp8"; break;
                case "own precision": At(0)["precision"] = "double"; break;
                case "phase": At(0)["phase"] = "sideways"; break;
                case "unknown operation": At(0)["op"] = "conv3d"; break;
                case "missing tensor": In(0)["weight"] = "nothing"; break;
                case "missing output": Out(0)["output"] = "nowhere"; In(1)["input"] = "images"; break;
                case "given twice": Out(2)["output"] = "conv1/output"; break;
                case "used before": In(0)["input"] = "relu1/output"; break;
                case "given by itself": In(1)["input"] = "relu1/output"; break;
                case "order": JsonNode first = operations[0]!; operations.RemoveAt(0); operations.Add(first); break;
                case "unknown input": In(1)["x"] = "images"; break;
                case "input missing": In(1).Remove("input"); break;
                case "unknown output": At(1)["outputs"] = new JsonObject { ["y"] = "relu1/output" }; break;
                case "no output": At(1)["outputs"] = new JsonObject(); In(2)["input"] = "conv1/output"; Rename(operations, "relu1/output", "conv1/output"); break;
                case "unknown attribute": At(0)["attributes"] = new JsonObject { ["pading"] = "1" }; break;
                case "attribute": At(0)["attributes"] = new JsonObject { ["padding"] = "-1" }; break;
                case "attribute missing": At(16)["attributes"] = new JsonObject(); break;
                case "labels of numbers": In(7)["target"] = "linear/output"; break;
                case "numbers of labels": In(1)["input"] = "labels"; break;
                case "shape": In(2)["weight"] = "linear.weight"; break;
                case "output shape": Out(1)["output"] = "linear.bias"; In(6).Remove("bias"); Rename(operations, "relu1/output", "linear.bias"); break;
                case "alias shape": At(5)["attributes"]!["shape"] = "2,7"; break;
                case "alias words": At(5)["attributes"]!["shape"] = "2,x"; break;
                case "alias stored": Out(5)["output"] = "note/y"; Rename(operations, "flatten/output", "conv1/output"); operations.RemoveAt(17); break;
                case "alias attribute": At(5)["attributes"] = new JsonObject { ["size"] = "2,144" }; break;
                case "unused tensor": operations.RemoveAt(17); break;
                case "empty name": At(0)["name"] = string.Empty; break;
                default: break;
            }
        },
        text: text => how switch
        {
            "key twice" => text.Replace("\"device\":", "\"device\":\"x\",\"device\":", StringComparison.Ordinal),
            "cut" => text[..(text.Length / 2)],
            "no object" => "[1]",
            _ => text,
        });

    private static void Rename(JsonArray operations, string before, string after)
    {
        foreach (JsonNode? operation in operations)
        {
            JsonObject inputs = operation!["inputs"]!.AsObject();
            foreach (string role in inputs.Where(pair => pair.Value!.GetValue<string>() == before).Select(pair => pair.Key).ToArray())
            {
                inputs[role] = after;
            }
        }
    }

    private string Sample()
    {
        string path = _folder["step.safetensors"];
        TraceSample.Write(path);
        return path;
    }
}
