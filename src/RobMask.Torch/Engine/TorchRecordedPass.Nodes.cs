using System.Globalization;
using RobMask.Networks;
using RobMask.Ops;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <content>What a node is called in a trace, and what it reads of the model.</content>
internal sealed partial class TorchRecordedPass
{
    private static readonly string[] RunningStatistics = ["running_mean", "running_var"];

    private static string NameOf(int index, Node node) => node switch
    {
        ConvolutionNode n => n.Name,
        LinearNode n => n.Name,
        NormaliseNode n => n.Name,
        RescaleNode n => n.Name,
        InputNode => "images",
        _ => string.Create(CultureInfo.InvariantCulture, $"{index}.{node.GetType().Name[..^4].ToLowerInvariant()}"),
    };

    private string OperationOf(Node node) => node switch
    {
        ConvolutionNode => "conv2d",
        LinearNode => "linear",
        NormaliseNode => "normalize",
        RescaleNode n when _nodes.IsPartOfNext(n.Input) => "batch_norm",
        RescaleNode => _how.Coefficients is null ? "rescale" : "mixed_rescale",
        ReluNode => "relu",
        MaxPoolNode => "max_pool2d",
        AveragePoolNode => "avg_pool2d",
        GlobalAveragePoolNode => "global_avg_pool",
        AddNode => "add",
        FlattenNode => "alias",
        _ => node.GetType().Name[..^4].ToLowerInvariant(),
    };

    private static IEnumerable<string> Roles(Node node) => node is AddNode ? ["left", "right"] : ["input"];

    private Dictionary<string, string> AttributesOf(Node node) => node switch
    {
        ConvolutionNode { Attributes: ConvAttributes a } => new()
        {
            ["stride"] = Pair(a.StrideHeight, a.StrideWidth),
            ["padding"] = Pair(a.PaddingHeight, a.PaddingWidth),
            ["dilation"] = Pair(a.DilationHeight, a.DilationWidth),
            ["groups"] = a.Groups.ToString(CultureInfo.InvariantCulture),
        },
        MaxPoolNode { Attributes: PoolAttributes a } => Pool(a),
        AveragePoolNode { Attributes: PoolAttributes a } => Pool(a),
        NormaliseNode n => Normalisation(n),
        RescaleNode n when _nodes.IsPartOfNext(n.Input) => Normalisation((NormaliseNode)_model.Graph.Nodes[n.Input]),
        _ => [],
    };

    private Dictionary<string, string> Normalisation(NormaliseNode node) => new()
    {
        ["training"] = _how.BatchStatistics ? "true" : "false",
        ["eps"] = node.Epsilon.ToString("R", CultureInfo.InvariantCulture),
        ["momentum"] = (_how.RunningMomentum ?? node.Momentum).ToString("R", CultureInfo.InvariantCulture),
    };

    private static Dictionary<string, string> Pool(PoolAttributes a) => new()
    {
        ["kernel_size"] = Pair(a.KernelHeight, a.KernelWidth),
        ["stride"] = Pair(a.StrideHeight, a.StrideWidth),
        ["padding"] = Pair(a.PaddingHeight, a.PaddingWidth),
    };

    private static string Pair(int height, int width) => string.Create(CultureInfo.InvariantCulture, $"{height},{width}");

    private static string Extents(long[] extents) => string.Join(',', extents.Select(extent => extent.ToString(CultureInfo.InvariantCulture)));

    // Everything of the model that a node reads, under the catalogue's name.
    private IEnumerable<(string Role, string Name, Tensor Value)> StateOf(Node node)
    {
        switch (node)
        {
            case ConvolutionNode n:
                return Named(n.Name, n.Bias ? ["weight", "bias"] : ["weight"]);
            case LinearNode n:
                return Named(n.Name, n.Bias ? ["weight", "bias"] : ["weight"]);
            case NormaliseNode n:
                return Statistics(n);
            case RescaleNode n when _nodes.IsPartOfNext(n.Input):
                return [.. Masks(n, "weight", "bias"), .. Statistics((NormaliseNode)_model.Graph.Nodes[n.Input])];
            case RescaleNode n when _how.Coefficients is null:
                return Masks(n, "gamma", "beta");
            case RescaleNode n:
                return [.. Masks(n, "gammas", "betas"), ("coefficients", $"{n.Name}.coefficients", _nodes.CoefficientsOf(n).expand(_images, _model.Graph.MaskCount))];
            default:
                return [];
        }
    }

    private IEnumerable<(string Role, string Name, Tensor Value)> Named(string layer, IEnumerable<string> parts) =>
        parts.Select(part => (part, $"{layer}.{part}", _model.State[$"{layer}.{part}"]));

    private IEnumerable<(string Role, string Name, Tensor Value)> Masks(RescaleNode node, string gamma, string beta) =>
        new (string Role, string Suffix)[] { (gamma, ".weight"), (beta, ".bias") }.Select(pair => (pair.Role, _how.Coefficients is null && _model.Graph.MaskCount > 1 ? $"{node.Name}{pair.Suffix}.{_how.Mask}" : node.Name + pair.Suffix, _how.Coefficients is null ? _nodes.Primary(node, pair.Suffix) : _nodes.Stacked(node, pair.Suffix)));

    private IEnumerable<(string Role, string Name, Tensor Value)> Statistics(NormaliseNode node) =>
        RunningStatistics.Select(part => (part, $"{node.Name}.{part}{(_model.Graph.StatisticsSets > 1 ? $".{_how.StatisticsSet}" : string.Empty)}", _nodes.Statistics(node, part)));

    // The leaves that a node has gradients for; an index of a parameter, or none for the coefficients of each image.
    private List<(string Role, int? Index, Tensor Leaf)> ParametersOf(Node node) => node switch
    {
        ConvolutionNode n => Leaves(n.Name, n.Bias ? [("weight", "weight"), ("bias", "bias")] : [("weight", "weight")]),
        LinearNode n => Leaves(n.Name, n.Bias ? [("weight", "weight"), ("bias", "bias")] : [("weight", "weight")]),
        RescaleNode n when _nodes.IsPartOfNext(n.Input) => Leaves(n.Name, [("weight", "weight"), ("bias", "bias")]),
        RescaleNode n when _how.Coefficients is null => Leaves(n.Name, [("gamma", "weight"), ("beta", "bias")]),
        RescaleNode n => [.. Leaves(n.Name, [("gammas", "weight"), ("betas", "bias")]), .. _how.Coefficients!.requires_grad ? new (string, int?, Tensor)[] { ("coefficients", null, _how.Coefficients) } : []],
        _ => [],
    };

    private List<(string Role, int? Index, Tensor Leaf)> Leaves(string layer, IEnumerable<(string Role, string Part)> parts) =>
        [.. parts.Select(part => (part.Role, (int?)_model.IndexOf($"{layer}.{part.Part}"), _model.State[$"{layer}.{part.Part}"]))];
}
