using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace RobMask.Verification.Checks.Protocol;

/// <summary>A child process that is written to and read from line by line, never longer than a limit, and killed with all that it started.</summary>
/// <remarks>
/// What it started is found twice: as its tree, and on Linux by a mark in the environment, which also finds those whose
/// parent is already gone.
/// </remarks>
internal sealed class BackendProcess : IDisposable
{
    private const string Mark = "ROBMASK_BACKEND";
    private const int KeptError = 2000;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(64);
    private readonly StringBuilder _error = new();
    private readonly Task _reading;
    private readonly Task _readingErrors;
    private bool _isEnded;

    /// <summary>Starts a command.</summary>
    /// <exception cref="BackendException">There is no such program, or it may not be run.</exception>
    public BackendProcess(string command)
    {
        IReadOnlyList<string> words = CommandWords.Split(command);
        ProcessStartInfo start = new(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment[Mark] = _mark;
        try
        {
            _process = Process.Start(start) ?? throw new BackendException($"backend: «{words[0]}» did not start");
        }
        catch (Win32Exception error)
        {
            throw new BackendException($"backend: «{words[0]}» cannot be started: {error.Message}", error);
        }

        _reading = Task.Run(ReadLinesAsync);
        _readingErrors = Task.Run(ReadErrorsAsync);
    }

    /// <summary>The end of what it wrote to its error stream, on one line; empty where it wrote nothing.</summary>
    public string ErrorTail
    {
        get
        {
            lock (_error)
            {
                string[] lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                return string.Join(" | ", lines.TakeLast(4));
            }
        }
    }

    /// <summary>Writes a line and reads the next one.</summary>
    /// <exception cref="BackendException">It ended, or gave no line in time.</exception>
    /// <exception cref="OperationCanceledException">The caller is interrupted.</exception>
    public string Ask(string line, TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            // A write blocks where the other side does not read and the pipe is full.
            Task writing = Task.Run(
                () =>
                {
                    _process.StandardInput.Write(line + "\n");
                    _process.StandardInput.Flush();
                },
                CancellationToken.None);
            writing.WaitAsync(limit.Token).GetAwaiter().GetResult();
            return _lines.Reader.ReadAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is ChannelClosedException or IOException and not BackendException)
        {
            // Ctrl-C reaches the child too: where both happened, it is the interruption that counts.
            cancellation.WaitHandle.WaitOne(100);
            cancellation.ThrowIfCancellationRequested();
            throw error is ChannelClosedException { InnerException: BackendException said } ? said : new BackendException(Ended());
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BackendException($"gave no answer within {timeout.TotalSeconds:0.###} s{Tail()}");
        }
    }

    /// <summary>Closes its input, which asks it to end, and kills whatever does not.</summary>
    public void Dispose()
    {
        if (_isEnded)
        {
            return;
        }

        try
        {
            // Not on this thread: closing flushes, and a child that does not read would hold it.
            if (Task.Run(_process.StandardInput.Close).Wait(Grace))
            {
                _process.WaitForExit(Grace);
            }
        }
        catch (AggregateException)
        {
        }

        Kill();
    }

    /// <summary>Kills it and all that it started, at once.</summary>
    public void Kill()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or AggregateException or Win32Exception)
        {
        }

        // Once more where one was found: it may have started another in the meantime.
        for (int round = 0; round < 10 && KillMarked(); round++)
        {
        }

        _lines.Writer.TryComplete();
        Task.WhenAll(_reading, _readingErrors).Wait(Grace);
        _process.Dispose();
    }

    private string Ended()
    {
        _readingErrors.Wait(Grace);
        return _process.WaitForExit(Grace) ? $"ended with exit code {_process.ExitCode}{Tail()}" : $"closed its output{Tail()}";
    }

    private string Tail() => ErrorTail is { Length: > 0 } said ? $"; its error stream ends with «{said}»" : string.Empty;

    private bool KillMarked()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        bool found = false;
        byte[] mark = Encoding.ASCII.GetBytes($"{Mark}={_mark}");
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id) || id == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                if (File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(mark) >= 0)
                {
                    using Process survivor = Process.GetProcessById(id);
                    survivor.Kill();
                    found = true;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or Win32Exception)
            {
                // Another user's, or already gone.
            }
        }

        return found;
    }

    private async Task ReadLinesAsync()
    {
        byte[] buffer = new byte[1 << 14];
        using MemoryStream line = new();
        Exception? reason = null;
        try
        {
            Stream stream = _process.StandardOutput.BaseStream;
            int count;
            while ((count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                int start = 0;
                while (start < count)
                {
                    int end = Array.IndexOf(buffer, (byte)'\n', start, count - start);
                    int stop = end < 0 ? count : end;
                    line.Write(buffer, start, stop - start);
                    if (line.Length > BackendProtocol.LongestLine)
                    {
                        throw new BackendException($"wrote a line of more than {BackendProtocol.LongestLine} bytes; expected one JSON object");
                    }

                    if (end >= 0)
                    {
                        await _lines.Writer.WriteAsync(Encoding.UTF8.GetString(line.ToArray()).TrimEnd('\r')).ConfigureAwait(false);
                        line.SetLength(0);
                    }

                    start = stop + 1;
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            reason = error as BackendException;
        }

        _lines.Writer.TryComplete(reason);
    }

    private async Task ReadErrorsAsync()
    {
        char[] buffer = new char[1 << 12];
        try
        {
            int count;
            while ((count = await _process.StandardError.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                lock (_error)
                {
                    _error.Append(buffer, 0, count);
                    if (_error.Length > 2 * KeptError)
                    {
                        _error.Remove(0, _error.Length - KeptError);
                    }
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}
