using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Bench.Steps;

/// <summary>PreAct-ResNet-18 for 3×32×32 images, written by hand on libtorch with the names of the managed network.</summary>
internal sealed class TorchPreActResNet18 : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> _conv1 = Conv2d(3, 64, 3, padding: 1, bias: false);
    private readonly Sequential[] _layers = new Sequential[4];
    private readonly BatchNorm2d _bn = BatchNorm2d(512);
    private readonly Linear _linear = Linear(512, 10);

    public TorchPreActResNet18()
        : base("preact_resnet18")
    {
        register_module("conv1", _conv1);
        long channels = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            long outputs = 64L << stage;
            _layers[stage] = Sequential(("0", new Block(channels, outputs, stage == 0 ? 1 : 2)), ("1", new Block(outputs, outputs, 1)));
            register_module($"layer{stage + 1}", _layers[stage]);
            channels = outputs;
        }

        register_module("bn", _bn);
        register_module("linear", _linear);
    }

    public override Tensor forward(Tensor input)
    {
        Tensor x = _conv1.forward(input);
        foreach (Sequential layer in _layers)
        {
            x = layer.forward(x);
        }

        return _linear.forward(functional.relu(_bn.forward(x)).mean([2, 3]));
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d _bn1;
        private readonly Module<Tensor, Tensor> _conv1;
        private readonly BatchNorm2d _bn2;
        private readonly Module<Tensor, Tensor> _conv2;
        private readonly Sequential? _shortcut;

        public Block(long channels, long outputs, long stride)
            : base("block")
        {
            _bn1 = BatchNorm2d(channels);
            _conv1 = Conv2d(channels, outputs, 3, stride: stride, padding: 1, bias: false);
            _bn2 = BatchNorm2d(outputs);
            _conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            register_module("bn1", _bn1);
            register_module("conv1", _conv1);
            register_module("bn2", _bn2);
            register_module("conv2", _conv2);
            if (stride != 1 || channels != outputs)
            {
                _shortcut = Sequential(("0", Conv2d(channels, outputs, 1, stride: stride, bias: false)));
                register_module("shortcut", _shortcut);
            }
        }

        public override Tensor forward(Tensor input)
        {
            Tensor activated = functional.relu(_bn1.forward(input));
            Tensor shortcut = _shortcut is null ? input : _shortcut.forward(activated);
            Tensor x = _conv1.forward(activated);
            return _conv2.forward(functional.relu(_bn2.forward(x))) + shortcut;
        }
    }
}
