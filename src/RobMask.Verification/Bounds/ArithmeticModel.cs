namespace RobMask.Verification.Bounds;

/// <summary>What an implementation is allowed to do with its numbers: the precision that it declares.</summary>
/// <remarks>
/// Everything but sums of products is computed in float with rounding to nearest, whatever the model: each elementary
/// operation with relative error <see cref="Unit"/>, in any order, fused or not. A model says what happens to the operands
/// and to the accumulator of a convolution or a product of matrices. <c>docs/bounds.md</c> has the theorems.
/// </remarks>
public sealed record ArithmeticModel
{
    /// <summary>u = 2⁻²⁴, the unit roundoff of float with rounding to nearest.</summary>
    public const double Unit = 1.0 / (1 << 24);

    private const double TensorCoreUnit = 2 * Unit;

    private ArithmeticModel(string name) => Name = name;

    /// <summary>IEEE binary32 throughout: products fused or rounded, sums in any order, rounding to nearest.</summary>
    public static ArithmeticModel Fp32 { get; } = new("fp32");

    /// <summary>Operands of products cut or rounded to 11 bits, range of float; tensor-core accumulator.</summary>
    public static ArithmeticModel Tf32 { get; } = new("tf32")
    {
        OperandBits = 11,
        OperandRounding = Math.ScaleB(1, -10),
        OperandLeast = Math.ScaleB(1, -126),
        OperandFloor = Math.ScaleB(1, -126),
        OperandGreatest = (2 - Math.ScaleB(1, -10)) * Math.ScaleB(1, 127),
        HasTensorCores = true,
    };

    /// <summary>Operands of products rounded to binary16; tensor-core accumulator.</summary>
    public static ArithmeticModel Fp16 { get; } = new("fp16")
    {
        OperandBits = 11,
        OperandRounding = Math.ScaleB(1, -11),
        OperandLeast = Math.ScaleB(1, -14),
        OperandFloor = Math.ScaleB(1, -25),
        OperandGreatest = 65504,
        StoresOperands = true,
        HasTensorCores = true,
    };

    /// <summary>Operands of products rounded to bfloat16; tensor-core accumulator.</summary>
    public static ArithmeticModel Bf16 { get; } = new("bf16")
    {
        OperandBits = 8,
        OperandRounding = Math.ScaleB(1, -8),
        OperandLeast = Math.ScaleB(1, -126),
        OperandFloor = Math.ScaleB(1, -126),
        OperandGreatest = (2 - Math.ScaleB(1, -7)) * Math.ScaleB(1, 127),
        StoresOperands = true,
        HasTensorCores = true,
    };

    /// <summary>All models, the most precise first.</summary>
    public static IReadOnlyList<ArithmeticModel> All { get; } = [Fp32, Tf32, Fp16, Bf16];

    /// <summary>Its name: fp32, tf32, fp16 or bf16.</summary>
    public string Name { get; }

    /// <summary>The relative error with which an operand of a product enters; 0 where it enters as it is.</summary>
    public double OperandRounding { get; private init; }

    /// <summary>The absolute error of an operand too small for that: it may be flushed to zero.</summary>
    public double OperandFloor { get; private init; }

    /// <summary>The greatest operand of a product; a greater one becomes infinite.</summary>
    public double OperandGreatest { get; private init; } = float.MaxValue;

    /// <summary>The significant bits of an operand of a product.</summary>
    internal int OperandBits { get; private init; } = 24;

    /// <summary>The least magnitude that has them.</summary>
    internal double OperandLeast { get; private init; }

    /// <summary>Whether operands are stored in 16 bits, so that a gradient's plain sum, that of a bias, has rounded terms too. TF32 is stored as float.</summary>
    internal bool StoresOperands { get; private init; }

    /// <summary>Whether sums of products may be accumulated as tensor cores do, in aligned and truncated blocks.</summary>
    public bool HasTensorCores { get; private init; }

    /// <summary>Absolute error of one product that underflows: half a subnormal's spacing, or all of it where it is flushed.</summary>
    public double Underflow => HasTensorCores ? Math.ScaleB(1, -126) : Math.ScaleB(1, -150);

    /// <summary>Finds a model by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ArithmeticModel Find(string name) =>
        All.FirstOrDefault(model => model.Name == name)
        ?? throw new ArgumentException($"there is no precision «{name}»; expected {string.Join(", ", All.Select(model => model.Name))}", nameof(name));

    /// <summary>
    /// The factor c of |ŝ − s| ≤ c·Σ|a_k·b_k| for a sum of <paramref name="terms"/> products, their operands exact: γ_n of
    /// Higham 2002, §3.1, in any order, fused or not; on tensor cores with (1.5n + 18)·2⁻²³ for n·u, which covers blocks of
    /// 4 to 16 terms cut to 23 fractional bits and results rounded toward zero. Infinite where the theorem does not hold.
    /// </summary>
    public double Accumulation(long terms)
    {
        double x = HasTensorCores ? ((1.5 * terms) + 18) * TensorCoreUnit : terms * Unit;
        return x < 1 ? x / (1 - x) : double.PositiveInfinity;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
