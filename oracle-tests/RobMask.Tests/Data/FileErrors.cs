using Xunit;

namespace RobMask.Tests.Data;

/// <summary>What every error about a malformed file must have.</summary>
internal static class FileErrors
{
    /// <summary>The action throws an InvalidDataException of one line that begins with the file and contains every part.</summary>
    public static void Names(string file, Action action, params string[] parts)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(action);
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
