"""Records what a PyTorch model really computes, for `robmask verify trace`.

    from robmask_trace import trace

    with trace(model, "step.safetensors", optimizer=optimizer):
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

One file, torch alone, PyTorch 1.13 to 2.x, CPU and CUDA. The format is described in docs/trace-format.md of
RobMask Reference; adapters/pytorch/README.md says what is recorded as what.
"""

import collections
import contextlib
import ctypes
import functools
import inspect
import json
import os
import struct
import sys
import tempfile
import types
import zlib

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["trace", "mixed_rescale", "pgd_step"]

_VERSION = "1"
_TYPES = {
    torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.bool: "BOOL",
}
_FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
_PRODUCTS = ("conv2d", "conv2d_backward", "linear", "linear_backward")
_REDUCTIONS = ("none", "mean", "sum")
_INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool)
_LONGEST = 80  # characters of a name, before a number that makes it unique
_active = []  # the recorders of the traces under way, the innermost last


class trace:
    """A context manager that records everything inside it into one file, which appears when the block ends without an exception.

    model: the module whose parts give the operations their names. path: the file. precision: what the user declares for all
    operations (fp32, tf32, fp16, bf16); None takes it from the tensors' types and from PyTorch's TF32 switches, operation by
    operation. optimizer: one whose step() is to be recorded; torch.optim.SGD is judged, others are not.
    """

    def __init__(self, model, path, precision=None, optimizer=None):
        if precision not in (None, "fp32", "tf32", "fp16", "bf16"):
            raise ValueError(f"precision is {precision!r}; expected fp32, tf32, fp16, bf16 or None")
        if sys.byteorder != "little":
            raise RuntimeError("safetensors are little-endian; this machine is not")
        self._model, self._path, self._precision, self._optimizer = model, os.path.abspath(path), precision, optimizer

    def __enter__(self):
        self._recorder = _Recorder(self._model, self._path, self._precision)
        self._undo = contextlib.ExitStack()
        try:
            for name, module in self._model.named_modules():
                if isinstance(module, torch.jit.ScriptModule):
                    continue  # takes no hooks
                self._undo.callback(module.register_forward_pre_hook(self._recorder.entering(name)).remove)
                self._undo.callback(module.register_forward_hook(self._recorder.leaving).remove)
            if self._optimizer is not None:
                self._undo.callback(_record_steps(self._optimizer, self._recorder))
            with contextlib.suppress(AttributeError):  # one thread for the whole backward pass, so that operations come in order
                self._undo.enter_context(torch.autograd.set_multithreading_enabled(False))
            _active.append(self._recorder)
            self._undo.callback(_active.pop)
            self._recorder.__enter__()
        except BaseException:
            self._undo.close()
            self._recorder.spool.close()
            raise
        return self

    def __exit__(self, kind, value, traceback):
        try:
            self._recorder.__exit__(kind, value, traceback)
            self._undo.close()
            if kind is None:
                self._recorder.save()
        finally:
            self._recorder.spool.close()

    @contextlib.contextmanager
    def phase(self, name):
        """Says what part of a step the operations inside belong to: forward, loss, backward, optimiser or attack."""
        before, self._recorder.phase = self._recorder.phase, name
        try:
            yield
        finally:
            self._recorder.phase = before


def pgd_step(images, origin, grad, norm, step_size, epsilon, min=0.0, max=1.0):
    """One projected step: along grad, into the ball about origin, into [min, max]; recorded as one pgd_step.

    norm: "linf" or "l2"; step_size and epsilon: numbers.
    """
    with _quietly() as recorder, torch.no_grad():
        if norm == "linf":
            moved = images + step_size * grad.sign()
            moved = torch.min(torch.max(moved, origin - epsilon), origin + epsilon)
        elif norm == "l2":
            shape = [-1] + [1] * (images.dim() - 1)
            length = grad.flatten(1).norm(dim=1).clamp_min(1e-12).view(shape)
            difference = images + grad * (step_size / length) - origin
            distance = difference.flatten(1).norm(dim=1).view(shape)
            moved = origin + torch.where(distance > epsilon, difference * (epsilon / distance.clamp_min(1e-12)), difference)
        else:
            raise ValueError(f"norm is {norm!r}; expected linf or l2")
        output = moved.clamp(min, max)
        if recorder is not None:
            attributes = {"norm": norm, "step_size": _text(step_size), "epsilon": _text(epsilon), "min": _text(min), "max": _text(max)}
            inputs = {"input": images, "origin": origin, "grad": grad}
            recorder.note("pgd_step", inputs, {"output": output}, attributes, name=recorder.unique_op("pgd_step"), phase="attack")
    return output


def mixed_rescale(x, gammas, betas, coefficients):
    """RobMask's rescaling by a mixture of k primary masks, one mixture for each image; recorded as one mixed_rescale.

    x: [N, C] or [N, C, H, W]; gammas, betas: [k, C]; coefficients: [N, k].
    """
    return _MixedRescale.apply(x, gammas, betas, coefficients)


