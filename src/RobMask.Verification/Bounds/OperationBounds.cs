using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Bounds;

/// <summary>The outputs of any operation of the catalogue in double, with a bound for each element in a declared precision.</summary>
public static class OperationBounds
{
    private static readonly Dictionary<string, Action<BoundCall>> Rules = new(StringComparer.Ordinal)
    {
        ["conv2d"] = ConvolutionBounds.Forward,
        ["conv2d_backward"] = ConvolutionBounds.Backward,
        ["linear"] = LinearBounds.Forward,
        ["linear_backward"] = LinearBounds.Backward,
        ["normalize"] = NormalizeBounds.Normalize,
        ["normalize_backward"] = NormalizeBackwardBounds.Normalize,
        ["rescale"] = RescaleBounds.Forward,
        ["rescale_backward"] = RescaleBounds.Backward,
        ["batch_norm"] = NormalizeBounds.BatchNorm,
        ["batch_norm_backward"] = NormalizeBackwardBounds.BatchNorm,
        ["mixed_rescale"] = MixedRescaleBounds.Forward,
        ["mixed_rescale_backward"] = MixedRescaleBounds.Backward,
        ["relu"] = ReluBounds.Forward,
        ["relu_backward"] = ReluBounds.Backward,
        ["feature_mask"] = ReluBounds.Mask,
        ["sum"] = SumBounds.Sum,
        ["mean"] = SumBounds.Mean,
        ["add"] = AddBounds.Forward,
        ["max_pool2d"] = MaxPoolBounds.Forward,
        ["max_pool2d_backward"] = MaxPoolBounds.Backward,
        ["avg_pool2d"] = AveragePoolBounds.Forward,
        ["avg_pool2d_backward"] = AveragePoolBounds.Backward,
        ["global_avg_pool"] = AveragePoolBounds.GlobalForward,
        ["global_avg_pool_backward"] = AveragePoolBounds.GlobalBackward,
        ["softmax"] = SoftmaxBounds.Softmax,
        ["log_softmax"] = SoftmaxBounds.LogSoftmax,
        ["cross_entropy"] = CrossEntropyBounds.Forward,
        ["cross_entropy_backward"] = CrossEntropyBounds.Backward,
        ["kl_div"] = KlDivBounds.Forward,
        ["kl_div_backward"] = KlDivBounds.Backward,
        ["margin_loss"] = MarginLossBounds.Forward,
        ["margin_loss_backward"] = MarginLossBounds.Backward,
        ["dlr_loss"] = DlrLossBounds.Forward,
        ["dlr_loss_backward"] = DlrLossBounds.Backward,
        ["sgd_step"] = SgdBounds.Step,
        ["pgd_step"] = PgdBounds.Step,
        ["philox"] = PhiloxBounds.Draw,
    };

    /// <summary>Whether there are bounds for an operation of the catalogue.</summary>
    internal static bool HasRule(string operation) => Rules.ContainsKey(operation);

    /// <summary>Bounds an operation on exact inputs: those that an implementation was given.</summary>
    /// <returns>Its outputs, in the order of its description.</returns>
    /// <exception cref="ArgumentException">A name, shape, type or attribute is wrong; the message says what was expected.</exception>
    public static IReadOnlyList<BoundedOutput> Compute(OperationRequest request, ArithmeticModel model)
    {
        ArgumentNullException.ThrowIfNull(request);
        Operation operation = OperationCatalog.Find(request.Name);
        Dictionary<string, ITensor> inputs = OperationBinding.Inputs<double>(operation, request.Inputs);
        Dictionary<string, BoundedTensor> numbers = new(StringComparer.Ordinal);
        Dictionary<string, DenseTensor<int>> labels = new(StringComparer.Ordinal);
        foreach ((string name, ITensor tensor) in inputs)
        {
            if (tensor is DenseTensor<int> label)
            {
                labels.Add(name, label);
            }
            else
            {
                numbers.Add(name, new BoundedTensor((DenseTensor<double>)tensor));
            }
        }

        return Compute(operation, numbers, labels, OperationBinding.Attributes(operation, request.Attributes), model);
    }

    /// <summary>The same on inputs that carry bounds themselves; shapes are those of a checked request.</summary>
    internal static IReadOnlyList<BoundedOutput> Compute(
        Operation operation,
        IReadOnlyDictionary<string, BoundedTensor> inputs,
        IReadOnlyDictionary<string, DenseTensor<int>> labels,
        IReadOnlyDictionary<string, object> attributes,
        ArithmeticModel model)
    {
        BoundCall call = new(inputs, labels, attributes, model);
        Rules[operation.Name](call);
        return call.Outputs;
    }
}
