using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Verification.Verdicts;

/// <summary>An output as an implementation gave it.</summary>
/// <param name="Name">The output's name in the catalogue.</param>
/// <param name="Tensor">Numbers, or bool for a decision; 16-bit numbers widened.</param>
/// <param name="Stored">The element type in which it was stored: BF16 and F16 allow one more rounding.</param>
public sealed record GotTensor(string Name, ITensor Tensor, SafetensorsType Stored)
{
    /// <summary>A tensor that is stored as it is in memory.</summary>
    public static GotTensor Of(NamedTensor tensor) => new(tensor.Name, tensor.Tensor, TensorFile.TypeOf(tensor.Tensor));

    /// <summary>A tensor of an open file.</summary>
    /// <exception cref="InvalidDataException">Its bytes are damaged.</exception>
    public static GotTensor Load(ITensorFile file, TensorEntry entry) => new(entry.Name, file.Load(entry.Name), entry.Type);
}
