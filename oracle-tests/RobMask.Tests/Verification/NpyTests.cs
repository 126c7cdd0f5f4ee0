using System.Buffers.Binary;
using System.Text;
using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>The npy reader against files laid out by hand after NumPy's format description; the writer against the reader.</summary>
public sealed class NpyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_as_numpy_writes_it_is_read()
    {
        // numpy.save of array([[1, 2, 3], [4, 5, 6.5]], dtype=float32): header of 128 bytes in all, then the values.
        byte[] data = new byte[24];
        float[] values = [1, 2, 3, 4, 5, 6.5f];
        Buffer.BlockCopy(values, 0, data, 0, data.Length);
        string path = Write("x.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n", data);
        using ITensorFile file = TensorFile.Open(path);
        TensorEntry entry = Assert.Single(file.Entries);
        Assert.Equal(new TensorEntry("x", SafetensorsType.F32, new TensorShape(2, 3)), entry);
        Assert.Equal(values, Assert.IsType<DenseTensor<float>>(file.Load("x")).Span.ToArray());
    }

    [Fact]
    public void An_array_in_Fortran_order_is_turned_to_C_order()
    {
        // numpy.save of numpy.asfortranarray(x), x[i, j, k] = 100 i + 10 j + k, int32: i runs fastest in the file.
        byte[] data = new byte[2 * 3 * 4 * sizeof(int)];
        int at = 0;
        for (int k = 0; k < 4; k++)
        {
            for (int j = 0; j < 3; j++)
            {
                for (int i = 0; i < 2; i++, at += sizeof(int))
                {
                    BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(at), (100 * i) + (10 * j) + k);
                }
            }
        }

        using NpyFile file = new(Write("f.npy", "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 4), }", data));
        DenseTensor<int> tensor = Assert.IsType<DenseTensor<int>>(file.Load("f"));
        Assert.Equal(new TensorShape(2, 3, 4), tensor.Shape);
        Assert.Equal([0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123], tensor.Span.ToArray());
    }

    [Fact]
    public void Half_precision_is_widened_to_float()
    {
        // 1, the smallest subnormal, the largest number, −∞.
        byte[] data = [0x00, 0x3c, 0x01, 0x00, 0xff, 0x7b, 0x00, 0xfc];
        using NpyFile file = new(Write("h.npy", "{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", data));
        Assert.Equal(SafetensorsType.F16, file.Entries[0].Type);
        Assert.Equal([1f, 5.9604645e-8f, 65504f, float.NegativeInfinity], Assert.IsType<DenseTensor<float>>(file.Load("h")).Span.ToArray());
    }

    [Theory]
    [InlineData("""{"shape": (), "fortran_order": False, "descr": "<f8"}""", 8, "[]")]
    [InlineData("{'descr':'<f8','fortran_order':False,'shape':(1,)}", 8, "[1]")]
    [InlineData("{'descr': '|b1', 'fortran_order': False, 'shape': (0, 7), }", 0, "[0, 7]")]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2,), }", 16, "[1, 2]")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }   \n", 3, "[3]")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", 4, "[1]")]
    public void Every_spelling_of_a_valid_header_is_read(string header, int dataLength, string shape)
    {
        using NpyFile file = new(Write("y.npy", header, new byte[dataLength]));
        Assert.Equal(shape, file.Entries[0].Shape.ToString());
        Assert.Equal(shape, file.Load("y").Shape.ToString());
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", 4, "one of <f2, <f4, <f8, <i4, <i8, |u1, |b1, found «>f4»")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 8, "found «<c8»")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "structured types are not read")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", 4, "must be True or False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", 4, "must have descr")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 4, "once each, found «descr»")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", 4, "once each, found «x»")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", 4, "as (3,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': [1]}", 4, "«(» was expected")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4, "integers from 0")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (01,)}", 4, "leading zeros")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536)}", 4, "at most 64 extents")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999)}", 0, "at most 64 extents")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 4, "has 8 bytes of data, found 4")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 5, "has 4 bytes of data, found 5")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", 4, "nothing but spaces")]
    [InlineData("__import__('os')", 4, "«{» was expected")]
    [InlineData("{'descr': '<f4", 4, "in quotes was expected")]
    [InlineData("", 0, "«{» was expected")]
    public void A_header_that_breaks_a_rule_is_refused_with_the_rule(string header, int dataLength, string rule)
    {
        string path = Write("bad.npy", header, new byte[dataLength]);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new NpyFile(path));
        Assert.StartsWith($"{path}: byte ", error.Message, StringComparison.Ordinal);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Magic_version_and_header_length_are_checked()
    {
        byte[] good = File.ReadAllBytes(Write("good.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", new byte[4]));
        Assert.Contains("93 4E 55", Refused(good, (0, 0x92)), StringComparison.Ordinal);
        Assert.Contains("found 4.0", Refused(good, (6, 4)), StringComparison.Ordinal);
        Assert.Contains("found 1.1", Refused(good, (7, 1)), StringComparison.Ordinal);
        Assert.Contains("at most 10000", Refused(good, (8, 0xff), (9, 0xff)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_boolean_must_be_0_or_1()
    {
        using NpyFile file = new(Write("b.npy", "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", [1, 0, 2]));
        Assert.Contains("must be 0 or 1, found 2", Assert.Throws<InvalidDataException>(() => file.Load("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit_and_begins_at_a_multiple_of_64()
    {
        foreach (ITensor tensor in TensorSamples.EveryType())
        {
            string path = _folder["round.npy"];
            TensorFile.Write(path, [new NamedTensor("whatever", tensor)]);
            byte[] bytes = File.ReadAllBytes(path);
            Assert.Equal(0, (10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8))) % 64);
            TensorSamples.AssertSame(tensor, Assert.Single(TensorFile.ReadAll(path)).Tensor);
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = File.ReadAllBytes(Write("w.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", new byte[8]));
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("cut.npy", whole[..length]);
            Assert.Throws<InvalidDataException>(() => new NpyFile(path));
        }
    }

    [Fact]
    public void Only_one_tensor_fits_an_npy_file_and_only_known_extensions_are_opened()
    {
        NamedTensor[] two = [new("a", new DenseTensor<float>(1)), new("b", new DenseTensor<float>(1))];
        Assert.Contains("holds one tensor, not 2 (a, b)", Assert.Throws<ArgumentException>(() => TensorFile.Write(_folder["two.npy"], two)).Message, StringComparison.Ordinal);
        Assert.Contains(".safetensors, .npz or .npy", Assert.Throws<ArgumentException>(() => TensorFile.Write(_folder["two.pt"], two)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TensorFile.Open("x.bin"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private string Refused(byte[] good, params (int Position, byte Value)[] changes)
    {
        byte[] bytes = (byte[])good.Clone();
        foreach ((int position, byte value) in changes)
        {
            bytes[position] = value;
        }

        string path = _folder.Write("changed.npy", bytes);
        return Assert.Throws<InvalidDataException>(() => new NpyFile(path)).Message;
    }

    private string Write(string name, string header, byte[] data)
    {
        byte[] text = Encoding.ASCII.GetBytes(header);
        byte[] prefix = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(8), (ushort)text.Length);
        return _folder.Write(name, [.. prefix, .. text, .. data]);
    }
}
