using RobMask.Cli;

namespace RobMask.Tests.Cli;

/// <summary>Runs command lines in this process.</summary>
internal static class CommandLine
{
    /// <summary>Settings with which a training takes a fraction of a second.</summary>
    public const string Small = "--data shapes --image-size 16 --train-images 40 --test-images 20 --network cnn --width 2 --batch-size 10 --steps 1 --eval-steps 2 --mask-images 10 --sample-images 2";

    /// <summary>Two blocks, two epochs.</summary>
    public const string Tiny = Small + " --depth 2 --epochs 2";

    public static (int Code, string Output, string Error) Run(string line, params IReadOnlyList<string> more)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = Program.Run([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. more], output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a line that must end well, and returns what it wrote.</summary>
    public static string Succeed(string line, params IReadOnlyList<string> more)
    {
        (int code, string output, string error) = Run(line, more);
        Xunit.Assert.True(code == 0, $"robmask {line} {string.Join(' ', more)}: exit code {code}\n{error}\n{output}");
        return output;
    }
}
