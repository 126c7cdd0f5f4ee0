using System.Buffers.Binary;
using System.Text;
using RobMask.Checkpoints;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Checkpoints;

/// <summary>The reader against a published file and hand-made ones; the writer against the reader.</summary>
public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Published_file_has_the_tensors_and_bytes_that_its_header_names()
    {
        string path = SharedData.RequireConformance("mnist-linf", "fast_at_fgsm.safetensors");
        using SafetensorsFile file = new(path);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias", "5.weight", "5.bias", "7.weight", "7.bias"], file.Entries.Select(e => e.Name));
        Assert.Equal(new TensorShape(32, 16, 4, 4), file["2.weight"].Shape);
        Assert.StartsWith("locuslab/fast_adversarial", file.Metadata["source"], StringComparison.Ordinal);

        // The oracle: byte positions read off the header by hand (8 + 904 bytes, then offset 33856).
        byte[] all = File.ReadAllBytes(path);
        float[] bias = new float[32];
        file.Read("2.bias", bias);
        for (int i = 0; i < bias.Length; i++)
        {
            Assert.Equal(BinaryPrimitives.ReadSingleLittleEndian(all.AsSpan(8 + 904 + 33856 + (4 * i))), bias[i]);
        }
    }

    [SkippableFact]
    public void Every_published_conformance_file_opens()
    {
        string folder = SharedData.RequireConformance("onnx");
        string[] files = Directory.GetFiles(folder, "*.safetensors");
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            using SafetensorsFile file = new(path);
            Assert.All(file.Entries, entry => Assert.Equal(entry.ByteLength, file.ReadBytes(entry.Name).Length));
        }
    }

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit()
    {
        string path = _folder["round.safetensors"];
        float[] singles = [0f, -0f, float.NaN, float.NegativeInfinity, float.Epsilon, 1.5f];
        SafetensorsWriter writer = new();
        writer.AddMetadata("why", "«é» \"quoted\"\n");
        writer.Add("a.weight", DenseTensor<float>.From(singles, 2, 3));
        writer.Add<double>("b", new TensorShape(2), new[] { Math.PI, -0.0 });
        writer.Add<int>("scalar", new TensorShape(), new[] { int.MinValue });
        writer.Add<long>("empty", new TensorShape(0, 5), Array.Empty<long>());
        writer.Add<bool>("mask", new TensorShape(3), new[] { true, false, true });
        writer.Save(path);

        using SafetensorsFile file = new(path);
        Assert.Equal("«é» \"quoted\"\n", file.Metadata["why"]);
        Assert.Equal(singles.Select(BitConverter.SingleToUInt32Bits), file.Load<float>("a.weight").Span.ToArray().Select(BitConverter.SingleToUInt32Bits));
        Assert.Equal(new TensorShape(2, 3), file["a.weight"].Shape);
        Assert.Equal([Math.PI, -0.0], file.Load<double>("b").Span.ToArray());
        Assert.Equal(int.MinValue, Assert.Single(file.Load<int>("scalar").Span.ToArray()));
        Assert.Equal(0, file.Load<long>("empty").Length);
        Assert.Equal([1, 0, 1], file.Load<int>("mask").Span.ToArray());
    }

    [Fact]
    public void The_same_tensors_give_the_same_bytes_in_a_header_of_whole_eights()
    {
        byte[][] written = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            SafetensorsWriter writer = new();
            writer.AddMetadata("z", "1");
            writer.AddMetadata("a", "2");
            writer.Add<float>("second", new TensorShape(1), new[] { 2f });
            writer.Add<float>("first", new TensorShape(1), new[] { 1f });
            using MemoryStream stream = new();
            writer.Save(stream);
            return stream.ToArray();
        })];
        Assert.Equal(written[0], written[1]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(written[0]);
        Assert.Equal(0, length % 8);
        string header = Encoding.UTF8.GetString(written[0], 8, (int)length);
        Assert.Equal(
            """{"__metadata__":{"z":"1","a":"2"},"second":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"first":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
            header.TrimEnd(' '));
    }

    [Fact]
    public void Every_half_and_bfloat16_pattern_widens_to_the_value_that_its_bits_mean()
    {
        foreach ((string type, int exponentBits, int fractionBits) in new[] { ("F16", 5, 10), ("BF16", 8, 7) })
        {
            byte[] data = new byte[2 << 16];
            for (int bits = 0; bits < 1 << 16; bits++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * bits), (ushort)bits);
            }

            string path = Write("{\"x\":{\"dtype\":\"" + type + "\",\"shape\":[65536],\"data_offsets\":[0,131072]}}", data);
            using SafetensorsFile file = new(path);
            float[] singles = new float[1 << 16];
            double[] doubles = new double[1 << 16];
            file.Read("x", singles);
            file.Read("x", doubles);
            for (int bits = 0; bits < 1 << 16; bits++)
            {
                int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
                int fraction = bits & ((1 << fractionBits) - 1);
                int bias = (1 << (exponentBits - 1)) - 1;
                double magnitude = exponent == (1 << exponentBits) - 1 ? (fraction == 0 ? double.PositiveInfinity : double.NaN)
                    : exponent == 0 ? Math.ScaleB(fraction, 1 - bias - fractionBits)
                    : Math.ScaleB(fraction + (1 << fractionBits), exponent - bias - fractionBits);
                double value = bits >> 15 == 1 ? -magnitude : magnitude;
                Assert.Equal(value, doubles[bits]);
                Assert.Equal(value, (double)singles[bits]);
            }
        }
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", 4, "occurs twice")]
    [InlineData("""{"x":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "occurs twice")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "occurs twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "must be a string")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "has 8 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "must begin here")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "must begin here")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "must end where")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "must end where")]
    [InlineData("""{"x":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "not one of F64, F32")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "integers from 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "integers from 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4000000000],"data_offsets":[0,4]}}""", 4, "more than")]
    [InlineData("""{"x":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,4]}}""", 4, "more than")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", 4, "integers from 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "two data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1]}}""", 4, "two data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", 4, "no «more»")]
    [InlineData("""[1]""", 0, "must be one object")]
    [InlineData("""{} {}""", 0, "valid JSON")]
    [InlineData("""{"x":""", 0, "valid JSON")]
    public void A_header_that_breaks_a_rule_is_refused_with_the_rule(string header, int dataLength, string rule)
    {
        string path = Write(header, new byte[dataLength]);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new SafetensorsFile(path));
        Assert.StartsWith($"{path}: byte ", error.Message, StringComparison.Ordinal);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("cut.safetensors", whole[..length]);
            Assert.Throws<InvalidDataException>(() => new SafetensorsFile(path));
        }
    }

    [Fact]
    public void A_header_length_beyond_the_file_allocates_nothing()
    {
        byte[] bytes = Sample();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, 99_000_000);
        string path = _folder.Write("bomb.safetensors", bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => new SafetensorsFile(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Mutated_bytes_give_an_error_of_data_or_a_readable_file()
    {
        const int Seed = 20261123;
        Random random = new(Seed);
        byte[] whole = Sample();
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = (byte[])whole.Clone();
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            string path = _folder.Write("mutated.safetensors", bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using SafetensorsFile file = new(path);
                foreach (SafetensorsEntry entry in file.Entries)
                {
                    Assert.Equal(entry.ByteLength, file.ReadBytes(entry.Name).Length);
                }
            }
            catch (InvalidDataException)
            {
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, round {round}: {error}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    [Fact]
    public void A_type_is_read_only_where_every_value_is_kept()
    {
        string path = Write(
            """{"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"l":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},"m":{"dtype":"BOOL","shape":[2],"data_offsets":[16,18]}}""",
            [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2]);
        using SafetensorsFile file = new(path);
        Assert.Contains("float does not hold exactly", Assert.Throws<InvalidDataException>(() => file.Load<float>("d")).Message, StringComparison.Ordinal);
        Assert.Contains("32-bit", Assert.Throws<InvalidDataException>(() => file.Load<int>("l")).Message, StringComparison.Ordinal);
        Assert.Contains("0 or 1, found 2", Assert.Throws<InvalidDataException>(() => file.Load<long>("m")).Message, StringComparison.Ordinal);
        Assert.Contains("no tensor «x»", Assert.Throws<InvalidDataException>(() => file["x"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.Read("d", new double[2]));
        Assert.Equal(1.0, file.Load<double>("d").Span[0]);
        Assert.Equal(1L << 32, file.Load<long>("l").Span[0]);
    }

    [Fact]
    public void A_name_can_be_added_once_and_values_must_fill_the_shape()
    {
        SafetensorsWriter writer = new();
        writer.Add<float>("x", new TensorShape(1), new float[1]);
        Assert.Throws<ArgumentException>(() => writer.Add<float>("x", new TensorShape(1), new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add<float>("__metadata__", new TensorShape(1), new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add<float>("y", new TensorShape(2), new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add<char>("y", new TensorShape(1), new char[1]));
    }

    [Fact]
    public void A_failed_write_keeps_the_old_file_and_leaves_no_other()
    {
        string path = _folder.Write("kept.txt", "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException("planted");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
        AtomicFile.WriteText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Throws<IOException>(() => AtomicFile.WriteText(_folder.Path, "a folder stands here"));
    }

    private static byte[] Sample()
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "pt");
        writer.Add<float>("layer.weight", new TensorShape(2, 3), new float[] { 1, 2, 3, 4, 5, 6 });
        writer.Add<long>("steps", new TensorShape(1), new long[] { 7 });
        using MemoryStream stream = new();
        writer.Save(stream);
        return stream.ToArray();
    }

    private string Write(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        return _folder.Write($"{Guid.NewGuid():N}.safetensors", [.. prefix, .. json, .. data]);
    }
}
