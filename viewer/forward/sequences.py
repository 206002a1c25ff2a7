"""Embeddings and recurrent layers, step by step; masks are not known here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from msgspec import structs

from exporter.bundle.schema import Setting
from viewer.forward.activations import named
from viewer.forward.node import Array, Node

Step = Callable[[Array, tuple[Array, ...]], tuple[Array, ...]]
"""What a cell makes of the values of one time and its states: new states, the first of which is its output."""


def embedding(node: Node, inputs: Sequence[Array]) -> Array:
    """The vector of each number."""
    vectors: Array = node.weight("embeddings")[inputs[0].astype(np.int64)]
    return vectors


def simple_rnn(node: Node, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """H' = f(x W + h U + b)."""
    recurrent, act = node.weight("recurrent_kernel"), named(node, node.setting("activation"))

    def step(x: Array, states: tuple[Array, ...]) -> tuple[Array, ...]:
        return (act(x + states[0] @ recurrent),)

    return _stepped(node, inputs, step, 1, _bias(node))


def lstm(node: Node, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """Hochreiter and Schmidhuber 1997 with a forget gate; gates in the order input, forget, cell, output."""
    recurrent = node.weight("recurrent_kernel")
    act, gate = (named(node, node.setting(name)) for name in ("activation", "recurrent_activation"))

    def step(x: Array, states: tuple[Array, ...]) -> tuple[Array, ...]:
        into, forget, new, out = np.split(x + states[0] @ recurrent, 4, axis=-1)
        cell = gate(forget) * states[1] + gate(into) * act(new)
        return gate(out) * act(cell), cell

    return _stepped(node, inputs, step, 2, _bias(node))


def gru(node: Node, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """Cho et al. 2014; gates in the order update, reset, new."""
    recurrent, after = node.weight("recurrent_kernel"), bool(node.setting("reset_after"))
    act, gate = (named(node, node.setting(name)) for name in ("activation", "recurrent_activation"))
    bias = _bias(node)
    first, second = (bias[0], bias[1]) if bias.ndim == 2 else (bias, np.zeros_like(bias))
    units = recurrent.shape[0]

    def step(x: Array, states: tuple[Array, ...]) -> tuple[Array, ...]:
        h = states[0]
        inner = h @ recurrent[:, : 2 * units] + second[: 2 * units] if second.ndim else h @ recurrent[:, : 2 * units]
        update, reset = (gate(part) for part in np.split(x[:, : 2 * units] + inner, 2, axis=-1))
        last, own = recurrent[:, 2 * units :], second[2 * units :] if second.ndim else second
        new = act(x[:, 2 * units :] + (reset * (h @ last + own) if after else (reset * h) @ last))
        return (update * h + (1 - update) * new,)

    return _stepped(node, inputs, step, 1, first)


def _bias(node: Node) -> Array:
    return node.weight("bias") if node.has("bias") else np.zeros((), np.float32)


def _stepped(node: Node, inputs: Sequence[Array], step: Step, count: int, bias: Array) -> tuple[Array, ...]:
    if len(inputs) > 1 or node.setting("stateful"):
        raise node.cannot("states from elsewhere are not computed here")
    seen = inputs[0] @ node.weight("kernel") + bias
    units = node.weight("recurrent_kernel").shape[0]
    states: tuple[Array, ...] = tuple(np.zeros((1, units), np.float32) for _ in range(count))
    order = range(seen.shape[1])
    hidden = []
    for time in reversed(order) if node.setting("go_backwards") else order:
        states = step(seen[:, time], states)
        hidden.append(states[0])
    made = np.stack(hidden, axis=1) if node.setting("return_sequences") else states[0]
    return (made, *states) if node.setting("return_state") else (made,)


def bidirectional(node: Node, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """A recurrent layer forwards and one backwards, joined."""
    settings: dict[str, Setting] = {**node.layer.settings, "return_state": False}
    if node.setting("return_state"):
        raise node.cannot("the states of both ways are not computed here")
    rule = RECURRENT.get(str(node.setting("layer")))
    if rule is None:
        raise node.cannot(f"{node.setting('layer')} inside it is not computed here")
    (ahead,) = rule(_side(node, "forward", {**settings, "go_backwards": False}), inputs)
    (back,) = rule(_side(node, "backward", {**settings, "go_backwards": True}), inputs)
    back = back[:, ::-1] if node.setting("return_sequences") else back
    how = node.setting("merge_mode")
    joined = {"sum": ahead + back, "mul": ahead * back, "ave": (ahead + back) / 2, None: None}
    if how == "concat":
        return (np.concatenate([ahead, back], axis=-1),)
    made = joined[how]
    return (ahead, back) if made is None else (made,)


def _side(node: Node, side: str, settings: dict[str, Setting]) -> Node:
    """The layer of one side, whose variables are called after it."""
    full = {name.rpartition(".")[2]: name for name in node.layer.variables if name.startswith(side)}
    layer = structs.replace(node.layer, settings=settings, variables=tuple(full))
    return replace(node, layer=layer, load=lambda name: node.load(full[name]))


RECURRENT: dict[str, Callable[[Node, Sequence[Array]], tuple[Array, ...]]] = {
    "SimpleRNN": simple_rnn,
    "LSTM": lstm,
    "GRU": gru,
}
