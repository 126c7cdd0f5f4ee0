using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>Operations without a gradient, or whose outputs depend on attributes, against values worked out by hand.</summary>
public sealed class OperationValueTests
{
    [Fact]
    public void Philox_words_are_the_published_known_answer()
    {
        // Random123's kat_vectors: philox4x32-10, counter 0, key 0.
        Assert.Equal([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8], Outputs<long>("philox", [], "seed=0 stream=0 count=4 distribution=words")["output"]);

        // uniform: the high 24 bits over 2²⁴.
        Assert.Equal(
            [(0x6627e8d5 >> 8) / 16777216f, (0xe169c58d >> 8) / 16777216f],
            Outputs<float>("philox", [], "seed=0 stream=0 count=2")["output"]);
        Assert.Equal([(0x6627e8d5 >> 8) / 16777216.0], Outputs<double>("philox", [], "seed=0 stream=0 count=1", OperationPrecision.F64)["output"]);
    }

    [Fact]
    public void Sgd_keeps_a_buffer_from_its_first_step_on()
    {
        // λ = 1/2: g = 2 + 1/2·4 = 4; first step b = g; w = 4 − 1/4·4 = 3.
        Dictionary<string, float[]> first = Outputs<float>("sgd_step", [("param", [4]), ("grad", [2])], "lr=0.25 momentum=0.5 weight_decay=0.5 dampening=0.25");
        Assert.Equal([3], first["param"]);
        Assert.Equal([4], first["momentum_buffer"]);

        // b = 1/2·4 + 3/4·4 = 5; w = 4 − 1/4·5.
        Dictionary<string, float[]> second = Outputs<float>("sgd_step", [("param", [4]), ("grad", [2]), ("momentum_buffer", [4])], "lr=0.25 momentum=0.5 weight_decay=0.5 dampening=0.25");
        Assert.Equal([2.75f], second["param"]);
        Assert.Equal([5], second["momentum_buffer"]);

        // Nesterov: b = 1/2·4 + 2 = 4, direction 2 + 1/2·4 = 4.
        Assert.Equal([3], Outputs<float>("sgd_step", [("param", [4]), ("grad", [2]), ("momentum_buffer", [4])], "lr=0.25 momentum=0.5 nesterov=true")["param"]);
        Assert.DoesNotContain("momentum_buffer", Outputs<float>("sgd_step", [("param", [4]), ("grad", [2])], "lr=0.25").Keys);
    }

    [Fact]
    public void Pgd_steps_then_projects_into_the_ball_then_into_the_box()
    {
        (string, float[])[] inputs = [("input", [0.5f, 0.25f, 0.875f, 0.5f]), ("origin", [0.25f, 0.25f, 0.875f, 0.5f]), ("grad", [3, -1, 1, -0f])];
        Assert.Equal([0.5f, 0.125f, 1, 0.5f], Outputs<float>("pgd_step", inputs, "norm=linf step_size=0.125 epsilon=0.25", shape: [2, 2])["output"]);
        Assert.Equal([0.5f, 0.125f, 0.9375f, 0.5f], Outputs<float>("pgd_step", inputs, "norm=linf step_size=0.125 epsilon=0.25 max=0.9375", shape: [2, 2])["output"]);

        // One image, gradient (3, 4): x + 5·(3, 4)/5, back to radius 1 about the origin 0.
        float[] l2 = Outputs<float>("pgd_step", [("input", [0, 0]), ("origin", [0, 0]), ("grad", [3, 4])], "norm=l2 step_size=5 epsilon=1", shape: [1, 2])["output"];
        Assert.Equal(0.6, l2[0], 6);
        Assert.Equal(0.8, l2[1], 6);
    }

    [Fact]
    public void Normalize_gives_statistics_in_training_and_running_ones_where_they_were_given()
    {
        // Channel of 1, 3: mean 2, biased variance 1, unbiased 2.
        Dictionary<string, float[]> bare = Outputs<float>("normalize", [("input", [1, 3])], "training=true eps=0", shape: [2, 1]);
        Assert.Equal(["output", "mean", "var"], bare.Keys);
        Assert.Equal([-1, 1], bare["output"]);
        Assert.Equal([2], bare["mean"]);
        Assert.Equal([1], bare["var"]);
        DenseTensor<float> input = DenseTensor<float>.From([1, 3], 2, 1);
        Dictionary<string, ITensor> inputs = new() { ["input"] = input, ["running_mean"] = DenseTensor<float>.From([4], 1), ["running_var"] = DenseTensor<float>.From([4], 1) };
        Dictionary<string, float[]> running = Values<float>(OperationCatalog.Run(new("normalize", inputs, OperationContractTests.Settings("training=true momentum=0.5"))));
        Assert.Equal([3], running["running_mean"]);
        Assert.Equal([3], running["running_var"]);
        Assert.Equal([4], ((DenseTensor<float>)inputs["running_mean"]).Span.ToArray());
        Dictionary<string, float[]> evaluation = Values<float>(OperationCatalog.Run(new("normalize", inputs, OperationContractTests.Settings("eps=0"))));
        Assert.Equal(["output"], evaluation.Keys);
        Assert.Equal([-1.5f, -0.5f], evaluation["output"]);
    }

    [Fact]
    public void Feature_mask_is_boolean_and_losses_are_scalars_unless_not_reduced()
    {
        DenseTensor<bool> mask = Assert.IsType<DenseTensor<bool>>(OperationCatalog.Run(new("feature_mask", new Dictionary<string, ITensor> { ["input"] = DenseTensor<float>.From([1, -0f, float.NaN], 3) }, OperationContractTests.Settings(string.Empty)))[0].Tensor);
        Assert.Equal([true, false, false], mask.Span.ToArray());
        Dictionary<string, ITensor> inputs = new() { ["input"] = DenseTensor<float>.From([0, 3, 5, 1], 2, 2), ["target"] = DenseTensor<int>.From([0, 0], 2) };
        Assert.Equal([-0.5f], Scalar("mean", inputs, out TensorShape shape));
        Assert.Equal(0, shape.Rank);
        Assert.Equal([-1], Scalar("sum", inputs, out _));
        Assert.Equal([3, -4], Scalar("none", inputs, out shape));
        Assert.Equal(new TensorShape(2), shape);
    }

    private static float[] Scalar(string reduction, Dictionary<string, ITensor> inputs, out TensorShape shape)
    {
        DenseTensor<float> output = (DenseTensor<float>)OperationCatalog.Run(new("margin_loss", inputs, OperationContractTests.Settings("reduction=" + reduction)))[0].Tensor;
        shape = output.Shape;
        return output.Span.ToArray();
    }

    private static Dictionary<string, T[]> Outputs<T>(string name, (string Name, float[] Values)[] inputs, string attributes, OperationPrecision? precision = null, int[]? shape = null)
        where T : unmanaged
    {
        Dictionary<string, ITensor> tensors = inputs.ToDictionary(i => i.Name, i => (ITensor)DenseTensor<float>.From(i.Values, shape ?? [i.Values.Length]));
        return Values<T>(OperationCatalog.Run(new OperationRequest(name, tensors, OperationContractTests.Settings(attributes)) { Precision = precision }));
    }

    private static Dictionary<string, T[]> Values<T>(IReadOnlyList<NamedTensor> outputs)
        where T : unmanaged => outputs.ToDictionary(o => o.Name, o => ((DenseTensor<T>)o.Tensor).Span.ToArray());
}
