#!/usr/bin/env python3
"""The training step of RobMask in PyTorch alone: what the torch engine has to keep up with.

PreAct-ResNet-18 on 3x32x32 images and 10 classes, SGD with momentum; one line a method, or JSON. The steps are those of
`bench compare engine`: standard, and RobMask with PGD-7 in L-infinity from a random start, k = 3 primary masks, a linear
gate, a radius for each image, evaluation statistics in the attack and no gradient through the gate there.

  python3 bench/pytorch_baseline.py --batch 32 --steps 5 --device cpu --threads 1 --json

Needs torch alone, 1.13 or 2.x. Images are drawn once and lie on the device. Times are medians over the steps after two
unmeasured ones; with one thread on the CPU processor time stands beside the elapsed. Nothing is compiled, no CUDA graphs:
it is eager PyTorch, as the torch engine is eager.
"""
import argparse
import contextlib
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

ATTACK_STEPS = 7
MASKS = 3
EPSILON_MAX = 8 / 255
CLASSES = 10
SHAPE = (3, 32, 32)
WARM_UP = 2
LAMBDA = 1.0


class MaskedNorm(nn.Module):
    """Batch normalisation with k rescalings; u [N, k] mixes them for each image, None means the one there is."""

    def __init__(self, channels, masks):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=masks == 1)
        self.masks = masks
        if masks > 1:
            self.weight = nn.Parameter(1 + 0.01 * torch.randn(masks, channels))
            self.bias = nn.Parameter(torch.zeros(masks, channels))

    def forward(self, x, u):
        x = self.norm(x)
        if self.masks == 1:
            return F.relu(x)
        gamma = (u @ self.weight)[:, :, None, None]
        beta = (u @ self.bias)[:, :, None, None]
        return F.relu(torch.addcmul(beta.to(x.dtype), gamma.to(x.dtype), x))


class Block(nn.Module):
    def __init__(self, channels, out, stride, masks):
        super().__init__()
        self.bn1 = MaskedNorm(channels, masks)
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn2 = MaskedNorm(out, masks)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(channels, out, 1, stride, bias=False) if stride != 1 or channels != out else None

    def forward(self, x, u):
        activated = self.bn1(x, u)
        shortcut = x if self.shortcut is None else self.shortcut(activated)
        return self.conv2(self.bn2(self.conv1(activated), u)) + shortcut


