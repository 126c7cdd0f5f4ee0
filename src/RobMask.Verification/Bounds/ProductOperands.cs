namespace RobMask.Verification.Bounds;

/// <summary>What the operands of sums of products as a whole say of the bounds of all outputs.</summary>
internal readonly struct ProductOperands
{
    private const double DoubleRounding = 1.0 / (1L << 52);

    public ProductOperands(BoundedTensor left, BoundedTensor right, BoundedTensor? bias, long terms, bool padded, ArithmeticModel model)
    {
        OperandRange a = OperandRange.Of(left);
        OperandRange b = OperandRange.Of(right);
        OperandRange c = bias is null ? new OperandRange(0, double.PositiveInfinity, 10_000, 0, false, false) : OperandRange.Of(bias);
        bool exact = left.IsExact && right.IsExact && (bias is null || bias.IsExact);

        // Operands that are numbers of the model enter as they are (theorem P3); a bound on an operand leaves open which number it is.
        double roundingA = left.IsExact && a.Fits(model) ? 0 : model.OperandRounding;
        double roundingB = right.IsExact && b.Fits(model) ? 0 : model.OperandRounding;
        double floorA = roundingA == 0 ? 0 : model.OperandFloor;
        double floorB = roundingB == 0 ? 0 : model.OperandFloor;
        double operand = roundingA + roundingB + (roundingA * roundingB);
        double accumulation = model.Accumulation(terms + (bias is null ? 0 : 1));
        Factor = operand + ((1 + operand) * accumulation) + (((3 * terms) + 8) * DoubleRounding);
        Floor = terms * (1 + accumulation) * (model.Underflow + (floorA * ((b.Greatest * (1 + roundingB)) + floorB)) + (floorB * a.Greatest * (1 + roundingA)));
        bool biasFits = bias is null || (bias.IsExact && c.Fits(model));
        BiasFactor = biasFits ? 0 : model.OperandRounding;
        Floor += biasFits ? 0 : model.OperandFloor;
        bool overflows = a.Greatest > model.OperandGreatest || b.Greatest > model.OperandGreatest || c.Greatest > model.OperandGreatest;
        Floor = overflows || double.IsInfinity(accumulation) ? double.PositiveInfinity : Floor;

        // Multiples of 2^unit: exact while they stay below 2²⁴ of them; half of that where blocks are cut to 23 fractional bits (theorem E1).
        int unit = Math.Min(a.LowestBit + b.LowestBit, c.LowestBit);
        bool isExact = exact && operand == 0 && biasFits && !overflows && unit >= (model.HasTensorCores ? -126 : -149);
        ExactUpTo = isExact ? Math.Min(Math.ScaleB(1, unit + (model.HasTensorCores ? 23 : 24)), float.MaxValue) : 0;

        // 0·∞ is NaN: an operand that may be rounded or perturbed to zero, or from it, decides whether an infinite one makes an infinity.
        bool maySwitch = (a.HasSpecials || b.HasSpecials) && (!left.IsExact || !right.IsExact || Math.Min(a.Least, b.Least) < 4 * model.OperandFloor);

        // Kernels for 16-bit operands take them in pairs and blocks, and not all fill up both operands with zeros: 0·∞ where no product is (oneDNN, 3 terms of bfloat16).
        maySwitch |= model.StoresOperands && (a.HasSpecials || b.HasSpecials);
        LeavesSpecialsOpen = a.HasUnknowns || b.HasUnknowns || c.HasUnknowns || overflows || maySwitch || (terms * a.Greatest * b.Greatest) + c.Greatest > float.MaxValue;
        PaddingLeavesOpen = padded && (a.HasSpecials || b.HasSpecials);
    }

    /// <summary>Bound for each unit of Σ|a·b| + |bias|, and beside that.</summary>
    public double Factor { get; }

    /// <inheritdoc cref="Factor"/>
    public double Floor { get; }

    /// <summary>Bound for each unit of a bias that is rounded as an operand is.</summary>
    public double BiasFactor { get; }

    /// <summary>Sums of magnitudes up to this are exact in any order; 0 where only sums of nothing are.</summary>
    public double ExactUpTo { get; }

    /// <summary>Whether a NaN or an infinity beside finite operands leaves a sum undecided.</summary>
    public bool LeavesSpecialsOpen { get; }

    /// <summary>Whether a NaN may come from a product of padding with an infinite or NaN operand.</summary>
    public bool PaddingLeavesOpen { get; }
}
