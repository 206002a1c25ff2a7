"""Models that are open in this process: one for each plan, however many of its shards are done here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from exporter.backend import keras
from exporter.bundle import read_bundle
from exporter.capture.weights import Weights, assign_weights, held_tensor, variables_of, weights_as
from exporter.models import open_model
from exporter.surveying.net import Net
from exporter.surveying.plan import Plan


@dataclass
class Opened:
    """A network, its own weights, the checkpoint whose weights it has by now, and the lock of whoever uses it."""

    net: Net
    own: Weights
    checkpoint: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


_opened: dict[str, Opened] = {}
_lock = threading.Lock()


@contextmanager
def net_at(plan: Plan, place: int) -> Iterator[Net]:
    """The plan's network with the weights of its pass of this number; nobody else of this process has it meanwhile."""
    with _lock:
        if plan.digest not in _opened:
            _opened.clear()  # the model of an earlier survey
            model = open_model(plan.model, imports=plan.imports, unsafe=plan.unsafe)
            _opened[plan.digest] = Opened(Net(model, plan.layers), _own(model))
        opened = _opened[plan.digest]
    with opened.lock:
        checkpoint = plan.passes[place]
        if plan.bundle is not None and opened.checkpoint != checkpoint:
            opened.checkpoint = None  # half of them, should this fail
            bundle = read_bundle(plan.bundle)
            refs = bundle.checkpoint(checkpoint).weights
            # Where the bundle has none they are the model's own: that was looked into when the plan was made.
            weights = {name: bundle.load(ref) for name, ref in refs.items()} if refs else opened.own
            assign_weights(opened.net.model, weights)
            opened.checkpoint = checkpoint
        yield opened.net


@contextmanager
def lent(plan: Plan, model: keras.Model) -> Iterator[None]:
    """Shards of this plan are done with this model inside the block; afterwards it has its own weights again."""
    own = _own(model)
    with weights_as(model, own) if plan.bundle is not None else nullcontext():
        with _lock:
            _opened[plan.digest] = Opened(Net(model, plan.layers), own)
        try:
            yield
        finally:
            with _lock:
                _opened.pop(plan.digest, None)


def _own(model: keras.Model) -> Weights:
    """The weights that a model has now; no copy of them."""
    return {name: held_tensor(variable) for name, variable in variables_of(model).items()}