class _MixedRescale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gammas, betas, coefficients):
        ctx.save_for_backward(x, gammas, betas, coefficients)
        with _quietly() as recorder, _without_autocast(x.device.type):
            wide_x, wide_gammas, wide_betas, mixture = _widened(x, gammas, betas, coefficients)
            gamma, beta = mixture @ wide_gammas, mixture @ wide_betas
            shape = list(gamma.shape) + [1] * (x.dim() - 2)
            output = (wide_x * gamma.view(shape) + beta.view(shape)).to(x.dtype)
            if recorder is not None:
                name = recorder.forward_name("mixed_rescale")
                inputs = {"input": x, "gammas": gammas, "betas": betas, "coefficients": coefficients}
                recorder.note("mixed_rescale", inputs, {"output": output}, name=name, phase="forward")
                recorder.forward_of["mixed_rescale", recorder.ref(x)] = name
        return output

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_output):
        x, gammas, betas, coefficients = ctx.saved_tensors
        with _quietly() as recorder, _without_autocast(x.device.type):
            wide_x, wide_gammas, wide_betas, mixture, wide_grad = _widened(x, gammas, betas, coefficients, grad_output)
            gamma = mixture @ wide_gammas
            places = list(range(2, x.dim()))
            product = wide_grad * wide_x
            grad_gamma = product.sum(places) if places else product
            grad_beta = wide_grad.sum(places) if places else wide_grad
            gradients = {
                "grad_input": (wide_grad * gamma.view(list(gamma.shape) + [1] * len(places))).to(x.dtype),
                "grad_gammas": (mixture.t() @ grad_gamma).to(gammas.dtype),
                "grad_betas": (mixture.t() @ grad_beta).to(betas.dtype),
                "grad_coefficients": (grad_gamma @ wide_gammas.t() + grad_beta @ wide_betas.t()).to(coefficients.dtype),
            }
            if recorder is not None:
                name = recorder.forward_of.get(("mixed_rescale", recorder.ref(x)), "mixed_rescale")
                inputs = {"input": x, "gammas": gammas, "betas": betas, "coefficients": coefficients, "grad_output": grad_output}
                recorder.note("mixed_rescale_backward", inputs, gradients, name=name, phase="backward")
        return tuple(gradients.values())


def _without_autocast(device):
    return torch.autocast(device, enabled=False) if device in ("cpu", "cuda") else contextlib.nullcontext()


def _widened(*tensors):
    """The tensors in double if one of them is, else in float: under autocast they come in several types."""
    dtype = torch.float64 if any(one.dtype == torch.float64 for one in tensors) else torch.float32
    return [one.to(dtype) for one in tensors]


@contextlib.contextmanager
def _quietly():
    """Hides operations from the innermost trace and gives its recorder; None where nothing is recorded."""
    recorder = _active[-1] if _active and not _active[-1].paused else None
    if recorder is None:
        yield None
        return
    recorder.paused = True
    try:
        yield recorder
    finally:
        recorder.paused = False


def _record_steps(optimizer, recorder):
    """Replaces optimizer.step by one that is recorded; gives what undoes that."""
    original, own = optimizer.step, "step" in vars(optimizer)
    live = [recorder]

    def known():
        before = []
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and _is_recordable(parameter) and _is_recordable(parameter.grad):
                    momentum = optimizer.state.get(parameter, {}).get("momentum_buffer")
                    inputs = {"param": recorder.ref(parameter), "grad": recorder.ref(parameter.grad)}
                    if momentum is not None:
                        inputs["momentum_buffer"] = recorder.ref(momentum, recorder.stem(inputs["param"]) + "/momentum_buffer")
                    before.append((group, parameter, inputs))
        return before

    def forget():
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                for tensor in (parameter, parameter.grad):
                    if tensor is not None and _is_recordable(tensor):
                        recorder.forget(tensor)

    # A method of the optimiser, because schedulers look at __self__ and __func__.
    @functools.wraps(original)
    def step(self, *args, **kwargs):
        if not live or recorder.paused:
            return original(*args, **kwargs)
        before = []

        def recorded(closure):
            def run():  # what a closure computes is a part of the step like any other
                if not _is_plain_sgd(optimizer):
                    forget()
                recorder.paused = False
                try:
                    return closure()
                finally:
                    recorder.paused = True
                    before[:] = known()
            return run

        if args and callable(args[0]):
            args = (recorded(args[0]), *args[1:])
        elif callable(kwargs.get("closure")):
            kwargs = {**kwargs, "closure": recorded(kwargs["closure"])}
        recorder.paused = True
        try:
            before[:] = known()
            result = original(*args, **kwargs)
            forget()
            for group, parameter, inputs in before:
                recorder.step(optimizer, group, parameter, inputs)
            return result
        finally:
            recorder.paused = False

    patched = optimizer.step = types.MethodType(step, optimizer)

    def undo():
        live.clear()
        if vars(optimizer).get("step") is not patched:
            return  # a scheduler has wrapped it meanwhile, and needs what it made
        if own:
            optimizer.step = original
        else:
            del optimizer.step

    return undo


def _is_plain_sgd(optimizer):
    """Whether a step is PyTorch's SGD and nothing else: a subclass or a hook may do anything before."""
    hooks = getattr(optimizer, "_optimizer_step_pre_hooks", None) or getattr(optimizer, "_optimizer_step_post_hooks", None)
    return type(optimizer) is torch.optim.SGD and not hooks


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(str(int(v)) for v in (value if len(value) > 1 else list(value) * 2))
    return str(value) if isinstance(value, (str, int)) else repr(float(value))


def _storage(tensor):
    if hasattr(tensor, "untyped_storage"):
        return tensor.untyped_storage()
    return tensor.storage()._storage  # PyTorch 1.13


def _key(tensor):
    # The stride of an extent of 1 means nothing.
    strides = tuple(0 if n == 1 else s for n, s in zip(tensor.shape, tensor.stride()))
    return tensor.storage_offset(), tuple(tensor.shape), strides, tensor.dtype


def _is_recordable(tensor):
    """Whether a trace can hold it: strided numbers in memory, not complex, sparse or quantised ones."""
    return tensor.layout == torch.strided and tensor.device.type != "meta" and (tensor.dtype in _FLOATS or tensor.dtype in _INTEGERS)


