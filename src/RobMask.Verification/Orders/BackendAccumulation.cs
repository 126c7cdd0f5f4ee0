using RobMask.Tensors;
using RobMask.Verification.Checks;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Orders;

/// <summary>The sums inside an operation of a backend, at fixed shapes: libraries choose their order by the shape.</summary>
public sealed class BackendAccumulation : IAccumulation
{
    private readonly IMaskingBackend _backend;
    private readonly OrderShape _shape;

    /// <summary>Takes a backend and a shape.</summary>
    /// <exception cref="ArgumentException">The backend does not have the operation, or an extent is out of range.</exception>
    public BackendAccumulation(IMaskingBackend backend, OrderShape shape)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(shape);
        shape.Check();
        if (!backend.Operations.Contains(shape.Operation))
        {
            throw new ArgumentException($"{backend.Name} has no operation {shape.Operation}; it has {string.Join(", ", backend.Operations)}", nameof(backend));
        }

        _backend = backend;
        _shape = shape;
    }

    /// <inheritdoc/>
    public int Terms => _shape.Terms;

    /// <inheritdoc/>
    public int Sums => _shape.Images;

    /// <inheritdoc/>
    public float[] Add(float[] left, float[] right)
    {
        OperationRequest request = _shape.Operation switch
        {
            OrderShape.Conv2d => Convolution(left, right),
            OrderShape.Linear => new OperationRequest(OrderShape.Linear, Named(("input", DenseTensor<float>.From(left, Sums, Terms)), ("weight", Rows(right, Terms))), new Dictionary<string, string>()),
            _ => new OperationRequest(_shape.Operation, Named(("input", DenseTensor<float>.From(left, Sums, Terms))), new Dictionary<string, string>()),
        };
        NamedTensor? output = Answer(request).FirstOrDefault(tensor => tensor.Name == "output");
        TensorShape expected = _shape.Output;
        if (output?.Tensor is not DenseTensor<float> values || !values.Shape.Equals(expected))
        {
            throw new BackendException($"backend: {_shape.Operation} gave {(output is null ? "no output" : $"an output {TensorFile.TypeOf(output.Tensor)} {output.Tensor.Shape}")}; expected F32 {expected}");
        }

        int stride = values.Length / Sums;
        int offset = _shape.Operation == OrderShape.Conv2d ? (_shape.Size / 2 * _shape.Size) + (_shape.Size / 2) : 0;
        float[] sums = new float[Sums];
        for (int n = 0; n < Sums; n++)
        {
            sums[n] = values.Span[(n * stride) + offset];
        }

        return sums;
    }

    // A probe needs every answer: a case that a backend may fail or leave out elsewhere ends the search here.
    private IReadOnlyList<NamedTensor> Answer(OperationRequest request)
    {
        try
        {
            return _backend.Run(request);
        }
        catch (OperationFailedException error)
        {
            throw new BackendException($"{_backend.Name}: {_shape} failed: {FirstLine(error)}", error);
        }
        catch (NotSupportedException reason)
        {
            throw new BackendException($"{_backend.Name}: {_shape} is not supported: {FirstLine(reason)}", reason);
        }
    }

    private static string FirstLine(Exception error) => error.Message.Trim().Split('\n')[0].Trim();

    // The window of the middle output holds the terms; all else is 0, and all outputs have the same weights.
    private OperationRequest Convolution(float[] left, float[] right)
    {
        int size = _shape.Size;
        int kernel = _shape.Kernel;
        int corner = (size / 2) - (kernel / 2);
        DenseTensor<float> input = new(new TensorShape(Sums, _shape.Channels, size, size));
        int term = 0;
        for (int plane = 0; plane < Sums * _shape.Channels; plane++)
        {
            for (int r = 0; r < kernel; r++)
            {
                for (int s = 0; s < kernel; s++)
                {
                    input.Span[(((plane * size) + corner + r) * size) + corner + s] = left[term++];
                }
            }
        }

        DenseTensor<float> weight = Rows(right, _shape.Channels, kernel, kernel);
        string padding = (kernel / 2).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new OperationRequest(OrderShape.Conv2d, Named(("input", input), ("weight", weight)), new Dictionary<string, string> { ["padding"] = padding });
    }

    private DenseTensor<float> Rows(float[] row, params int[] extents)
    {
        DenseTensor<float> rows = new(new TensorShape([_shape.Outputs, .. extents]));
        for (int k = 0; k < _shape.Outputs; k++)
        {
            row.CopyTo(rows.Span[(k * row.Length)..]);
        }

        return rows;
    }

    private static Dictionary<string, ITensor> Named(params (string Name, ITensor Tensor)[] tensors) => tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Tensor, StringComparer.Ordinal);
}
