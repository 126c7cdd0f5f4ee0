"""Records one step of a small network that uses a part of what the adapter knows: record_small.py OUT.safetensors WHAT"""

import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from robmask_trace import mixed_rescale, pgd_step, trace  # noqa: E402


class Usual(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3, 1, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 8 * 8, 10))


class Everything(nn.Module):
    """In-place ReLU, groups, dilation, every pooling, an accumulated gradient, a layer without bias, one without weights."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, (1, 2), (2, 1), (2, 1))
        self.bn = nn.BatchNorm2d(8, eps=1e-3, momentum=0.25)
        self.grouped = nn.Conv2d(8, 8, 3, 1, 1, groups=4, bias=False)
        self.plain = nn.BatchNorm2d(8, affine=False)
        self.act = nn.ReLU(inplace=True)
        self.fc1 = nn.Linear(8, 16, bias=False)
        self.bn1 = nn.BatchNorm1d(16)
        self.fc2 = nn.Linear(16, 10)

    def forward(self, x):
        x = self.act(self.bn(self.stem(x)))
        x = F.max_pool2d(x, 3, 2, 1)
        x = self.act(self.plain(self.grouped(x))) + x
        x = F.avg_pool2d(x, 2)
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        x = F.relu(self.bn1(self.fc1(x)))
        return self.fc2(x)


class Masks(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(8, affine=False)
        self.gammas = nn.Parameter(torch.rand(3, 8) + 0.5)
        self.betas = nn.Parameter(torch.randn(3, 8))
        self.coefficients = nn.Parameter(torch.rand(4, 3))
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        x = F.relu(mixed_rescale(self.norm(self.conv(x)), self.gammas, self.betas, self.coefficients))
        return self.fc(x.mean((2, 3)))


class Heads(nn.Module):
    """One input of three layers, two of them as wide."""

    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(48, 10), nn.Linear(48, 7), nn.Linear(48, 10)])

    def forward(self, x):
        return [head(x) for head in self.heads]


def heads(path, optimizer, model, labels):
    """One input of several layers, one layer at two batch sizes, two losses of the same logits, a scheduler made inside."""
    images, few, fewer = torch.rand(4, 48), torch.rand(3, 48), labels[:3].clone()
    others, sevens = 9 - labels, labels % 7
    with trace(model, path, optimizer=optimizer):
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
        first, second, third = model(images)
        loss = F.cross_entropy(first, labels) + F.cross_entropy(first, others)
        loss = loss + F.cross_entropy(second, sevens) + F.cross_entropy(third, labels)
        loss = loss + F.cross_entropy(model.heads[0](few), fewer)
        loss.backward()
        optimizer.step()
        scheduler.step()


def closure(path, optimizer, model, images, labels):
    def loss():
        optimizer.zero_grad()
        found = F.cross_entropy(model(images), labels)
        found.backward()
        return found

    with trace(model, path, optimizer=optimizer):
        optimizer.step(loss)
        optimizer.step(loss)


class Clipping(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad.clamp_(-0.001, 0.001)
        return super().step(closure)


def odd(path, labels):
    """What the catalogue does not take, and what changes where PyTorch does not see it: nothing may be refused or judged wrong."""
    model = nn.Linear(48, 10)
    model.register_parameter("__metadata__", nn.Parameter(torch.randn(5, 48)))
    bag = nn.EmbeddingBag(10, 5, sparse=True)
    optimizer = Clipping(model.parameters(), lr=0.05)
    norm = nn.BatchNorm1d(4)
    images = torch.rand(4, 48)
    with trace(model, path, optimizer=optimizer):
        numbers = torch.arange(12).reshape(3, 4)
        torch.mm(F.relu(numbers - 5), numbers.t())
        F.linear(images, getattr(model, "__metadata__"), torch.ones(1))
        F.relu(model(images[:0]))
        model(torch.fft.fft(images).real)
        bag(labels.reshape(4, 1)).sum().backward()
        norm(torch.randn(4, 4, 7))
        norm.eval()(torch.randn(8, 4))
        features, masks = torch.randn(4, 8, 3, 3).bfloat16().requires_grad_(), [torch.rand(shape, requires_grad=True) for shape in ((3, 8), (3, 8), (4, 3))]
        with torch.autocast("cpu", torch.bfloat16):
            rescaled = mixed_rescale(features, *masks)
        rescaled.sum().backward()
        wave = images
        for _ in range(200):
            wave = wave + torch.sin(wave)
        model(images)
        images.numpy()[:] = 2
        (model(images) + F.linear(images, getattr(model, "__metadata__").repeat(2, 1))).sum().backward()
        optimizer.step()
        model(images)


def main():
    path, what = sys.argv[1:]
    torch.manual_seed(3)
    model = {"everything": Everything, "masks": Masks, "heads": Heads}.get(what, Usual)()
    images, labels = torch.rand(4, 3, 16, 16), torch.randint(0, 10, (4,))
    mirrored = images.flip(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    if what == "nothing":
        with trace(model, path):
            pass
    if what == "heads":
        return heads(path, optimizer, model, labels)
    if what == "closure":
        return closure(path, optimizer, model, images, labels)
    if what == "odd":
        return odd(path, labels)
    if what == "attack":
        model.eval()
        with trace(model, path):
            origin = images.clone()
            for norm, size, radius in (("linf", 0.01, 0.03), ("l2", 0.5, 1.0)):
                images = origin
                for _ in range(2):
                    images = images.detach().requires_grad_(True)
                    gradient, = torch.autograd.grad(F.cross_entropy(model(images), labels, reduction="sum"), [images])
                    images = pgd_step(images.detach(), origin, gradient, norm, size, radius)
        return
    with trace(model, path, optimizer=optimizer):
        with torch.autocast("cpu", torch.bfloat16, enabled=what == "autocast"):
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        if what == "everything":  # a second pass adds to the gradients
            F.cross_entropy(model(mirrored), labels).backward()
        if what == "exception":
            raise RuntimeError("on purpose")
        optimizer.step()


if __name__ == "__main__":
    main()
