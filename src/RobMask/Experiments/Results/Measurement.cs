using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Results;

/// <summary>The accuracy of one network under one condition.</summary>
/// <param name="Network">Which network or mask, for example «adversarial».</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Condition">«clean», or the name of an attack.</param>
/// <param name="Accuracy">How many images it got right.</param>
public sealed record Measurement(string Network, ulong Seed, string Condition, Accuracy Accuracy);

/// <summary>The difference of two networks' accuracies on the same images.</summary>
/// <param name="Left">The first network.</param>
/// <param name="Right">The second network.</param>
/// <param name="Condition">«clean», or the name of an attack.</param>
/// <param name="Mean">Left − right, averaged over images and seeds.</param>
/// <param name="Low">The lower end of its 95 % interval by paired bootstrap.</param>
/// <param name="High">The upper end.</param>
/// <param name="Images">The number of images.</param>
/// <param name="Seeds">The number of trainings of each network.</param>
public sealed record AccuracyDifference(string Left, string Right, string Condition, double Mean, double Low, double High, int Images, int Seeds);
