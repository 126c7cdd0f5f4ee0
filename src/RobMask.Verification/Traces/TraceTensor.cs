using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Traces;

/// <summary>A tensor of a trace.</summary>
/// <param name="Name">Its name in the program.</param>
/// <param name="Stored">The tensor of the file that has its elements: itself, or what it is an alias of.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Producer">The index of the operation that gave it; −1 for what the program was given.</param>
public sealed record TraceTensor(string Name, string Stored, SafetensorsType Type, TensorShape Shape, int Producer);
