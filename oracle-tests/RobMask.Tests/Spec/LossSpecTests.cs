using System.Numerics;
using EvaluationOrder;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>Softmaxes and losses against the naive ones from the document.</summary>
public sealed class LossSpecTests
{
    [Fact]
    public void Softmaxes_have_the_bits_of_the_document() => SpecTheory.Repeat(120, Softmax<float>, Softmax<double>);

    [Fact]
    public void Cross_entropy_has_the_bits_of_the_document() => SpecTheory.Repeat(120, CrossEntropy<float>, CrossEntropy<double>);

    [Fact]
    public void Divergence_has_the_bits_of_the_document() => SpecTheory.Repeat(120, Divergence<float>, Divergence<double>);

    [Fact]
    public void Losses_of_attacks_have_the_bits_of_the_document() => SpecTheory.Repeat(360, Attack<float>, Attack<double>);

    private static void Softmax<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int classes) = (draw.Between(1, 5), draw.Of(1, 2, draw.Between(3, 12), draw.Between(30, 70)));
        T[] input = draw.Values<T>(images * classes, manner);
        T[] gradOutput = draw.Values<T>(images * classes, manner);
        T[] softmax = ByRow(input, classes, Softmaxes.Softmax);
        T[] logSoftmax = ByRow(input, classes, Softmaxes.LogSoftmax);
        foreach (string operation in new[] { "softmax", "log_softmax" })
        {
            Trial<T> trial = new(operation, draw);
            trial.Input("input", input, images, classes);
            trial.Gives("output", operation == "softmax" ? softmax : logSoftmax);
        }

        DenseTensor<T> gradInput = new(images, classes);
        DenseTensor<T> g = DenseTensor<T>.From(gradOutput, images, classes);
        global::RobMask.Ops.Softmax.Backward(DenseTensor<T>.From(softmax, images, classes), g, gradInput);
        new Trial<T>("softmax_backward", draw).Same("grad_input", ByRow(softmax, gradOutput, classes, Softmaxes.SoftmaxBackward), gradInput.Span);
        global::RobMask.Ops.LogSoftmax.Backward(DenseTensor<T>.From(logSoftmax, images, classes), g, gradInput);
        new Trial<T>("log_softmax_backward", draw).Same("grad_input", ByRow(logSoftmax, gradOutput, classes, Softmaxes.LogSoftmaxBackward), gradInput.Span);
    }

    private static void CrossEntropy<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Batch<T> batch = new(draw, manner, least: 1);
        float smoothing = draw.Of(0f, 0.1f, draw.Float(0, 0.99));
        batch.Run("cross_entropy", t => t.Attribute("label_smoothing", smoothing), n => Losses.CrossEntropy(batch.Row(n), batch.Labels[n], smoothing));
        batch.RunBackward("cross_entropy_backward", t => t.Attribute("label_smoothing", smoothing), n => Losses.CrossEntropyBackward(batch.Row(n), batch.Labels[n], smoothing, batch.Factor));
    }

    private static void Divergence<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Batch<T> batch = new(draw, manner, least: 1, labelled: false);
        T[] reference = draw.Values<T>(batch.Input.Length, manner);
        void Reference(Trial<T> trial) => trial.Input("reference", reference, batch.Images, batch.Classes);
        T[] Row(int n) => reference[(n * batch.Classes)..((n + 1) * batch.Classes)];
        batch.Run("kl_div", Reference, n => Losses.KlDivergence(Row(n), batch.Row(n)));
        batch.RunBackward("kl_div_backward", Reference, n => Losses.KlDivergenceBackward(Row(n), batch.Row(n), batch.Factor).Logits);
        batch.RunBackward("kl_div_backward", Reference, n => Losses.KlDivergenceBackward(Row(n), batch.Row(n), batch.Factor).Reference, "grad_reference");
    }

    private static void Attack<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Batch<T> batch = new(draw, manner, least: 4);
        int[] targets = [.. batch.Labels.Select(y => (y + draw.Between(1, batch.Classes - 1)) % batch.Classes)];
        static void Nothing(Trial<T> trial)
        {
        }

        void Targets(Trial<T> trial) => trial.Labels("attack_target", targets);
        batch.Run("margin_loss", Nothing, n => AttackLosses.Margin(batch.Row(n), batch.Labels[n]));
        batch.RunBackward("margin_loss_backward", Nothing, n => AttackLosses.MarginBackward(batch.Row(n), batch.Labels[n], batch.Factor));
        batch.Run("dlr_loss", Nothing, n => AttackLosses.Dlr(batch.Row(n), batch.Labels[n]));
        batch.RunBackward("dlr_loss_backward", Nothing, n => AttackLosses.DlrBackward(batch.Row(n), batch.Labels[n], batch.Factor));
        batch.Run("dlr_loss", Targets, n => AttackLosses.DlrTargeted(batch.Row(n), batch.Labels[n], targets[n]));
        batch.RunBackward("dlr_loss_backward", Targets, n => AttackLosses.DlrTargetedBackward(batch.Row(n), batch.Labels[n], targets[n], batch.Factor));
    }

    private static T[] ByRow<T>(T[] x, int classes, Func<T[], T[]> row) => [.. x.Chunk(classes).SelectMany(row)];

    private static T[] ByRow<T>(T[] x, T[] y, int classes, Func<T[], T[], T[]> row) => [.. x.Chunk(classes).Zip(y.Chunk(classes), row).SelectMany(v => v)];

    /// <summary>Logits, labels and a reduction; runs a loss and its gradient.</summary>
    private sealed class Batch<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Draw _draw;
        private readonly bool _labelled;
        private readonly string _reduction;

        public Batch(Draw draw, Manner manner, int least, bool labelled = true)
        {
            _draw = draw;
            _labelled = labelled;
            _reduction = draw.Of("mean", "sum", "none");
            Images = draw.Of(1, draw.Between(2, 9));
            Classes = draw.Of(least, draw.Between(least, 12), draw.Between(30, 45));
            Input = draw.Values<T>(Images * Classes, manner);
            Labels = draw.Labels(Images, Classes);
        }

        public int Images { get; }

        public int Classes { get; }

        public T[] Input { get; }

        public int[] Labels { get; }

        /// <summary>1/N, one rounding, for a mean; else 1.</summary>
        public T Factor => _reduction == "mean" ? T.One / T.CreateTruncating(Images) : T.One;

        public T[] Row(int n) => Input[(n * Classes)..((n + 1) * Classes)];

        public void Run(string operation, Action<Trial<T>> more, Func<int, T> loss)
        {
            T[] perImage = [.. Enumerable.Range(0, Images).Select(loss)];
            Make(operation, more).Gives("output", _reduction == "none" ? perImage : [Losses.Reduce(perImage, _reduction == "mean")]);
        }

        public void RunBackward(string operation, Action<Trial<T>> more, Func<int, T[]> gradient, string output = "grad_input") =>
            Make(operation, more).Gives(output, [.. Enumerable.Range(0, Images).SelectMany(gradient)]);

        private Trial<T> Make(string operation, Action<Trial<T>> more)
        {
            Trial<T> trial = new(operation, _draw);
            trial.Input("input", Input, Images, Classes);
            trial.Attribute("reduction", _reduction);
            if (_labelled)
            {
                trial.Labels("target", Labels);
            }

            more(trial);
            return trial;
        }
    }
}
