using RobMask.Verification.Bounds;
using RobMask.Verification.Checks.Protocol;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks;

/// <summary>A backend in a child process, in any language; <c>docs/backend-protocol.md</c> says what it must do.</summary>
/// <remarks>The process tree and the temporary files end with this object, or with the first thing that goes wrong.</remarks>
public sealed class ProcessBackend : IMaskingBackend, IDisposable
{
    private readonly BackendProcess _process;
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _cancellation;
    private readonly string _folder;
    private long _id;

    /// <summary>Starts the process and exchanges the hello.</summary>
    /// <param name="command">Program and arguments, quoted as in a shell; none is involved.</param>
    /// <param name="timeout">How long one answer may take.</param>
    /// <param name="precision">The precision to judge by; null for the one that the backend declares.</param>
    /// <param name="cancellation">Interrupts whatever is waited for.</param>
    /// <exception cref="BackendException">It cannot be started or breaks the protocol.</exception>
    public ProcessBackend(string command, TimeSpan timeout, ArithmeticModel? precision = null, CancellationToken cancellation = default)
    {
        _timeout = timeout;
        _cancellation = cancellation;
        _process = new BackendProcess(command);
        _folder = Directory.CreateTempSubdirectory("robmask-check-").FullName;
        try
        {
            BackendAnswer hello = Ask(id => BackendProtocol.Text(BackendProtocol.Hello(id)), "hello");
            if (!hello.Ok)
            {
                throw new BackendException($"backend: hello: {hello.Error}");
            }

            if (Told(() => hello.Integer("protocol")) is int version && version != BackendProtocol.Version)
            {
                throw new BackendException($"backend: speaks version {version} of the protocol; expected {BackendProtocol.Version}");
            }

            Name = $"{Told(() => hello.Text("name"))}, {Told(() => hello.Text("device"))}";
            Precision = precision ?? Declared(Told(() => hello.Text("precision")));
            Operations = Known(Told(() => hello.Texts("operations")));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ArithmeticModel Precision { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Operations { get; }

    /// <inheritdoc/>
    /// <exception cref="OperationFailedException">The backend says that it failed.</exception>
    /// <exception cref="BackendException">It broke the protocol; the process is gone.</exception>
    public IReadOnlyList<NamedTensor> Run(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string inputs = Path.Combine(_folder, $"{_id + 1}-in.safetensors");
        string outputs = Path.Combine(_folder, $"{_id + 1}-out.safetensors");
        try
        {
            TensorFile.Write(inputs, BackendProtocol.Tensors(request));
            BackendAnswer answer = Ask(id => BackendProtocol.Text(BackendProtocol.Run(id, request, inputs, outputs)), request.Name);
            if (answer.Unsupported is string reason)
            {
                throw new NotSupportedException(reason);
            }

            return answer.Ok ? Read(request.Name, outputs) : throw new OperationFailedException(answer.Error);
        }
        finally
        {
            // Where the process is gone, the folder is too.
            if (Directory.Exists(_folder))
            {
                File.Delete(inputs);
                File.Delete(outputs);
            }
        }
    }

    /// <summary>Ends the process and removes the temporary files.</summary>
    public void Dispose()
    {
        _process.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private static ArithmeticModel Declared(string name)
    {
        try
        {
            return ArithmeticModel.Find(name);
        }
        catch (ArgumentException error)
        {
            throw new BackendException($"backend: {error.Message}", error);
        }
    }

    private static string[] Known(IReadOnlyList<string> names)
    {
        string? unknown = names.FirstOrDefault(name => !OperationCatalog.All.Any(operation => operation.Name == name));
        return unknown is null ? [.. names.Distinct()] : throw new BackendException($"backend: offers «{unknown}», which is no operation of the catalogue; `robmask op --list` shows all of them");
    }

    private static T Told<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (BackendException error)
        {
            throw new BackendException("backend: " + error.Message, error);
        }
    }

    private IReadOnlyList<NamedTensor> Read(string operation, string outputs)
    {
        try
        {
            return TensorFile.ReadAll(outputs);
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            Dispose();
            string what = error is FileNotFoundException ? "said ok and wrote no file of outputs" : $"wrote a damaged file of outputs: {error.Message}";
            throw new BackendException($"backend: {operation}, request {_id}: {what}", error);
        }
    }

    private BackendAnswer Ask(Func<long, string> line, string what)
    {
        long id = ++_id;
        try
        {
            return BackendAnswer.Parse(_process.Ask(line(id), _timeout, _cancellation), id);
        }
        catch (BackendException error)
        {
            _process.Kill();
            Dispose();
            throw new BackendException($"backend: {what}, request {id}: {error.Message}", error);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Dispose();
            throw;
        }
    }
}
