using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Experiments.Runs;
using RobMask.Kernels;
using RobMask.Torch;
using RobMask.Torch.Engine;

namespace RobMask.Cli.Verbs;

/// <summary><c>info</c>.</summary>
internal static class InfoVerb
{
    public static Verb Create(Shell shell)
    {
        OptionSet<RunChoice> process = RunChoice.CreateProcess();
        OptionSet<DataChoice> data = new OptionSet<DataChoice>("Data")
            .Add("--data-dir", "FOLDER", $"where named data sets lie (default: {DatasetCatalog.FolderVariable}, then ../shared/data)", Values.Text, (s, v) => s with { Options = s.Options with { DataFolder = v } });
        return new Verb(
            "info",
            "version, machine, and the data that are found",
            "Says what a report of a problem should name: version, machine, and which data sets are found.",
            ("for a report of a problem", "robmask info --json"))
            .With(data, process)
            .Does(parsed =>
            {
                RunChoice choice = process.Apply(parsed, new RunChoice());
                if (choice.Threads is int threads)
                {
                    Workers.ThreadCount = threads;
                }

                Write(shell, choice.Json, data.Apply(parsed, new DataChoice()).Options);
                return ExitCodes.Done;
            });
    }

    private static void Write(Shell shell, bool json, DatasetOptions options)
    {
        RunEnvironment environment = RunEnvironment.Current();
        List<(string Name, bool Found, string Words)> found = [];
        foreach (string name in DatasetCatalog.Names)
        {
            try
            {
                found.Add((name, true, DatasetCatalog.Load(name, options).Describe()));
            }
            catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                found.Add((name, false, error.Message));
            }
        }

        (bool torchFound, string torch) = Libtorch();
        if (json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { environment, libtorch = new { found = torchFound, description = torch }, data = found.Select(one => new { name = one.Name, found = one.Found, description = one.Words }) }, RunJson.File));
            return;
        }

        shell.Output.WriteLine($"robmask    {environment.Version}, commit {environment.Commit}");
        shell.Output.WriteLine($"runtime    {environment.Runtime}, {environment.System}");
        shell.Output.WriteLine($"processor  {environment.Processor}, {environment.Cores} usable, {environment.Threads} threads, {environment.VectorWidth}-bit vectors");
        shell.Output.WriteLine($"memory     {environment.MemoryMebibytes} MiB");
        shell.Output.WriteLine($"libtorch   {torch}");
        foreach ((_, bool there, string words) in found)
        {
            shell.Output.WriteLine($"{(there ? "found  " : "missing")}    {words}");
        }
    }

    // Everything managed works without it, so its absence is something to say, not a failure.
    private static (bool Found, string Words) Libtorch()
    {
        try
        {
            using TorchEngine engine = new();
            return (true, $"{engine.Description}; {TorchEngine.Devices()}");
        }
        catch (TorchLibraryException error)
        {
            return (false, error.Message);
        }
    }
}
