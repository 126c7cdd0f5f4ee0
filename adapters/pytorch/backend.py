"""Serves PyTorch's operations to `robmask check`, on CPU or CUDA.

    robmask check --backend "python3 adapters/pytorch/backend.py --device cuda --precision tf32"

One file, torch alone, PyTorch 1.13 to 2.x. The protocol is described in docs/backend-protocol.md of RobMask Reference:
requests are JSON lines on standard input, answers JSON lines on standard output, tensors travel in safetensors files.
Gradients come from autograd, sgd_step from torch.optim.SGD; what PyTorch has no function for is written out in its tensors.
"""

import argparse
import ctypes
import json
import os
import struct
import sys

import torch
import torch.nn.functional as F

PROTOCOL = 1
DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class Unsupported(Exception):
    """The request is right, but this backend has no answer to it."""


def read(path, device):
    """All tensors of a safetensors file, by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        values = torch.frombuffer(data[start:end], dtype=dtype) if end > start else torch.empty(0, dtype=dtype)
        tensors[name] = values.reshape(entry["shape"]).to(device)
    return tensors


def write(path, tensors):
    """Writes tensors as safetensors: beside the target first, then renamed."""
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        flat = tensor.detach().cpu().contiguous()
        part = ctypes.string_at(flat.data_ptr(), flat.numel() * flat.element_size()) if flat.numel() else b""
        header[name] = {"dtype": NAMES[flat.dtype], "shape": list(flat.shape), "data_offsets": [offset, offset + len(part)]}
        parts.append(part)
        offset += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    temporary = path + ".part"
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    os.replace(temporary, path)


def channels(parameter, like):
    """[C] or [N, C] shaped so that it broadcasts over [N, C] or [N, C, H, W]."""
    shape = [1] * (2 - parameter.dim()) + list(parameter.shape) + [1] * (like.dim() - 2)
    return parameter.reshape(shape)


def gradients(output, inputs, grad_output):
    """The gradients of output for each input, zeros where it does not depend on it."""
    grads = torch.autograd.grad(output, inputs, grad_output, allow_unused=True)
    return [torch.zeros_like(x) if grad is None else grad for x, grad in zip(inputs, grads)]


def leaf(tensor):
    return tensor.detach().clone().requires_grad_(True)


class Operations:
    """One method for each operation of the catalogue: inputs `t` and attributes `a` go in, outputs by name come out."""

    def __init__(self, precision):
        self._bf16 = precision == "bf16"

    # Products: under bf16 the operands are rounded to it, as autocast does.
    def _operand(self, tensor):
        return tensor.bfloat16() if self._bf16 else tensor

    def _bias(self, t):
        return self._operand(t["bias"]) if "bias" in t else None

    def conv2d(self, t, a):
        return {"output": self._conv(self._operand(t["input"]), self._operand(t["weight"]), self._bias(t), a)}

    def conv2d_backward(self, t, a):
        x, w, g = leaf(self._operand(t["input"])), leaf(self._operand(t["weight"])), self._operand(t["grad_output"])
        if self._bf16 and a["bias"]:
            raise Unsupported("in bf16 the gradient of the bias is a sum of rounded numbers")
        bias = torch.zeros(w.shape[0], dtype=x.dtype, device=x.device, requires_grad=True) if a["bias"] else None
        inputs = [x, w] + ([bias] if a["bias"] else [])
        return dict(zip(["grad_input", "grad_weight", "grad_bias"], gradients(self._conv(x, w, bias, a), inputs, g)))

    @staticmethod
    def _conv(x, w, bias, a):
        return F.conv2d(x, w, bias, tuple(a["stride"]), tuple(a["padding"]), tuple(a["dilation"]), a["groups"])

    def linear(self, t, a):
        return {"output": F.linear(self._operand(t["input"]), self._operand(t["weight"]), self._bias(t))}

    def linear_backward(self, t, a):
        if self._bf16:
            raise Unsupported("in bf16 the gradient of the bias is a sum of rounded numbers")
        x, w = leaf(t["input"]), leaf(t["weight"])
        bias = torch.zeros(w.shape[0], device=x.device, requires_grad=True)
        return dict(zip(["grad_input", "grad_weight", "grad_bias"], gradients(F.linear(x, w, bias), [x, w, bias], t["grad_output"])))

    def batch_norm(self, t, a):
        x, training = t["input"], a["training"]
        mean, var = (t[name].clone() if name in t else None for name in ("running_mean", "running_var"))
        outputs = {"output": F.batch_norm(x, mean, var, t.get("weight"), t.get("bias"), training, a["momentum"], a["eps"])}
        if training:
            dims = [0] + list(range(2, x.dim()))
            outputs["var"], outputs["mean"] = torch.var_mean(x, dims, unbiased=False)
            if mean is not None:
                outputs["running_mean"], outputs["running_var"] = mean, var
        return outputs

    normalize = batch_norm

    def batch_norm_backward(self, t, a):
        x = leaf(t["input"])
        weight = leaf(t["weight"]) if "weight" in t else None
        bias = torch.zeros_like(weight, requires_grad=True) if weight is not None else None
        mean, var = (t[name].clone() if name in t else None for name in ("running_mean", "running_var"))
        y = F.batch_norm(x, mean, var, weight, bias, a["training"], 0.1, a["eps"])
        inputs = [x] if weight is None else [x, weight, bias]
        return dict(zip(["grad_input", "grad_weight", "grad_bias"], gradients(y, inputs, t["grad_output"])))

    normalize_backward = batch_norm_backward

    def add(self, t, a):
        return {"output": t["left"] + t["right"]}

    def rescale(self, t, a):
        x = t["input"]
        return {"output": channels(t["gamma"], x) * x + channels(t["beta"], x)}

    def rescale_backward(self, t, a):
        x, gamma = leaf(t["input"]), leaf(t["gamma"])
        beta = torch.zeros_like(gamma, requires_grad=True)
        y = channels(gamma, x) * x + channels(beta, x)
        return dict(zip(["grad_input", "grad_gamma", "grad_beta"], gradients(y, [x, gamma, beta], t["grad_output"])))

    @staticmethod
    def _mixed(x, gammas, betas, u):
        """gamma_n = sum_i u_ni gamma_i and beta_n likewise, element by element: no product of matrices, so no TF32."""
        gamma = (u.unsqueeze(2) * gammas.unsqueeze(0)).sum(1)
        beta = (u.unsqueeze(2) * betas.unsqueeze(0)).sum(1)
        return channels(gamma, x) * x + channels(beta, x)

    def mixed_rescale(self, t, a):
        return {"output": self._mixed(t["input"], t["gammas"], t["betas"], t["coefficients"])}

    def mixed_rescale_backward(self, t, a):
        inputs = [leaf(t[name]) for name in ("input", "gammas", "betas", "coefficients")]
        return dict(zip(["grad_input", "grad_gammas", "grad_betas", "grad_coefficients"], gradients(self._mixed(*inputs), inputs, t["grad_output"])))

    def relu(self, t, a):
        return {"output": F.relu(t["input"])}

    def relu_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(F.relu(x), [x], t["grad_output"])[0]}

    def feature_mask(self, t, a):
        return {"mask": t["input"] > 0}

    @staticmethod
    def _window(a):
        stride = [k if s == 0 else s for s, k in zip(a["stride"], a["kernel_size"])]
        return tuple(a["kernel_size"]), tuple(stride), tuple(a["padding"])

    def max_pool2d(self, t, a):
        return {"output": F.max_pool2d(t["input"], *self._window(a))}

    def max_pool2d_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(F.max_pool2d(x, *self._window(a)), [x], t["grad_output"])[0]}

    def avg_pool2d(self, t, a):
        return {"output": F.avg_pool2d(t["input"], *self._window(a))}

    def avg_pool2d_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(F.avg_pool2d(x, *self._window(a)), [x], t["grad_output"])[0]}

    def global_avg_pool(self, t, a):
        return {"output": F.adaptive_avg_pool2d(t["input"], 1).flatten(1)}

    def global_avg_pool_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(F.adaptive_avg_pool2d(x, 1).flatten(1), [x], t["grad_output"])[0]}

    def sum(self, t, a):
        return {"output": t["input"].sum(1)}

    def mean(self, t, a):
        return {"output": t["input"].mean(1)}

    def softmax(self, t, a):
        return {"output": F.softmax(t["input"], 1)}

    def log_softmax(self, t, a):
        return {"output": F.log_softmax(t["input"], 1)}

    @staticmethod
    def _reduce(per_image, a):
        return {"mean": torch.mean, "sum": torch.sum, "none": lambda loss: loss}[a["reduction"]](per_image)

    # With reduction=none a gradient is that of the sum.
    @staticmethod
    def _total(loss):
        return loss.sum() if loss.dim() else loss

    def cross_entropy(self, t, a):
        return {"output": F.cross_entropy(t["input"], t["target"], reduction=a["reduction"], label_smoothing=a["label_smoothing"])}

    def cross_entropy_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(self._total(self.cross_entropy({**t, "input": x}, a)["output"]), [x], None)[0]}

    def kl_div(self, t, a):
        terms = F.kl_div(F.log_softmax(t["input"], 1), F.log_softmax(t["reference"], 1), reduction="none", log_target=True)
        return {"output": self._reduce(terms.sum(1), a)}

    def kl_div_backward(self, t, a):
        inputs = [leaf(t["input"]), leaf(t["reference"])]
        loss = self.kl_div({"input": inputs[0], "reference": inputs[1]}, a)["output"]
        return dict(zip(["grad_input", "grad_reference"], gradients(self._total(loss), inputs, None)))

    @staticmethod
    def _rival(z, y):
        """The greatest logit of another class. Not by filling in -inf for the label: that would tie with a logit of -inf."""
        others = torch.arange(z.shape[1] - 1, device=z.device).unsqueeze(0)
        return z.gather(1, others + (others >= y)).max(1).values

    def margin_loss(self, t, a):
        z, y = t["input"], t["target"].unsqueeze(1)
        return {"output": self._reduce(self._rival(z, y) - z.gather(1, y).squeeze(1), a)}

    def margin_loss_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(self._total(self.margin_loss({**t, "input": x}, a)["output"]), [x], None)[0]}

    def dlr_loss(self, t, a):
        z, y = t["input"], t["target"].unsqueeze(1)
        ranked = z.sort(dim=1, descending=True, stable=True).values
        label = z.gather(1, y).squeeze(1)
        if "attack_target" in t:
            other = z.gather(1, t["attack_target"].unsqueeze(1)).squeeze(1)
            width = ranked[:, 0] - 0.5 * (ranked[:, 2] + ranked[:, 3])
        else:
            other = self._rival(z, y)
            width = ranked[:, 0] - ranked[:, 2]
        return {"output": self._reduce(-(label - other) / (width + 1e-12), a)}

    def dlr_loss_backward(self, t, a):
        x = leaf(t["input"])
        return {"grad_input": gradients(self._total(self.dlr_loss({**t, "input": x}, a)["output"]), [x], None)[0]}

    def sgd_step(self, t, a):
        param = leaf(t["param"])
        param.grad = t["grad"].clone()
        optimizer = torch.optim.SGD([param], a["lr"], a["momentum"], a["dampening"], a["weight_decay"], a["nesterov"])
        if "momentum_buffer" in t:
            optimizer.state[param]["momentum_buffer"] = t["momentum_buffer"].clone()
        optimizer.step()
        outputs = {"param": param}
        if a["momentum"] != 0:
            outputs["momentum_buffer"] = optimizer.state[param]["momentum_buffer"]
        return outputs

    def pgd_step(self, t, a):
        x, origin, grad, epsilon = t["input"], t["origin"], t["grad"], a["epsilon"]
        if a["norm"] == "linf":
            x = torch.max(torch.min(x + a["step_size"] * grad.sign(), origin + epsilon), origin - epsilon)
        else:
            shape = [-1] + [1] * (x.dim() - 1)
            length = grad.flatten(1).norm(dim=1).clamp(min=1e-12).reshape(shape)
            moved = x + a["step_size"] * (grad / length) - origin
            distance = moved.flatten(1).norm(dim=1).reshape(shape)
            x = origin + moved * torch.where(distance > epsilon, epsilon / distance, torch.ones_like(distance))
        return {"output": x.clamp(a["min"], a["max"])}


def numbers(attributes):
    """Attributes as Python takes them; infinity comes as a word."""
    words = {"Infinity": float("inf"), "-Infinity": -float("inf")}
    return {name: words.get(value, value) if isinstance(value, str) else value for name, value in attributes.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, cuda:1, …")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "tf32", "bf16"], help="of products; declared to the check (default fp32)")
    options = parser.parse_args()
    missing = None
    try:
        torch.empty(1, device=options.device)
    except Exception as error:  # the check is told, in answer to its hello
        missing = f"--device {options.device}: {str(error).splitlines()[0]}"
    device = torch.device("cpu" if missing else options.device)
    if options.precision == "tf32" and not options.device.startswith("cuda"):
        parser.error("--precision tf32 needs --device cuda")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    operations = Operations(options.precision)
    names = [name for name in vars(Operations) if not name.startswith("_")]
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer

    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request.get("id"), "ok": False}
        try:
            if missing:
                raise ValueError(missing)
            if request["request"] == "hello":
                if request["protocol"] != PROTOCOL:
                    raise ValueError(f"this backend speaks version {PROTOCOL} of the protocol")
                answer.update(protocol=PROTOCOL, name=f"pytorch {torch.__version__}", device=str(device), precision=options.precision, operations=names)
            elif request["operation"] not in names:
                raise Unsupported(request["operation"])
            else:
                outputs = getattr(operations, request["operation"])(read(request["inputs"], device), numbers(request["attributes"]))
                write(request["outputs"], outputs)
            answer["ok"] = True
        except Unsupported as reason:
            answer["unsupported"] = str(reason)
        except Exception as error:  # whatever it is, the check is told
            answer["error"] = f"{type(error).__name__}: {error}"
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
