using RobMask.Attacks;
using RobMask.Data;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>Attacks a few test images, the same ones for every network, and writes the pictures.</summary>
internal static class SampleMaker
{
    public static IReadOnlyList<SamplePicture> Make(string label, DeployedNetwork network, Dataset data, RunSettings settings, RunFolder folder)
    {
        TensorShape shape = data.ImageShape;
        int count = Math.Min(settings.SampleImages, data.Count);
        if (count == 0 || !data.Bounded || shape.Rank != 3 || shape[0] is not (1 or 3))
        {
            return [];
        }

        AttackSettings attack = settings.Evaluation.Attack!;
        int[] indices = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * data.Count / count))];
        string prefix = string.Concat(label.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
        return [.. Evaluator.Attack(network, data, indices, attack, settings.Evaluation.Seed).Select(image => One(image))];

        SamplePicture One(AttackedImage image)
        {
            double linf = 0;
            double squares = 0;
            float[] amplified = new float[image.Clean.Length];
            for (int i = 0; i < amplified.Length; i++)
            {
                double delta = (double)image.Attacked[i] - image.Clean[i];
                linf = Math.Max(linf, Math.Abs(delta));
                squares += delta * delta;
            }

            double scale = attack.Norm == AttackNorm.Linf ? attack.Epsilon : linf;
            for (int i = 0; i < amplified.Length; i++)
            {
                amplified[i] = scale > 0 ? (float)(0.5 + ((image.Attacked[i] - image.Clean[i]) / scale / 2)) : 0.5f;
            }

            string name = $"{prefix}-{image.Index}";
            return new SamplePicture(
                label,
                AttackNames.Short(attack),
                image.Index,
                data.ClassNames[image.Label],
                data.ClassNames[image.CleanPrediction],
                data.ClassNames[image.AttackedPrediction],
                linf,
                Math.Sqrt(squares),
                folder.WriteSample(name + "-original.png", Png(image.Clean, shape)),
                folder.WriteSample(name + "-attacked.png", Png(image.Attacked, shape)),
                folder.WriteSample(name + "-perturbation.png", Png(amplified, shape)));
        }
    }

    // Planes of [0, 1] to interleaved bytes.
    private static byte[] Png(float[] image, TensorShape shape)
    {
        int channels = shape[0];
        int pixels = shape[1] * shape[2];
        byte[] bytes = new byte[image.Length];
        for (int i = 0; i < pixels; i++)
        {
            for (int c = 0; c < channels; c++)
            {
                bytes[(i * channels) + c] = (byte)Math.Round(Math.Clamp(image[(c * pixels) + i], 0f, 1f) * 255);
            }
        }

        return PngEncoder.Encode(bytes, shape[2], shape[1], channels);
    }
}
