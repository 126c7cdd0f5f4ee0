using RobMask.Data;
using RobMask.Engines;

namespace RobMask.Masking;

/// <summary>Compares two masks of one network, layer by layer, on the same images.</summary>
public static class MaskComparison
{
    /// <summary>Runs the first <paramref name="images"/> images of a data set under each mask and counts.</summary>
    public static IReadOnlyList<LayerComparison> Compare(
        IEngine engine,
        IModel model,
        MaskChoice first,
        MaskChoice second,
        Dataset data,
        int images,
        int firstStatisticsSet = 0,
        int secondStatisticsSet = 0,
        int batchSize = 100) => throw new NotImplementedException();
}
