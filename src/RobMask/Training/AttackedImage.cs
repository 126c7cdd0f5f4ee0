namespace RobMask.Training;

/// <summary>One attacked image with what the network said before and after, for reports.</summary>
/// <param name="Index">Its place in the data.</param>
/// <param name="Label">Its class.</param>
/// <param name="CleanPrediction">The class given to the clean image.</param>
/// <param name="AttackedPrediction">The class given to the attacked image.</param>
/// <param name="Clean">The clean pixels, [C, H, W].</param>
/// <param name="Attacked">The attacked pixels.</param>
public sealed record AttackedImage(int Index, int Label, int CleanPrediction, int AttackedPrediction, float[] Clean, float[] Attacked);
