using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;
using RobMask.Networks;
using RobMask.Training;
using RobMask.Training.Auditing;

namespace RobMask.Experiments.Suite;

/// <summary>Carries out a run from its settings to its report.</summary>
public static class RunSession
{
    /// <summary>Checks everything that can be checked before the run folder is made.</summary>
    /// <param name="settings">What to do; the network's image shape and classes must be those of the data.</param>
    /// <param name="data">The images.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or does not suit the experiment.</exception>
    /// <exception cref="InvalidDataException">There are no training images.</exception>
    /// <exception cref="InsufficientMemoryException">The network is larger than memory.</exception>
    public static void Validate(RunSettings settings, DatasetPair data)
    {
        settings.Validate();
        ExperimentCatalog.Find(settings.Kind).Validate(settings);
        _ = data.Train;
        NetworkCatalog.Create(settings.Training.EffectiveNetwork()).RequireMemory(settings.DoublePrecision ? sizeof(double) : sizeof(float));
    }

    /// <summary>Trains, evaluates, and writes the run folder.</summary>
    /// <param name="settings">What to do; the network's image shape and classes must be those of the data.</param>
    /// <param name="data">The images.</param>
    /// <param name="engine">What computes, in the precision of the settings. A run may go on with another one.</param>
    /// <param name="output">The run folder.</param>
    /// <param name="resume">Go on with the run that the folder holds.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Interrupts the run; its checkpoints stand.</param>
    /// <param name="auditEvery">Record the first, every so many and the last step of each training for an audit; null: as the folder's run does.</param>
    /// <returns>What came out, and the folder, which other processes may have again.</returns>
    /// <inheritdoc cref="Validate" path="/exception"/>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static (RunResults Results, RunFolder Folder) Execute(RunSettings settings, DatasetPair data, IEngine engine, string output, bool resume, IRunObserver observer, CancellationToken cancellation, int? auditEvery = null)
    {
        Validate(settings, data);
        if (auditEvery is not null && settings.DoublePrecision)
        {
            throw new ArgumentException("run: steps of a run in double are not recorded: records hold floats, and the audit's own reference is double; compare such runs by «robmask lockstep --dtype f64»");
        }

        JsonNode config = JsonSerializer.SerializeToNode(settings, RunJson.File)!;
        using RunFolder folder = RunFolder.Open(output, config, resume);
        RequireReadable(folder);
        folder.Write(RunEnvironment.Current(engine.Description));
        RunResults results = ExperimentCatalog.Find(settings.Kind).Run(new Laboratory(settings, folder, engine, data, observer, cancellation)
        {
            AuditEvery = auditEvery ?? AuditFiles.EveryOf(folder.Audit),
        });
        folder.Write(results);
        ReportPage.Write(folder);
        return (results, folder);
    }

    // Before the first byte is written: a run of another version of robmask stays as it is.
    private static void RequireReadable(RunFolder folder)
    {
        foreach (string checkpoint in Directory.EnumerateFiles(folder.Checkpoints, "*.safetensors").Order(StringComparer.Ordinal))
        {
            _ = Checkpoint.ReadState(checkpoint);
        }
    }
}
