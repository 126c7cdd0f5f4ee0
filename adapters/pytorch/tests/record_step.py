"""Records one training step of PreAct-ResNet-18: record_step.py OUT.safetensors [--batch N] [--width W] [--bf16] [--declare P] [--device D]

--bf16 rounds the inputs and weights of every convolution to bfloat16, as a tensor core does, and computes on in float.
"""

import argparse
import os
import sys

import torch
from torch.nn import functional as F

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
from networks import PreActResNet18  # noqa: E402
from robmask_trace import trace  # noqa: E402


def rounded(tensor):
    return tensor.to(torch.bfloat16).to(tensor.dtype)


class RoundedInputs(torch.utils._python_dispatch.TorchDispatchMode):
    """Stands for a device: rounds the operands of convolutions and their gradients where nobody who records can see it."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name
        if name == "aten::convolution":
            args = (rounded(args[0]), rounded(args[1])) + tuple(args[2:])
        elif name == "aten::convolution_backward":
            args = tuple(rounded(one) for one in args[:3]) + tuple(args[3:])
        return func(*args, **(kwargs or {}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--declare", default=None)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.manual_seed(1)
    model = PreActResNet18(options.width).to(options.device)
    images = torch.rand(options.batch, 3, 32, 32).to(options.device)
    labels = torch.randint(0, 10, (options.batch,)).to(options.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    F.cross_entropy(model(images), labels).backward()  # so that momentum buffers are there
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    outside = RoundedInputs() if options.bf16 else None
    if outside:
        outside.__enter__()
    try:
        with trace(model, options.out, precision=options.declare, optimizer=optimizer):
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
    finally:
        if outside:
            outside.__exit__(None, None, None)


if __name__ == "__main__":
    main()
