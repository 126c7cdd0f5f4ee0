using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Training;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Golden;

/// <summary>A short training on the embedded images: initial weights, order, augmentation, attacks, gate, schedule and optimiser at once.</summary>
/// <remarks>
/// Attributes: «settings» of the training and «data» of <see cref="ShapesGenerator"/>, as JSON. Outputs: every parameter and running statistic after it, and the
/// gate's parameters.
/// </remarks>
internal sealed class TrainingRunOperation : Operation
{
    private readonly TrainingSettings _settings;
    private readonly ShapesOptions _data;

    public TrainingRunOperation(IReadOnlyDictionary<string, string> attributes)
        : base("training_run", "a short training on the embedded images")
    {
        _settings = SettingsJson.Read<TrainingSettings>(attributes.GetValueOrDefault("settings") ?? string.Empty, "attribute settings");
        _data = SettingsJson.Read<ShapesOptions>(attributes.GetValueOrDefault("data") ?? string.Empty, "attribute data");
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        using ManagedEngine<T> engine = new();
        using Trainer trainer = new(engine, _settings, ShapesGenerator.Create(_data).Train);
        trainer.Run(new TrainingRunOptions());
        foreach (ModelParameter parameter in trainer.Network.Model.Parameters)
        {
            call.OutputCopy("param." + parameter.Info.Name, parameter.Value);
        }

        foreach (ModelBuffer buffer in trainer.Network.Model.Buffers)
        {
            call.OutputCopy("buffer." + buffer.Info.Name, buffer.Value);
        }

        foreach (ModelParameter parameter in trainer.Network.Gate?.Model.Parameters ?? [])
        {
            call.OutputCopy("gate." + parameter.Info.Name, parameter.Value);
        }
    }
}