def _checksum(tensor):
    """A number that tells a tensor's elements, in their order, from those that it had before."""
    values = tensor.detach().resolve_neg().contiguous()
    length = values.numel() * values.element_size()
    if not length:
        return 0
    if values.device.type == "cpu":
        return zlib.crc32(memoryview((ctypes.c_ubyte * length).from_address(values.data_ptr())))
    if values.dtype != torch.bool:
        values = values.view({1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[values.element_size()])
    values = values.flatten()
    return tuple(torch.stack([values.sum(dtype=torch.int64), values[::2].sum(dtype=torch.int64), values[::3].sum(dtype=torch.int64)]).tolist())


def _tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _tensors(one)


_Linear = collections.namedtuple("_Linear", "name input weight rows width")


class _Spool:
    """The elements of tensors, one after the other in a file beside the target that nobody else sees."""

    def __init__(self, path):
        folder, name = os.path.split(path)
        handle, self._name = tempfile.mkstemp(prefix=f".{name}.", suffix=".spool.tmp", dir=folder)
        self._file = os.fdopen(handle, "w+b")
        self._end = 0
        with contextlib.suppress(OSError):
            os.unlink(self._name)  # where an open file may be removed, nothing can be left behind

    def add(self, tensor):
        values = tensor.detach().resolve_neg()
        if values.dtype not in _TYPES:
            values = values.to(torch.int64)  # integers of other lengths
        values = values.to("cpu").contiguous()
        length = values.numel() * values.element_size()
        if length:
            self._file.write(memoryview((ctypes.c_ubyte * length).from_address(values.data_ptr())))
        start, self._end = self._end, self._end + length
        return _TYPES[values.dtype], list(values.shape), start, length

    def copy(self, start, length, target):
        self._file.seek(start)
        while length:
            part = self._file.read(min(length, 1 << 22))
            target.write(part)
            length -= len(part)

    def close(self):
        self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._name)


