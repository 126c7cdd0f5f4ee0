namespace RobMask.Verification.Operations;

/// <summary>A tensor that an operation reads.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">The rule for its shape, see <see cref="ShapeRule"/>.</param>
/// <param name="Kind">What its elements are.</param>
/// <param name="Optional">True where the operation does without it.</param>
public sealed record OperationInput(string Name, string Shape, InputKind Kind = InputKind.Float, bool Optional = false)
{
    /// <summary>The element types that are accepted.</summary>
    public string Type => Kind == InputKind.Float ? "F32 or F64" : "I64 or I32";
}

/// <summary>What the elements of an input are.</summary>
public enum InputKind
{
    /// <summary>Numbers of the operation's precision: F32 or F64, the same for all inputs.</summary>
    Float,

    /// <summary>Class labels: I64 or I32.</summary>
    Labels,
}

/// <summary>A tensor that an operation gives.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Condition">When it is given; empty for always.</param>
/// <param name="Type">Its element type: «T» for the operation's precision.</param>
public sealed record OperationOutput(string Name, string Shape, string Condition = "", string Type = "T");
