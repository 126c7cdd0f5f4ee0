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


def main():
    path, what = sys.argv[1:]
    torch.manual_seed(3)
    model = {"everything": Everything, "masks": Masks}.get(what, Usual)()
    images, labels = torch.rand(4, 3, 16, 16), torch.randint(0, 10, (4,))
    mirrored = images.flip(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
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
