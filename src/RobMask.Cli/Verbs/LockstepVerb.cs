using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Training;
using RobMask.Verification.Traces;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Verbs;

/// <summary><c>lockstep</c>.</summary>
internal static class LockstepVerb
{
    private sealed record Request(int Steps, string? Start, string? Trace);

    public static Verb Create(Shell shell)
    {
        RunBuilder run = new();
        OptionSet<TrainingSettings> method = TrainingOptions.CreateMethodChoice();
        OptionSet<Request> steps = new OptionSet<Request>("Lockstep")
            .Add("--lock-steps", "N", "steps of training (default 3)", Values.Whole(1), (s, v) => s with { Steps = v })
            .Add("--lock-start", "FILE", "a checkpoint whose weights are the start (default: the initial weights of --seed)", Values.Text, (s, v) => s with { Start = v })
            .Add("--trace", "FILE", "record the torch engine's steps and judge every operation by its bound", Values.Text, (s, v) => s with { Trace = v });
        return new Verb(
            "lockstep",
            "the managed and the torch engine side by side",
            "Does the same steps of a training method on the managed and on the torch engine, from one state and on the same draws, and compares every perturbation, parameter, mask, statistic and momentum buffer after each. For whole steps differences are measured, not judged; with --trace every operation of the torch engine is judged by its proven bound, and the first wrong one is named. Exit code 1 where one is.",
            ("RobMask on the CPU", "robmask lockstep --method robmask --network cnn"),
            ("judged, on a GPU", "robmask lockstep --method adversarial --network preact_resnet18 --data cifar10 --device cuda --trace step.safetensors"))
            .With([method, steps, .. run.Groups(experiment: false)])
            .Does(parsed =>
            {
                (RunSettings settings, DatasetPair data, RunChoice choice) = run.Build(parsed, "train");
                settings = settings with { Training = method.Apply(parsed, settings.Training) };
                settings.Training.Validate();
                return Run(shell, settings, data, choice, steps.Apply(parsed, new Request(3, null, null)));
            });
    }

    private static int Run(Shell shell, RunSettings settings, DatasetPair data, RunChoice choice, Request request)
    {
        using TraceWriter? writer = request.Trace is null ? null : TraceRecording.Begin("--trace", request.Trace, choice.Engine.AsTorch(), settings.DoublePrecision, request.Start);
        using IEngine managed = new EngineChoice().Open(settings.DoublePrecision);
        using IEngine torch = choice.Engine.AsTorch().Open(settings.DoublePrecision, writer is null ? null : new TraceRecorder(writer));
        using Lockstep lockstep = new(managed, torch, settings.Training, data.Train, request.Steps, request.Start);
        List<LockstepStep> steps = [];
        for (int s = 0; s < request.Steps; s++)
        {
            shell.Cancellation.ThrowIfCancellationRequested();
            steps.Add(lockstep.Step());
            if (!choice.Json)
            {
                shell.Output.WriteLine(Describe(steps[^1]));
            }
        }

        VerdictReport? report = writer is null ? null : Judge(writer, request.Trace!, shell.Cancellation);
        if (choice.Json)
        {
            JsonNode? verdict = report is null ? null : JsonNode.Parse(VerdictJson.Of(report));
            shell.Output.WriteLine(JsonSerializer.Serialize(new { torch = torch.Description, settings = settings.Training, steps, verdict }, RunJson.File));
            return report is null or { IsKept: true } ? ExitCodes.Done : ExitCodes.CheckFailed;
        }

        LockstepStep? first = steps.FirstOrDefault(step => step.First is not null);
        shell.Output.WriteLine(first is null
            ? "all bits are equal"
            : FormattableString.Invariant($"first difference: step {first.Number}, {first.First!.Name}, element {first.First.FirstIndex}"));
        return report is null ? ExitCodes.Done : VerifyVerb.Give(shell, report, page: null, json: false);
    }

    private static VerdictReport Judge(TraceWriter writer, string path, CancellationToken cancellation)
    {
        writer.Complete();
        using TraceFile trace = new(path);
        return TraceVerification.Run(trace, new TraceVerificationOptions { Judge = new JudgeOptions { Bits = false } }, cancellation: cancellation);
    }

    private static string Describe(LockstepStep step)
    {
        int equal = step.Tensors.Count(tensor => tensor.Differing == 0);
        string largest = step.Largest is { } tensor
            ? FormattableString.Invariant($"; largest difference {tensor.Largest:G3} in {tensor.Name}, {tensor.Relative:G3} of its largest element")
            : string.Empty;
        return FormattableString.Invariant($"step {step.Number}: loss {step.LeftLoss:R} managed, {step.RightLoss:R} torch; {equal} of {step.Tensors.Count} tensors have the same bits{largest}");
    }
}
