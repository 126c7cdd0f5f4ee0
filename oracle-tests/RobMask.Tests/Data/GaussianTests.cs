using RobMask.Data;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

/// <summary>The closed forms against the figures of the design's method.md, and drawn points against the closed forms.</summary>
public sealed class GaussianTests
{
    // Half a unit of the last digit that is stated.
    private const double TenDigits = 0.5e-10 + 1e-12;
    private const double NineDigits = 0.5e-9 + 1e-12;
    private const double SixDigits = 0.5e-6 + 1e-12;
    private static readonly double[] Theta = [2.0, .. Enumerable.Repeat(0.2, 99)];
    private static readonly double[] Five = [2, 1.5, 1, 0.2, 0.1];
    private static readonly double[] Radii = [0.2, 0.4, 0.6, 0.8, 0.99];

    [Fact]
    public void Optima_have_the_stated_accuracies()
    {
        GaussianMixture mixture = new(Theta, 1);
        Assert.Equal(0.9976088793, mixture.CleanAccuracy(Theta), TenDigits);
        Assert.Equal(0.6926253046, mixture.LinfAccuracy(Theta, 0.3), TenDigits);
        double[] robust = mixture.RobustOptimum(0.3);
        Assert.Equal([1.7, .. Enumerable.Repeat(0.0, 99)], robust);
        Assert.Equal(0.9772498681, mixture.CleanAccuracy(robust), TenDigits);
        Assert.Equal(0.9554345372, mixture.LinfAccuracy(robust, 0.3), TenDigits);
        Assert.Equal(mixture.LinfAccuracy(robust, 0.3), mixture.BestLinfAccuracy(0.3), 1e-12);
    }

    [Fact]
    public void Interpolated_scores_have_the_stated_curve()
    {
        double[] clean = [.997609, .997587, .997511, .997352, .997067, .996574, .995728, .994246, .991568, .986596, .977250];
        double[] attacked = [.692625, .721922, .752691, .784425, .816370, .847531, .876741, .902835, .924879, .942391, .955435];
        GaussianMixture mixture = new(Theta, 1);
        for (int i = 0; i <= 10; i++)
        {
            double[] w = mixture.Interpolate(0.3, i / 10.0);
            Assert.Equal(clean[i], mixture.CleanAccuracy(w), SixDigits);
            Assert.Equal(attacked[i], mixture.LinfAccuracy(w, 0.3), SixDigits);
        }
    }

    [Fact]
    public void Two_masks_reach_the_optimum_of_every_radius_and_one_does_not()
    {
        double[] optima = [.990864620, .978935325, .956526254, .919776069, .871078369];
        GaussianMixture mixture = new(Five, 1);
        bool[] active = [true, true, true, false, false];
        for (int i = 0; i < Radii.Length; i++)
        {
            Assert.Equal(optima[i], mixture.BestLinfAccuracy(Radii[i]), NineDigits);
            Assert.Equal(optima[i], mixture.LinfAccuracy(mixture.TwoMasks(active, Radii[i]), Radii[i]), NineDigits);
        }

        Assert.Equal(.943436127, Radii.Average(mixture.BestLinfAccuracy), NineDigits);

        // The stated figure is the best of a grid of step 0.001, e = 0.771; the maximum, at e = 0.77052, is 6e-9 higher.
        double onGrid = Enumerable.Range(0, 2000).Max(i => Radii.Average(radius => mixture.LinfAccuracy(GaussianMixture.SoftThreshold(Five, i / 1000.0), radius)));
        Assert.Equal(.942153332, onGrid, NineDigits);
        Assert.InRange(mixture.BestSingleMask(Radii), onGrid, onGrid + 1e-8);
    }