class PreActResNet18(nn.Module):
    def __init__(self, masks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        blocks, channels = [], 64
        for stage in range(4):
            for block in range(2):
                blocks.append(Block(channels, 64 << stage, 2 if block == 0 and stage > 0 else 1, masks))
                channels = 64 << stage
        self.blocks = nn.ModuleList(blocks)
        self.bn = MaskedNorm(channels, masks)
        self.linear = nn.Linear(channels, CLASSES)

    def forward(self, x, u=None):
        x = self.conv1(x)
        for block in self.blocks:
            x = block(x, u)
        return self.linear(self.bn(x, u).mean((2, 3)))


class Gate(nn.Module):
    """u(delta) = softmax(W vec(delta) / eps_max + b)."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(SHAPE[0] * SHAPE[1] * SHAPE[2], MASKS)

    def forward(self, delta):
        return F.softmax(self.fc(delta.flatten(1) / EPSILON_MAX), 1)


class Step:
    """One training step on a fixed batch."""

    def __init__(self, method, batch, device, precision):
        self.method, self.device, self.precision = method, device, precision
        torch.manual_seed(1)
        self.model = PreActResNet18(1 if method == "standard" else MASKS).to(device).train()
        self.gate = Gate().to(device) if method == "robmask" else None
        self.images = torch.rand(batch, *SHAPE).to(device)
        self.labels = (torch.arange(batch) % CLASSES).to(device)
        groups = [{"params": list(self.model.parameters()), "weight_decay": 5e-4}]
        if self.gate is not None:
            groups.append({"params": list(self.gate.parameters()), "weight_decay": 0.0})
        options = {"lr": 0.01, "momentum": 0.9}
        try:
            self.optimiser = torch.optim.SGD(groups, fused=True, **options)
            self.sgd = "fused"
        except (TypeError, RuntimeError):
            self.optimiser = torch.optim.SGD(groups, foreach=True, **options)
            self.sgd = "foreach"

    def run(self):
        self.optimiser.zero_grad(set_to_none=True)
        if self.method == "standard":
            self.train(self.images, None, 1.0)
        else:
            radius = torch.rand(len(self.images), 1, 1, 1, device=self.device) * EPSILON_MAX
            attacked = self.attack(radius)
            self.train(self.images, self.gate(torch.zeros_like(self.images)), 1.0)
            self.train(attacked, self.gate(attacked - self.images), LAMBDA)
        self.optimiser.step()

    def train(self, images, u, weight):
        with self.autocast():
            loss = weight * F.cross_entropy(self.model(images, u).float(), self.labels)
        loss.backward()

    def attack(self, radius):
        low, high = self.images - radius, self.images + radius
        length = radius * (2.5 / ATTACK_STEPS)
        point = (self.images + radius * (2 * torch.rand_like(self.images) - 1)).clamp_(0, 1)
        self.model.eval()
        for _ in range(ATTACK_STEPS):
            point = point.detach().requires_grad_(True)
            with torch.no_grad():
                u = self.gate(point - self.images)
            with self.autocast():
                loss = F.cross_entropy(self.model(point, u).float(), self.labels, reduction="sum")
            gradient = torch.autograd.grad(loss, point)[0]
            with torch.no_grad():
                point = torch.min(torch.max(gradient.sign_().mul_(length).add_(point), low), high).clamp_(0, 1)
        self.model.train()
        return point.detach()

    def autocast(self):
        if self.precision != "bf16":
            return contextlib.nullcontext()
        return torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16)


def peak_bytes(device):
    if torch.device(device).type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(method, options):
    step = Step(method, options.batch, options.device, options.precision)
    is_cuda = torch.device(options.device).type == "cuda"
    if is_cuda:
        torch.cuda.reset_peak_memory_stats(options.device)
    elapsed, processor = [], []
    for i in range(WARM_UP + options.steps):
        if is_cuda:
            torch.cuda.synchronize(options.device)
        begin, used = time.perf_counter(), time.process_time()
        step.run()
        if is_cuda:
            torch.cuda.synchronize(options.device)
        if i >= WARM_UP:
            elapsed.append(time.perf_counter() - begin)
            processor.append(time.process_time() - used)
    seconds = statistics.median(elapsed)
    return {
        "method": method,
        "batch": options.batch,
        "steps": options.steps,
        "medianSeconds": round(seconds, 6),
        "medianProcessorSeconds": round(statistics.median(processor), 6),
        "imagesPerSecond": round(options.batch / seconds, 2),
        "peakBytes": peak_bytes(options.device),
        "sgd": step.sgd,
    }


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=positive, default=128, help="images of a step (128)")
    parser.add_argument("--steps", type=positive, default=10, help="timed steps of each method (10)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:n (cpu)")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32")
    parser.add_argument("--methods", default="standard,robmask", help="standard, robmask or both, with a comma")
    parser.add_argument("--threads", type=positive, help="threads of the CPU (torch's own choice)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    methods = options.methods.split(",")
    for method in methods:
        if method not in ("standard", "robmask"):
            parser.error(f"method «{method}» is neither standard nor robmask")
    if torch.device(options.device).type == "cuda" and not torch.cuda.is_available():
        print(f"pytorch_baseline: device {options.device}: this torch sees no CUDA device", file=sys.stderr)
        return 3
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    figures = []
    for method in methods:
        figures.append(measure(method, options))
        if not options.json:
            one = figures[-1]
            print(f"{method:9} batch {options.batch}: {one['medianSeconds']:.4f} s a step ({one['medianProcessorSeconds']:.4f} s of processor), "
                  f"{one['imagesPerSecond']:.1f} images/s, peak {one['peakBytes'] / 2**20:.0f} MiB, SGD {one['sgd']}", flush=True)
    if options.json:
        print(json.dumps({
            "torch": torch.__version__,
            "device": torch.cuda.get_device_name(options.device) if torch.device(options.device).type == "cuda" else "cpu",
            "precision": options.precision,
            "threads": torch.get_num_threads(),
            "network": "preact_resnet18",
            "figures": figures,
        }, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