class _Recorder(TorchDispatchMode):
    """Sees every operation of forward and backward below autograd and autocast, and writes it down."""

    def __init__(self, model, path, precision):
        super().__init__()
        self.path, self.precision = path, precision
        self.spool = _Spool(path)
        self.paused, self.phase = False, None
        self.operations = []
        self.stored = {}  # name: (type, shape, start, length) in the spool
        self.storages = {}  # address of a storage: (weak reference, {key: name})
        self.producer = {}  # name of a tensor: the operation that gave it
        self.forward_of = {}  # (operation, name of a tensor that tells it): the name of the forward operation
        self.modules, self.leaves = [], {name: not list(module.children()) for name, module in model.named_modules()}
        self.counts, self.stems, self.roots = {}, {}, {}
        self.sums = {}  # name of a tensor: the checksum of its elements
        self.given_names, self.origins = {}, {}
        self.logits_of, self.loss_gradients, self.averaged = {}, {}, []
        self.linear_layers = {}  # ("weight" or "input", name of the tensor): the layers
        self.linear_gradients = {}  # name of a gradient: the layers whose output's it is
        self.linear_used = set()  # the layers whose grad_input is recorded
        self.linear_entries = {}  # (name of a gradient, layer): the recorded linear_backward
        for name, tensor in list(model.named_parameters()) + list(model.named_buffers()):
            self.given_names[_storage(tensor)._cdata] = (StorageWeakRef(_storage(tensor)), _key(tensor), name)
            if tensor.grad is not None:
                self.given_names[_storage(tensor.grad)._cdata] = (StorageWeakRef(_storage(tensor.grad)), _key(tensor.grad), name + ".grad")

    # Names

    def entering(self, name):
        def hook(module, inputs):
            if name == "":
                self.modules.clear()  # what an exception, caught since, has left
            self.modules.append(name)
        return hook

    def leaving(self, module, inputs, output):
        if self.modules:
            self.modules.pop()

    def unique(self, name):
        stem = name if len(name) <= _LONGEST else f"{name[:_LONGEST // 2]}…{name[-_LONGEST // 2 + 1:]}"
        while True:
            count = self.counts[stem] = self.counts.get(stem, 0) + 1
            found = stem if count == 1 and stem != "__metadata__" else f"{stem}#{count}"
            if found not in self.stems:
                self.stems[found] = stem
                return found

    def stem(self, name):
        """What a name was made of: without the number that makes it unique."""
        return self.stems.get(name, name)

    def derived(self, name, ending):
        """A unique name for what is made of a tensor; it does not grow when that was made of another."""
        root = self.roots.get(name) or self.stem(name)
        found = self.unique(f"{root}/{ending}")
        self.roots[found] = root
        return found

    def unique_op(self, name):
        return self.unique("op " + name)[3:]  # operations and tensors may share names

    def forward_name(self, op):
        module = self.modules[-1] if self.modules else ""
        return self.unique_op(module if module and self.leaves.get(module) else f"{module}.{op}".lstrip("."))

    def names(self, tensor):
        """The names of the tensors that live in the memory of this one, by their place in it."""
        storage = _storage(tensor)
        known = self.storages.get(storage._cdata)
        if known is None or known[0].expired():
            known = self.storages[storage._cdata] = StorageWeakRef(storage), {}
        return known[1]

    def ref(self, tensor, hint=None):
        """The name of a tensor's present value; what no operation gave is stored here."""
        names, key = self.names(tensor), _key(tensor)
        if key in names:
            # Somebody may have written to its memory where PyTorch does not see it, as through .numpy().
            if self.sums[names[key]] == _checksum(tensor):
                return names[key]
            names.clear()
        if tensor.is_contiguous() and _is_floating(tensor) and tensor.numel():
            for (offset, shape, strides, dtype), name in list(names.items()):
                if offset == key[0] and dtype == key[3] and _is_dense(shape, strides) and _count(shape) == tensor.numel():
                    if self.sums[name] != _checksum(tensor):
                        names.clear()
                        break
                    alias = self.derived(name, "x".join(map(str, tensor.shape)) or "scalar")
                    self.sums[alias] = self.sums[name]
                    producer = self.producer.get(name)
                    self.append("alias", {"input": name}, {"output": alias}, {"shape": ",".join(map(str, tensor.shape))}, producer and producer["name"], producer and producer["phase"])
                    names[key] = alias
                    return alias
        base = {name for name in names.values()}
        given = self.given_names.get(_storage(tensor)._cdata)
        if base:  # a part or another order of something known
            name = self.derived(min(base), "view")
            self.store(name, tensor)
            self.append("view", {str(i): one for i, one in enumerate(sorted(base))}, {"output": name}, opaque=True)
        else:
            name = self.unique(given[2] if given and given[1] == key else hint or "given")
            self.store(name, tensor)
        names[key] = name
        return name

    def store(self, name, tensor):
        self.stored[name] = self.spool.add(tensor)
        self.sums[name] = _checksum(tensor)

    def give(self, tensor, hint):
        """Stores what an operation gave."""
        name = self.unique(hint)
        self.store(name, tensor)
        self.names(tensor)[_key(tensor)] = name
        return name

    def same(self, tensor, name):
        """Says that a tensor has the elements of a named one."""
        self.names(tensor)[_key(tensor)] = name

    # Operations

    def append(self, op, inputs, outputs, attributes=None, name=None, phase=None, opaque=False, droppable=False):
        phase = phase or self.guess(op, inputs)
        entry = {
            "name": name or self.inherited(op, inputs), "op": op, "phase": phase,
            "attributes": attributes or {}, "inputs": inputs, "outputs": outputs,
        }
        if opaque:
            entry["opaque"] = True
        elif op in _PRODUCTS and self.precision is None:
            precision = self.found_precision(op, inputs)
            if precision != "fp32":
                entry["precision"] = precision
        entry["droppable"] = droppable or op == "alias"
        for output in outputs.values():
            self.producer[output] = entry
        self.operations.append(entry)
        return entry

    def note(self, op, inputs, outputs, attributes=None, name=None, phase=None, opaque=False, droppable=False):
        """Records an operation whose inputs are still what they were."""
        refs = {role: one if isinstance(one, str) else self.ref(one) for role, one in inputs.items() if one is not None}
        name = name or self.inherited(op, refs)
        if not opaque and not self.is_judged(op, inputs, outputs, refs):
            op, attributes, opaque = f"torch {op}", None, True
        given = {role: self.give(one, f"{name}/{role}") for role, one in outputs.items() if one is not None}
        return self.append(op, refs, given, attributes, name, phase, opaque, droppable)

    def is_judged(self, op, inputs, outputs, refs):
        """Whether the catalogue takes such tensors; a file that says otherwise would be refused."""
        kinds = set()
        for role, one in list(inputs.items()) + list(outputs.items()):
            if one is None or role == "target":
                continue
            dtype, shape = self.described(one)
            if 0 in shape or dtype not in ("F32", "F64", "F16", "BF16"):
                return False
            kinds.add(dtype == "F64")
        if op == "linear" and inputs.get("bias") is not None:
            bias, weight = self.described(refs["bias"])[1], self.described(refs["weight"])[1]
            return len(kinds) == 1 and list(bias) == list(weight[:1])
        if op == "sgd_step" and self.described(refs["param"])[0] in ("F16", "BF16"):
            return False  # every operation of it rounds to 16 bits
        return len(kinds) == 1 or op == "cast"

    def described(self, one):
        """The element type and the shape of a tensor or of a named one."""
        if not isinstance(one, str):
            return _TYPES.get(one.dtype), tuple(one.shape)
        if one in self.stored:
            return self.stored[one][:2]
        alias = self.producer[one]
        return self.described(alias["inputs"]["input"])[0], tuple(int(n) for n in alias["attributes"]["shape"].split(",") if n)

    def guess(self, op, inputs):
        if self.phase:
            return self.phase
        if "backward" in op:
            return "backward"
        phases = {self.producer[name]["phase"] for name in inputs.values() if name in self.producer}
        if self.modules:
            return "forward"
        return next((phase for phase in ("attack", "backward", "loss") if phase in phases), "loss" if "forward" in phases else "forward")

    def inherited(self, op, inputs):
        """A name for an operation outside of modules, after those that gave its inputs."""
        before = [self.producer[name]["name"] for name in inputs.values() if name in self.producer]
        if self.modules or not before:
            return self.forward_name(op)
        origins = [self.origins.get(name, name) for name in before]
        name = "+".join(dict.fromkeys(origins)) if op == "add" else before[0] if op == "cast" else self.unique_op(f"{origins[0]}.{op}")
        if len(name) > _LONGEST:
            name = origins[0]
        self.origins.setdefault(name, origins[0])  # so that a name does not grow along a chain of operations
        return name

    def found_precision(self, op, inputs):
        types = {self.dtype(name) for name in inputs.values()}
        if "BF16" in types or "F16" in types:
            return "bf16" if "BF16" in types else "fp16"
        if self.on_cuda and "F32" in types:
            return "tf32" if _allows_tf32(op.startswith("conv2d")) else "fp32"
        return "fp32"

    def dtype(self, name):
        while name not in self.stored:
            name = self.producer[name]["inputs"]["input"]  # an alias
        return self.stored[name][0]

    on_cuda = False
    device = None

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.paused:
            return func(*args, **kwargs)
        name = func._schema.name.split("::")[-1]
        tensors = list(_tensors(list(args) + list(kwargs.values())))
        whole = all(_is_recordable(tensor) for tensor in tensors)
        tensors = [tensor for tensor in tensors if _is_recordable(tensor)]
        if self.device is None and tensors:
            self.device = str(tensors[0].device)
        self.on_cuda = any(tensor.is_cuda for tensor in tensors)
        handler = getattr(self, "on_" + name.strip("_"), None) if whole else None
        bound = _bind(func, args, kwargs)
        run = lambda: func(*args, **kwargs)
        known = False
        if name.endswith("_") and not name.endswith("__") and handler is not None and not _is_floating(bound.get("self")):
            handler = None
        self.writes = [tensor for argument in func._schema.arguments if argument.alias_info is not None and argument.alias_info.is_write for tensor in _tensors(bound.get(argument.name)) if _is_recordable(tensor)]
        if handler is not None:
            arguments = {("self_" if key == "self" else key): value for key, value in bound.items()}
            with contextlib.suppress(TypeError):  # a version of PyTorch with other arguments: recorded, not judged
                inspect.signature(handler).bind(run, **arguments)
                known = True
            result = handler(run, **arguments) if known else NotImplemented
            if result is not NotImplemented:
                return result
        return self.on_anything(run, func, name, bound, tensors)

    def on_anything(self, run, func, name, bound, tensors):
        """What the catalogue has no name for: recorded, and not judged."""
        views = [r.alias_info is not None for r in func._schema.returns]
        if name == "_unsafe_view" or (views and all(views) and not self.writes):
            return run()
        if not tensors or name.startswith(("new_", "empty")) or name.endswith("_like"):
            return run()
        if name in ("zero_", "fill_", "normal_", "uniform_", "bernoulli_", "random_", "resize_", "set_"):
            result = run()
            for tensor in self.writes:
                self.forget(tensor)
            return result
        inputs = {}
        for key, value in bound.items():
            found = [tensor for tensor in _tensors(value) if _is_recordable(tensor)]
            for i, tensor in enumerate(found):
                inputs[key if len(found) == 1 else f"{key}.{i}"] = self.ref(tensor)
        result = run()
        for tensor in self.writes:
            self.forget(tensor)
        if "batch_norm" in name:  # changes running statistics, and not every schema says so
            for tensor in (bound.get("running_mean"), bound.get("running_var")):
                if tensor is not None and _is_recordable(tensor):
                    self.forget(tensor)
        outputs = {}
        given = [tensor for tensor in _tensors(result) if _is_recordable(tensor)]
        for i, tensor in enumerate(_distinct(given + self.writes)):
            outputs["output" if i == 0 else f"output.{i}"] = tensor
        if outputs:
            full = func._schema.name + ("." + func._schema.overload_name if func._schema.overload_name else "")
            counting = not any(tensor.is_floating_point() for tensor in outputs.values())
            self.note(full, inputs, outputs, name="counting" if counting else self.inherited(name, inputs), opaque=True, droppable=counting)
        return result

    def forget(self, tensor):
        self.names(tensor).clear()

    def written(self, result):
        for tensor in self.writes:
            self.forget(tensor)
        return result

    # Copies

    def on_clone(self, run, self_, memory_format=None):
        return self.copied(run, self_)

    def on_to_copy(self, run, self_, **options):
        return self.copied(run, self_)

    def on_copy(self, run, self_, src, non_blocking=False):
        if self_.shape != src.shape or not self.writes:
            return NotImplemented
        return self.copied(run, src)

    def copied(self, run, source):
        if not _is_floating(source):
            return NotImplemented
        name = self.ref(source)
        result = self.written(run())
        if result.dtype == source.dtype:
            self.same(result, name)
        elif _is_floating(result):
            before = self.producer.get(name)
            self.note("cast", {"input": name}, {"output": result}, name=before["name"] if before else name, phase=before["phase"] if before and not self.modules else None)
        else:
            self.forget(result)
        return result

    # Convolution

    def on_convolution(self, run, input, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
        if transposed or input.dim() != 4:
            return NotImplemented
        result = run()
        name = self.forward_name("conv2d")
        entry = self.note("conv2d", {"input": input, "weight": weight, "bias": bias}, {"output": result}, _convolution(stride, padding, dilation, groups), name)
        self.forward_of["conv2d", entry["inputs"]["weight"]] = name
        return result

    def on_convolution_backward(self, run, grad_output, input, weight, bias_sizes, stride, padding, dilation, transposed, output_padding, groups, output_mask):
        if transposed or input.dim() != 4:
            return NotImplemented
        result = run()
        attributes = _convolution(stride, padding, dilation, groups)
        if output_mask[2]:
            attributes["bias"] = "true"
        name = self.forward_of.get(("conv2d", self.ref(weight)), "conv2d")
        roles = ("grad_input", "grad_weight", "grad_bias")
        outputs = {role: one for role, one, wanted in zip(roles, result, output_mask) if wanted}
        self.note("conv2d_backward", {"input": input, "weight": weight, "grad_output": grad_output}, outputs, attributes, name, self.phase or "backward")
        return result

    # Batch normalisation

    def on_native_batch_norm(self, run, input, weight, bias, running_mean=None, running_var=None, training=True, momentum=0.1, eps=1e-5):
        return self.batch_norm(run, input, weight, bias, running_mean, running_var, training, momentum, eps)

    on_native_batch_norm_legit = on_native_batch_norm

    def on_native_batch_norm_legit_no_training(self, run, input, weight, bias, running_mean, running_var, momentum, eps):
        return self.batch_norm(run, input, weight, bias, running_mean, running_var, False, momentum, eps)

    def on_batch_norm_with_update(self, run, input, weight, bias, running_mean, running_var, momentum, eps):
        return self.batch_norm(run, input, weight, bias, running_mean, running_var, True, momentum, eps)

    def on_batch_norm_no_update(self, run, input, weight, bias, running_mean, running_var, momentum, eps):
        return self.batch_norm(run, input, weight, bias, running_mean, running_var, False, momentum, eps)

    def on_cudnn_batch_norm(self, run, input, weight, bias, running_mean, running_var, training, exponential_average_factor, epsilon):
        return self.batch_norm(run, input, weight, bias, running_mean, running_var, training, exponential_average_factor, epsilon)

    def batch_norm(self, run, input, weight, bias, running_mean, running_var, training, momentum, eps):
        if input.dim() not in (2, 4) or (weight is None) != (bias is None):
            return NotImplemented
        # The running statistics are changed in place, and not every schema says so.
        inputs = {"input": input, "weight": weight, "bias": bias, "running_mean": running_mean, "running_var": running_var}
        inputs = {role: self.ref(one) for role, one in inputs.items() if one is not None}
        updates = {}
        if training and running_mean is not None:
            updates = {"running_mean": running_mean, "running_var": running_var}
        result = run()
        for one in updates.values():
            self.forget(one)
        outputs = {"output": result[0]}
        if training:
            outputs["mean"] = result[1]
        outputs.update(updates)
        op = "batch_norm" if weight is not None else "normalize"
        name = self.forward_name(op)
        self.note(op, inputs, outputs, {"training": _text(training), "eps": _text(eps), "momentum": _text(momentum)}, name)
        self.forward_of["batch_norm", inputs["input"]] = name
        return result

    def on_native_batch_norm_backward(self, run, grad_out, input, weight, running_mean, running_var, save_mean, save_invstd, train, eps, output_mask):
        return self.batch_norm_backward(run, grad_out, input, weight, running_mean, running_var, train, eps, output_mask)

    def on_cudnn_batch_norm_backward(self, run, input, grad_output, weight, running_mean, running_var, save_mean, save_var, epsilon, reserveSpace):
        return self.batch_norm_backward(run, grad_output, input, weight, running_mean, running_var, True, epsilon, (True, True, True))

    def on_batch_norm_backward(self, run, grad_out, input, weight, running_mean, running_var, save_mean, save_var, update, eps, output_mask, reserve):
        return self.batch_norm_backward(run, grad_out, input, weight, running_mean, running_var, update, eps, output_mask)

    def batch_norm_backward(self, run, grad_output, input, weight, running_mean, running_var, training, eps, output_mask):
        if input.dim() not in (2, 4):
            return NotImplemented
        result = run()
        inputs = {"input": input, "weight": weight, "grad_output": grad_output}
        if not training:
            inputs.update(running_mean=running_mean, running_var=running_var)
        roles = ("grad_input", "grad_weight", "grad_bias") if weight is not None else ("grad_input",)
        outputs = {role: one for role, one, wanted in zip(roles, result, output_mask) if wanted and one is not None}
        name = self.forward_of.get(("batch_norm", self.ref(input)), "batch_norm")
        op = "batch_norm_backward" if weight is not None else "normalize_backward"
        self.note(op, inputs, outputs, {"training": _text(training), "eps": _text(eps)}, name, self.phase or "backward")
        return result

    # ReLU and residual sums

    def on_relu(self, run, self_):
        source = self.ref(self_)
        result = self.written(run())
        name = self.forward_name("relu")
        entry = self.note("relu", {"input": source}, {"output": result}, name=name)
        self.forward_of["relu", entry["outputs"]["output"]] = name
        return result

    def on_threshold_backward(self, run, grad_output, self_, threshold, grad_input=None):
        if threshold != 0 or grad_input is not None:
            return NotImplemented
        # Autograd keeps the output of relu: it is above 0 exactly where the input is.
        source = self.ref(self_)
        result = run()
        name = self.forward_of.get(("relu", source), "relu")
        self.note("relu_backward", {"input": source, "grad_output": grad_output}, {"grad_input": result}, name=name, phase=self.phase or "backward")
        return result

    def on_add(self, run, self_, other, alpha=1, out=None):
        floats = _is_floating(self_) and _is_floating(other) and self_.dtype == other.dtype
        if not floats or self_.shape != other.shape or alpha != 1 or out is not None:
            return NotImplemented
        inputs = {"left": self.ref(self_), "right": self.ref(other)}
        result = self.written(run())
        self.note("add", inputs, {"output": result})
        return result

    # Pooling

    def on_max_pool2d_with_indices(self, run, self_, kernel_size, stride=(), padding=0, dilation=1, ceil_mode=False):
        if ceil_mode or self_.dim() != 4 or any(d != 1 for d in _list(dilation)):
            return NotImplemented
        result = run()
        name = self.forward_name("max_pool2d")
        entry = self.note("max_pool2d", {"input": self_}, {"output": result[0]}, _pooling(kernel_size, stride, padding), name)
        self.forward_of["max_pool2d", entry["inputs"]["input"]] = name
        return result

    def on_max_pool2d_with_indices_backward(self, run, grad_output, self_, kernel_size, stride, padding, dilation, ceil_mode, indices):
        if ceil_mode or self_.dim() != 4 or any(d != 1 for d in _list(dilation)):
            return NotImplemented
        return self.pool_backward(run, "max_pool2d", grad_output, self_, _pooling(kernel_size, stride, padding))

    def on_avg_pool2d(self, run, self_, kernel_size, stride=(), padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        if not _usual_average(self_, padding, ceil_mode, count_include_pad, divisor_override):
            return NotImplemented
        result = run()
        name = self.forward_name("avg_pool2d")
        entry = self.note("avg_pool2d", {"input": self_}, {"output": result}, _pooling(kernel_size, stride, padding), name)
        self.forward_of["avg_pool2d", entry["inputs"]["input"]] = name
        return result

    def on_avg_pool2d_backward(self, run, grad_output, self_, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        if not _usual_average(self_, padding, ceil_mode, count_include_pad, divisor_override):
            return NotImplemented
        return self.pool_backward(run, "avg_pool2d", grad_output, self_, _pooling(kernel_size, stride, padding))

    def pool_backward(self, run, op, grad_output, source, attributes):
        result = run()
        name = self.forward_of.get((op, self.ref(source)), op)
        self.note(op + "_backward", {"input": source, "grad_output": grad_output}, {"grad_input": result}, attributes, name, self.phase or "backward")
        return result

    def on_mean(self, run, self_, dim=None, keepdim=False, dtype=None, out=None):
        if self_.dim() != 4 or dim is None or sorted(d % 4 for d in dim) != [2, 3] or dtype is not None or out is not None:
            return NotImplemented
        if self_.device.type == "cpu" and self_.dtype in (torch.float16, torch.bfloat16):
            return NotImplemented  # rounds the sum to 16 bits too
        result = run()
        name = self.forward_name("global_avg_pool")
        entry = self.note("global_avg_pool", {"input": self_}, {"output": result.view(self_.shape[0], self_.shape[1])}, name=name)
        if "opaque" not in entry:
            self.averaged.append((tuple(self_.shape), entry["inputs"]["input"], name))
        return result

    def on_div(self, run, self_, other, out=None, rounding_mode=None):
        # The gradient of a mean over planes: its output's, expanded, over their size.
        if not _is_floating(self_) or self_.dim() != 4 or self_.stride()[2:] != (0, 0) or isinstance(other, torch.Tensor) and other.dim() > 0:
            return NotImplemented
        found = next((one for one in reversed(self.averaged) if one[0] == tuple(self_.shape)), None)
        if found is None or float(other) != self_.shape[2] * self_.shape[3]:
            return NotImplemented
        self.averaged.remove(found)
        result = run()
        inputs = {"input": found[1], "grad_output": self_[:, :, 0, 0]}
        self.note("global_avg_pool_backward", inputs, {"grad_input": result}, name=found[2], phase=self.phase or "backward")
        return result

    # Linear layers

    def on_addmm(self, run, self_, mat1, mat2, beta=1, alpha=1, out=None):
        if self_.dim() != 1 or beta != 1 or alpha != 1 or out is not None:
            return NotImplemented
        return self.linear(run, mat1, mat2.t(), self_)

    def on_linear(self, run, input, weight, bias=None):
        return self.linear(run, input, weight, bias) if input.dim() == 2 else NotImplemented

    def on_mm(self, run, self_, mat2, out=None):
        if out is not None:
            return NotImplemented
        if mat2.is_contiguous() and mat2.numel():
            other = self.ref(mat2)
            # grad_output · weight: of a layer with this weight, used on as many rows. Which of several does not change the number;
            # autograd begins with the last.
            layers = [one for one in reversed(self.linear_layers.get(("weight", other), ())) if one.rows == self_.shape[0]]
            if layers and self.is_gradient(self_):
                layer = next((one for one in layers if one not in self.linear_used), layers[0])
                self.linear_used.add(layer)
                return self.linear_backward(run, [layer], self_, "grad_input")
            # grad_outputᵀ · input: of a layer on this input, as wide; the one whose grad_input came from the same gradient, if any.
            layers = [one for one in reversed(self.linear_layers.get(("input", other), ())) if one.width == self_.shape[0]]
            if layers and self_.stride()[0] <= self_.stride()[1] and self.is_gradient(self_.t()):
                seen = self.linear_gradients.get(self.ref(self_.t()), ())
                return self.linear_backward(run, sorted(layers, key=lambda one: one not in seen), self_.t(), "grad_weight")
        return self.linear(run, self_, mat2.t(), None)

    def on_sum(self, run, self_, dim=None, keepdim=False, dtype=None, out=None):
        if dtype is not None or out is not None or [d % 2 for d in dim or ()] != [0] or self_.dim() != 2:
            return NotImplemented
        layers = self.linear_gradients and _key(self_) in self.names(self_) and self.linear_gradients.get(self.ref(self_))
        return self.linear_backward(run, layers, self_, "grad_bias") if layers else NotImplemented

    def is_gradient(self, tensor):
        name = self.ref(tensor)
        return name in self.producer and self.producer[name]["phase"] == "backward"

    def linear(self, run, input, weight, bias):
        result = run()
        name = self.forward_name("linear")
        entry = self.note("linear", {"input": input, "weight": weight, "bias": bias}, {"output": result}, name=name)
        if "opaque" not in entry:
            layer = _Linear(name, entry["inputs"]["input"], entry["inputs"]["weight"], input.shape[0], weight.shape[0])
            self.linear_layers.setdefault(("weight", layer.weight), []).append(layer)
            self.linear_layers.setdefault(("input", layer.input), []).append(layer)
        return result

    def linear_backward(self, run, layers, grad_output, role):
        """Records one of the three gradients, of the first of the layers that does not have it yet."""
        result = run()
        gradient = self.ref(grad_output)
        seen = self.linear_gradients.setdefault(gradient, [])
        layer = next((one for one in layers if role not in self.linear_entries.get((gradient, one), {"outputs": ()})["outputs"]), layers[0])
        part = result.view(-1) if role == "grad_bias" else result
        known = self.linear_entries.get((gradient, layer))
        if known is None or role in known["outputs"]:
            inputs = {"input": layer.input, "weight": layer.weight, "grad_output": gradient}
            self.linear_entries[gradient, layer] = self.note("linear_backward", inputs, {role: part}, name=layer.name, phase=self.phase or "backward")
            seen.append(layer)
        else:
            known["outputs"][role] = self.give(part, f"{layer.name}/{role}")
            self.producer[known["outputs"][role]] = known
        return result

    # Cross-entropy

    def on_log_softmax(self, run, self_, dim, half_to_float):
        if self_.dim() != 2 or dim % 2 != 1:
            return NotImplemented
        result = run()
        entry = self.note("log_softmax", {"input": self_}, {"output": result})
        if "opaque" not in entry:
            self.logits_of[entry["outputs"]["output"]] = entry["inputs"]["input"]
        return result

    def on_softmax(self, run, self_, dim, half_to_float):
        if self_.dim() != 2 or dim % 2 != 1:
            return NotImplemented
        result = run()
        self.note("softmax", {"input": self_}, {"output": result})
        return result

    def on_nll_loss_forward(self, run, self_, target, weight, reduction, ignore_index):
        logits = self.logits_of.get(self.ref(self_))
        if logits is None or weight is not None or bool((target == ignore_index).any()):
            return NotImplemented
        result = run()
        name = self.forward_name("cross_entropy")
        entry = self.note("cross_entropy", {"input": logits, "target": target}, {"output": result[0]}, {"reduction": _REDUCTIONS[reduction]}, name)
        if "opaque" not in entry:
            self.forward_of["cross_entropy", logits, entry["inputs"]["target"], reduction] = name, entry["inputs"]["target"], _REDUCTIONS[reduction]
        return result

    def on_nll_loss_backward(self, run, grad_output, self_, target, weight, reduction, ignore_index, total_weight):
        logits = self.logits_of.get(self.ref(self_))
        known = self.forward_of.get(("cross_entropy", logits, self.ref(target), reduction))
        if known is None or not bool((grad_output == 1).all()):
            return NotImplemented
        result = run()
        inputs = {"grad_output": grad_output, "self": self_, "target": target}
        entry = self.note("aten::nll_loss_backward", inputs, {"output": result}, name=known[0], phase=self.phase or "backward", opaque=True, droppable=True)
        self.loss_gradients[entry["outputs"]["output"]] = logits, known
        return result

    def on_log_softmax_backward_data(self, run, grad_output, output, dim, input_dtype):
        logits, known = self.loss_gradients.get(self.ref(grad_output), (None, None))
        if known is None or self.logits_of.get(self.ref(output)) != logits:
            return NotImplemented
        result = run()
        name, target, reduction = known
        self.note("cross_entropy_backward", {"input": logits, "target": target}, {"grad_input": result}, {"reduction": reduction}, name, self.phase or "backward")
        return result

    # Optimiser

    def step(self, optimizer, group, parameter, inputs):
        """Records what a step of an optimiser did to one parameter."""
        state = optimizer.state.get(parameter, {})
        self.forget(parameter)
        given = self.given_names.get(_storage(parameter)._cdata)
        name = given[2] if given and given[1] == _key(parameter) else self.stem(inputs["param"]).split("/param")[0]
        outputs = {"param": parameter}
        if not _is_plain_sgd(optimizer) or group.get("maximize", False):
            self.note(f"torch.optim.{type(optimizer).__name__}", inputs, outputs, name=name, phase="optimiser", opaque=True)
            return
        momentum = state.get("momentum_buffer")
        if group["momentum"] != 0 and momentum is not None:
            self.forget(momentum)
            outputs["momentum_buffer"] = momentum
        names = ("lr", "momentum", "dampening", "weight_decay", "nesterov")
        self.note("sgd_step", inputs, outputs, {key: _text(_number(group[key])) for key in names}, name, "optimiser")

    # The file

    def save(self):
        operations = self.operations
        while True:  # what nobody uses and nobody can judge is of no interest
            used = {name for one in operations for name in one["inputs"].values()}
            kept = [one for one in operations if not one["droppable"] or any(name in used for name in one["outputs"].values())]
            if len(kept) == len(operations):
                break
            operations = kept
        if not operations:
            raise RuntimeError(f"{self.path}: no operation was recorded, so there is nothing to verify; was the model run inside the block, uncompiled?")
        present = {name for one in operations for part in (one["inputs"], one["outputs"]) for name in part.values()}
        tensors = [(name, entry) for name, entry in self.stored.items() if name in present]
        device = self.device or "cpu"
        if device.startswith("cuda"):
            device += ": " + torch.cuda.get_device_name(torch.device(device))
        program = {
            "format": "robmask.trace", "version": 1, "byte_order": "little",
            "producer": f"robmask_trace.py {_VERSION}, torch {torch.__version__}", "device": device,
            "precision": self.precision or "fp32", "switches": _switches(),
            "operations": [{key: value for key, value in one.items() if key != "droppable"} for one in operations],
        }
        header, offset = {"__metadata__": {"robmask.trace": json.dumps(program, ensure_ascii=False)}}, 0
        for name, (dtype, shape, _, length) in tensors:
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + length]}
            offset += length
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        text += b" " * (-len(text) % 8)
        folder, name = os.path.split(self.path)
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(struct.pack("<Q", len(text)) + text)
                for _, (_, _, start, length) in tensors:
                    self.spool.copy(start, length, target)
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, self.path)
        except BaseException:
            os.unlink(temporary)
            raise