    [Fact]
    public void Tsipras_formulas_have_the_stated_values()
    {
        TsiprasMixture mixture = new(0.95, 100, 0.3);
        double t = mixture.BestCleanWeight;
        Assert.Equal(4.907398298610732, t, 1e-12);
        Assert.Equal(.999469, mixture.Accuracy(t, 0), SixDigits);
        Assert.Equal(.989450, mixture.Accuracy(t, 0.1), SixDigits);
        Assert.Equal(.905197, mixture.Accuracy(t, 0.2), SixDigits);
        Assert.Equal(.615763, mixture.Accuracy(t, 0.3), SixDigits);
        Assert.Equal(.002404, mixture.Accuracy(t, 0.6), SixDigits);
    }

    [Fact]
    public void There_is_no_trade_off_against_L2_or_with_equal_features()
    {
        GaussianMixture mixture = new(Theta, 1);
        double best = mixture.L2Accuracy(Theta, 0.5);
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            double[] w = [.. Theta.Select(value => value + (0.2 * (random.NextDouble() - 0.5)))];
            Assert.True(mixture.L2Accuracy(w, 0.5) <= best + 1e-12);
        }

        GaussianMixture equal = new([0.5, 0.5, 0.5], 1);
        Assert.Equal(equal.BestLinfAccuracy(0.2), equal.LinfAccuracy([1, 1, 1], 0.2), 1e-12);
    }

    [Fact]
    public void Scales_after_batch_normalisation_give_the_same_score()
    {
        GaussianMixture mixture = new(Five, 0.7);
        double[] w = mixture.RobustOptimum(0.15);
        double[] gamma = mixture.Scales(w);
        double[] effective = [.. gamma.Select((g, i) => g / Math.Sqrt((Five[i] * Five[i]) + (0.7 * 0.7)))];
        for (int i = 0; i < Five.Length; i++)
        {
            Assert.Equal(2 * w[i] / (0.7 * 0.7), effective[i], 1e-12);
        }

        Assert.Equal(mixture.LinfAccuracy(w, 0.15), mixture.LinfAccuracy(effective, 0.15), 1e-12);
    }

    [Fact]
    public void Drawn_points_have_the_accuracy_of_the_closed_form()
    {
        DatasetPair pair = DatasetCatalog.Load("gaussian", new DatasetOptions { TestCount = 20_000, TrainCount = 2 });
        Assert.Equal(new TensorShape(100, 1, 1), pair.Test.ImageShape);
        Assert.False(pair.Test.Bounded);
        GaussianMixture mixture = new(Theta, 1);
        foreach (double[] w in new[] { Theta, mixture.RobustOptimum(0.3), mixture.Interpolate(0.3, 0.5) })
        {
            double shift = 0.3 * w.Sum(Math.Abs);
            Assert.InRange(Right(0), Low(mixture.CleanAccuracy(w)), High(mixture.CleanAccuracy(w)));
            Assert.InRange(Right(shift), Low(mixture.LinfAccuracy(w, 0.3)), High(mixture.LinfAccuracy(w, 0.3)));

            int Right(double margin)
            {
                float[] x = new float[100];
                int right = 0;
                for (int n = 0; n < pair.Test.Count; n++)
                {
                    pair.Test.CopyImage(n, x);
                    double score = 0;
                    for (int i = 0; i < x.Length; i++)
                    {
                        score += w[i] * x[i];
                    }

                    right += ((2 * pair.Test.Label(n)) - 1) * score > margin ? 1 : 0;
                }

                return right;
            }
        }

        // Five standard deviations of the binomial.
        static double Low(double p) => 20_000 * (p - (5 * Math.Sqrt(p * (1 - p) / 20_000)));
        static double High(double p) => 20_000 * (p + (5 * Math.Sqrt(p * (1 - p) / 20_000)));
    }

    [Fact]
    public void Parameters_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new GaussianMixture([], 1));
        Assert.Throws<ArgumentException>(() => new GaussianMixture([double.NaN], 1));
        Assert.Throws<ArgumentException>(() => new GaussianMixture([1], 0));
        Assert.Throws<ArgumentException>(() => new GaussianMixture([1], 1).CleanAccuracy([1, 2]));
        Assert.Equal(0.5, new GaussianMixture([1], 1).CleanAccuracy([0]));
    }
}
