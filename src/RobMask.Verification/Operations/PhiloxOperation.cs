using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary>The numbers of <see cref="PhiloxStream"/>.</summary>
internal sealed class PhiloxOperation : Operation
{
    public PhiloxOperation()
        : base("philox", "random numbers of Philox4x32-10, key = seed, counter = (block, block's high word, 0, stream)")
    {
        Attributes =
        [
            OperationSetting.Word("seed"),
            OperationSetting.Integer("stream", null, 0, uint.MaxValue),
            OperationSetting.Integer("count", null, 0),
            OperationSetting.Choice("distribution", "uniform", "uniform", "normal", "words"),
        ];
        Outputs = [new("output", "[count]", Type: "T, or I64 of 0 to 2³² − 1 with distribution=words")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        ulong seed = unchecked((ulong)call.Integer("seed"));
        uint stream = (uint)call.Integer("stream");
        PhiloxStream numbers = new(new PhiloxKey(seed, stream, 0));
        TensorShape shape = new((int)call.Integer("count"));
        switch (call.Choice("distribution"))
        {
            case "words": call.Output("output", Words(seed, stream, shape)); break;
            case "normal": numbers.FillNormal(call.Output("output", shape)); break;
            default: numbers.FillUniform(call.Output("output", shape)); break;
        }
    }

    /// <summary>The 32-bit draws themselves, for whoever writes a generator of their own.</summary>
    private static DenseTensor<long> Words(ulong seed, uint stream, TensorShape shape)
    {
        DenseTensor<long> words = new(shape);
        for (int i = 0; i < words.Length; i++)
        {
            (uint word0, uint word1, uint word2, uint word3) = Philox.Block((uint)seed, (uint)(seed >> 32), (uint)(i >> 2), 0, 0, stream);
            words.Span[i] = (i & 3) switch { 0 => word0, 1 => word1, 2 => word2, _ => word3 };
        }

        return words;
    }
}
