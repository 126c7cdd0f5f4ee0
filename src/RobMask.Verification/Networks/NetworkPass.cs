using RobMask.Experiments.Suite;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Networks;

/// <summary>A forward or backward pass of a whole network from file to file.</summary>
/// <remarks>
/// <para>Reads «input» [N, …], «target» [N] (needed for a backward pass) and «coefficients» [N, k] (a mixture of primary masks for each image, in
/// place of the mask that <paramref name="Deploy"/> chooses).</para>
/// <para>Writes «logits» [N, K]; with a target «loss» [], the mean cross-entropy; in a backward pass the gradients of that loss: «grad_input»,
/// «grad_coefficients» where there are coefficients, and «grad.NAME» for every parameter NAME of the network.</para>
/// </remarks>
/// <param name="ModelPath">A checkpoint, or tensors under PyTorch's names whose metadata describe the network.</param>
/// <param name="Deploy">Chooses mask and running statistics.</param>
/// <param name="Backward">Whether gradients are wanted.</param>
public sealed record NetworkPass(string ModelPath, Func<NetworkFile, DeployedNetwork> Deploy, bool Backward)
{
    /// <summary>Normalise by the batch's own statistics, as in training, instead of the running ones.</summary>
    public bool BatchStatistics { get; init; }

    /// <summary>The precision; null takes that of the inputs.</summary>
    public OperationPrecision? Precision { get; init; }

    /// <summary>Computes the outputs.</summary>
    /// <exception cref="ArgumentException">A name, shape or type is wrong; the message says what was expected.</exception>
    /// <exception cref="InvalidDataException">The model file is malformed.</exception>
    public IReadOnlyList<NamedTensor> Run(IReadOnlyDictionary<string, ITensor> inputs)
    {
        NetworkOperation operation = new(this);
        return OperationCatalog.Run(operation, new OperationRequest(operation.Name, inputs, new Dictionary<string, string>()) { Precision = Precision });
    }

    /// <summary>Reads the inputs from a file and writes the outputs to another, completely or not at all.</summary>
    /// <exception cref="ArgumentException">The mask is none of the network's.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the inputs do not suit the network.</exception>
    public IReadOnlyList<NamedTensor> Run(string inputPath, string outputPath)
    {
        bool deployed = false;
        NetworkPass pass = this with
        {
            Deploy = file =>
            {
                DeployedNetwork network = Deploy(file);
                deployed = true;
                return network;
            },
        };
        try
        {
            return OperationFile.Run(new NetworkOperation(pass), inputPath, outputPath, [], Precision);
        }
        catch (ArgumentException error) when (deployed)
        {
            // The network stands, so what does not fit is what the file holds.
            throw new InvalidDataException($"{inputPath}: {error.Message}", error);
        }
    }
}