def _bind(func, args, kwargs):
    """Arguments by their names; those that were not given have the schema's default."""
    bound = {}
    for i, argument in enumerate(func._schema.arguments):
        if i < len(args):
            bound[argument.name] = args[i]
        elif argument.name in kwargs:
            bound[argument.name] = kwargs[argument.name]
        elif argument.has_default_value():
            bound[argument.name] = argument.default_value
    return bound


def _allows_tf32(convolution):
    """Whether PyTorch may round the operands of convolutions, or of products, of floats on CUDA."""
    try:
        return torch.backends.cudnn.allow_tf32 if convolution else torch.backends.cuda.matmul.allow_tf32
    except RuntimeError:  # PyTorch 2.9 and later, where the user has set the new switches
        return (torch.backends.cudnn.conv if convolution else torch.backends.cuda.matmul).fp32_precision == "tf32"


def _switches():
    """Everything that decides about precision and can be asked for in this version."""
    found = {}
    for name, read in {
        "torch.backends.cudnn.allow_tf32": lambda: torch.backends.cudnn.allow_tf32,
        "torch.backends.cuda.matmul.allow_tf32": lambda: torch.backends.cuda.matmul.allow_tf32,
        "torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction": lambda: torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction,
        "torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction": lambda: torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction,
        "torch.backends.cudnn.conv.fp32_precision": lambda: torch.backends.cudnn.conv.fp32_precision,
        "torch.backends.cuda.matmul.fp32_precision": lambda: torch.backends.cuda.matmul.fp32_precision,
        "torch.float32_matmul_precision": torch.get_float32_matmul_precision,
        "torch.backends.cudnn.benchmark": lambda: torch.backends.cudnn.benchmark,
        "torch.backends.cudnn.deterministic": lambda: torch.backends.cudnn.deterministic,
        "torch.are_deterministic_algorithms_enabled": torch.are_deterministic_algorithms_enabled,
        "torch.backends.mkldnn": lambda: torch.backends.mkldnn.is_available(),
    }.items():
        with contextlib.suppress(Exception):
            found[name] = _text(read())
    return found


def _convolution(stride, padding, dilation, groups):
    return {"stride": _text(stride), "padding": _text(padding), "dilation": _text(dilation), "groups": _text(groups)}


def _pooling(kernel_size, stride, padding):
    attributes = {"kernel_size": _text(_list(kernel_size)), "padding": _text(_list(padding))}
    if _list(stride):
        attributes["stride"] = _text(_list(stride))
    return attributes


def _usual_average(source, padding, ceil_mode, count_include_pad, divisor_override):
    return source.dim() == 4 and not ceil_mode and divisor_override is None and (count_include_pad or not any(_list(padding)))


def _list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _number(value):
    return value.item() if isinstance(value, torch.Tensor) else value


def _is_floating(value):
    return isinstance(value, torch.Tensor) and value.dtype in _FLOATS


def _is_dense(shape, strides):
    expected = 1
    for extent, stride in zip(reversed(shape), reversed(strides)):
        if extent != 1 and stride != expected:
            return False
        expected *= extent
    return True


def _count(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


def _distinct(tensors):
    found = []
    for tensor in tensors:
        if not any(tensor is one or (_storage(tensor)._cdata == _storage(one)._cdata and _key(tensor) == _key(one)) for one in found):
            found.append(tensor)
    return found


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
