using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>What comes out for one image does not depend on the rest of the batch.</summary>
internal sealed class BatchIndependenceLaw() : Law(
    "batch independence",
    "outside training an image's result is the same alone and in a batch",
    "conv2d", "linear", "normalize", "batch_norm", "rescale", "mixed_rescale", "max_pool2d", "avg_pool2d", "global_avg_pool", "softmax", "log_softmax", "pgd_step")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        TensorShape shape = given.Request.Inputs["input"].Shape;
        if (shape[0] < 2 || given.Request.Attributes.GetValueOrDefault("training") == "true" || !given.Asked.Has("output"))
        {
            return null;
        }

        int image = shape[0] - 1;
        Dictionary<string, ITensor> inputs = new(StringComparer.Ordinal);
        foreach ((string name, ITensor tensor) in given.Request.Inputs)
        {
            bool perImage = name is "input" or "origin" or "grad" or "coefficients" || (name is "gamma" or "beta" && tensor.Shape.Rank == 2);
            inputs.Add(name, perImage ? TensorCuts.Image(tensor, image) : tensor);
        }

        LawRun alone = given.Run(given.Request with { Inputs = inputs });
        int length = given.Asked.Shape("output").LengthPerImage;
        return Same(alone, given.Asked, "output", "output", i => i + (image * length));
    }
}
