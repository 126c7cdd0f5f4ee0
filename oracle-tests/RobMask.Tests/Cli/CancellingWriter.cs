using System.Text;

namespace RobMask.Tests.Cli;

/// <summary>Cancels when a certain text is written.</summary>
internal sealed class CancellingWriter(CancellationTokenSource source, string moment) : StringWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value?.StartsWith(moment, StringComparison.Ordinal) == true)
        {
            source.Cancel();
        }
    }
}
