using System.Globalization;
using RobMask.Engines;
using RobMask.Engines.Recording;
using RobMask.Ops;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Runs what is no part of a network, and tells a recorder of it where there is one.</summary>
internal static class TorchRecords
{
    public static void CrossEntropy(IOperationRecorder? recorder, (Tensor Logits, Tensor Labels, float Smoothing, float Factor) given, Action run, (Tensor Loss, Tensor? Gradient) results)
    {
        run();
        if (recorder is null)
        {
            return;
        }

        RecordedTensor[] inputs = [TorchHost.Recorded("input", given.Logits), TorchHost.Recorded("target", given.Labels, "labels")];
        Dictionary<string, string> attributes = new() { ["reduction"] = "none", ["label_smoothing"] = Text(given.Smoothing) };
        recorder.Record(new RecordedOperation("loss", "cross_entropy", RecordedPhase.Loss, attributes, inputs, [TorchHost.Recorded("output", results.Loss)]));
        if (results.Gradient is { } gradient)
        {
            // The catalogue knows the gradients of the mean and of the sum; another factor is recorded, not judged.
            bool isMean = given.Factor == 1f / given.Logits.shape[0];
            bool isKnown = isMean || given.Factor == 1;
            Dictionary<string, string> how = isKnown ? new(attributes) { ["reduction"] = isMean ? "mean" : "sum" } : new() { ["factor"] = Text(given.Factor) };
            recorder.Record(new RecordedOperation("loss", isKnown ? "cross_entropy_backward" : "cross_entropy_backward_scaled", RecordedPhase.Loss, how, inputs, [TorchHost.Recorded("grad_input", gradient)]) { IsOpaque = !isKnown });
        }
    }

    public static void SgdStep(IOperationRecorder? recorder, (Tensor Parameter, Tensor Gradient, Tensor? Buffer, bool IsFirst) given, in SgdOptions options, Action run)
    {
        if (recorder is null)
        {
            run();
            return;
        }

        List<RecordedTensor> inputs = [TorchHost.Recorded("param", given.Parameter), TorchHost.Recorded("grad", given.Gradient)];
        if (given.Buffer is { } before && !given.IsFirst)
        {
            inputs.Add(TorchHost.Recorded("momentum_buffer", before));
        }

        run();
        List<RecordedTensor> outputs = [TorchHost.Recorded("param", given.Parameter)];
        if (given.Buffer is { } after)
        {
            outputs.Add(TorchHost.Recorded("momentum_buffer", after));
        }

        recorder.Record(new RecordedOperation(
            "optimiser",
            "sgd_step",
            RecordedPhase.Optimiser,
            new Dictionary<string, string>
            {
                ["lr"] = Text(options.LearningRate),
                ["momentum"] = Text(options.Momentum),
                ["dampening"] = Text(options.Dampening),
                ["weight_decay"] = Text(options.WeightDecay),
                ["nesterov"] = options.Nesterov ? "true" : "false",
            },
            inputs,
            outputs));
    }

    public static void Step(IOperationRecorder? recorder, string norm, (Tensor Origin, Tensor Gradient, Tensor StepSize, Tensor Epsilon, PixelBox Box) given, Tensor images, Action run)
    {
        if (recorder is null)
        {
            run();
            return;
        }

        List<RecordedTensor> inputs = [TorchHost.Recorded("input", images), TorchHost.Recorded("origin", given.Origin, "images"), TorchHost.Recorded("grad", given.Gradient)];
        float? step = Common(given.StepSize);
        float? epsilon = Common(given.Epsilon);
        bool isKnown = step is not null && epsilon is not null;
        Dictionary<string, string> attributes = new() { ["norm"] = norm, ["min"] = Text(given.Box.Low), ["max"] = Text(given.Box.High) };
        if (isKnown)
        {
            attributes["step_size"] = Text(step!.Value);
            attributes["epsilon"] = Text(epsilon!.Value);
        }
        else
        {
            inputs.Add(TorchHost.Recorded("step_size", given.StepSize));
            inputs.Add(TorchHost.Recorded("epsilon", given.Epsilon));
        }

        run();
        recorder.Record(new RecordedOperation("attack", isKnown ? "pgd_step" : "pgd_step_per_image", RecordedPhase.Attack, attributes, inputs, [TorchHost.Recorded("output", images)]) { IsOpaque = !isKnown });
    }

    // The one value of all images, where there is one.
    private static float? Common(Tensor perImage)
    {
        using Tensor host = perImage.to(CPU).to(ScalarType.Float32);
        float[] values = host.data<float>().ToArray();
        return values.All(value => value.Equals(values[0])) ? values[0] : null;
    }

    private static string Text(float number) => number.ToString("R", CultureInfo.InvariantCulture);
}
