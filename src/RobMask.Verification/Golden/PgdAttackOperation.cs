using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Numerics;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Golden;

/// <summary>An attack on a whole network in evaluation mode.</summary>
/// <remarks>
/// Attributes: «network» and «attack», settings as JSON; «seed» of the random start (stream 5, step 0). Inputs: «input» in [0, 1], «target», «param.NAME» and «buffer.NAME». Output:
/// «output», the attacked images.
/// </remarks>
internal sealed class PgdAttackOperation : Operation
{
    private readonly NetworkGraph _graph;
    private readonly AttackSettings _attack;
    private readonly ulong _seed;

    public PgdAttackOperation(IReadOnlyDictionary<string, string> attributes)
        : base("pgd_attack", "an attack on a whole network in evaluation mode")
    {
        _graph = GoldenNetwork.Graph(attributes);
        _attack = SettingsJson.Read<AttackSettings>(attributes.GetValueOrDefault("attack") ?? string.Empty, "attribute attack");
        _seed = ulong.Parse(attributes.GetValueOrDefault("seed") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        Inputs = [new("input", "[N, …]"), new("target", "[N]", InputKind.Labels), .. GoldenNetwork.Inputs(_graph)];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        using ManagedEngine<T> engine = new();
        using IModel model = GoldenNetwork.Load(engine, _graph, call);
        using ITape tape = model.CreateTape(input.Shape[0]);
        using Attack attack = new(engine, _attack);
        NetworkTarget target = new(engine, tape, _graph.OutputShape[0], new ForwardOptions(MaskChoice.Primary(0)));
        AttackOutcome outcome = attack.Run(target, input, call.Labels("target"), new PhiloxKey(_seed, PhiloxStreams.EvaluationAttack, 0));
        call.OutputCopy("output", outcome.Images);
    }
}
