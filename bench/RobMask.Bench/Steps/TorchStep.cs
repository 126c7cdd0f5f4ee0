using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Bench.Steps;

/// <summary>The step as a PyTorch user writes it: modules, cross-entropy, backward, the library's own SGD.</summary>
internal sealed class TorchStep : ITrainingStep
{
    private readonly TorchPreActResNet18 _network = new();
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor _images;
    private readonly Tensor _labels;

    public TorchStep(StepBatch batch)
    {
        _images = tensor(batch.Images, [batch.Labels.Length, 3, 32, 32]);
        _labels = tensor(batch.Labels, dtype: ScalarType.Int64);
        using (no_grad())
        {
            foreach ((string name, Parameter parameter) in _network.named_parameters())
            {
                using Tensor start = tensor(batch.Start[name], parameter.shape);
                parameter.copy_(start);
            }
        }

        _optimizer = optim.SGD(_network.parameters(), 0.01, momentum: 0.9, weight_decay: 5e-4);
        _network.train();
    }

    public float Step()
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.zero_grad();
        Tensor loss = functional.cross_entropy(_network.forward(_images), _labels);
        loss.backward();
        _optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }
}
