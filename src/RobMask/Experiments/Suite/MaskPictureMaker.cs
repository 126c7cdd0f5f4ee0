using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Results;
using RobMask.Masking;
using RobMask.Training;
using MaskLayer = RobMask.Experiments.Results.MaskLayer;

namespace RobMask.Experiments.Suite;

/// <summary>Describes the primary masks of a network, layer by layer.</summary>
internal static class MaskPictureMaker
{
    public static MaskPicture Make(string label, ulong seed, TrainedNetwork network, IReadOnlyList<string> names, Dataset data, int images)
    {
        int count = Math.Min(images, data.Count);
        data = data.SortedByClass ? SubsetDataset.Interleaved(data, count) : data;
        int sets = network.Model.Graph.StatisticsSets;
        MaskSet[] masks = [.. Enumerable.Range(0, names.Count).Select(index => MaskSet.FromPrimary(network.Engine, network.Model, index))];
        IReadOnlyList<LayerComparison> layers = MaskComparison.Compare(
            network.Engine, network.Model, MaskChoice.Primary(0), MaskChoice.Primary(1), data, count, 0, sets - 1);
        return new MaskPicture(label, seed, [.. names], count,
        [
            .. layers.Select((layer, index) => new MaskLayer(
                layer.Name,
                [.. masks.Select(mask => mask.Layers[index].Gamma.ToArray())],
                [.. masks.Select(mask => mask.Layers[index].Beta.ToArray())],
                [[.. layer.FirstOpenness], [.. layer.SecondOpenness]],
                layer.GammaCosine,
                layer.DifferingBits)),
        ]);
    }
}
