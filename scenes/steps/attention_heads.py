"""What one head of attention does at one query: keys that fit it, shares of them, the mean of their values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.checks import output_name
from exporter.bundle.errors import KerascopeError
from scenes.steps.subject import subject_of
from viewer.forward.attention import heads_of
from viewer.forward.network import batch_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject

    Array = NDArray[np.float64]

RULES = ("MultiHeadAttention", "Attention", "AdditiveAttention")
MASKED = -1e8
"""Scores are not higher than this where a query may not look."""
CLOSE = 1e-3
"""Shares further apart than this were not made of these scores alone: a mask has changed them."""


@dataclass(frozen=True, eq=False)
class Attention:
    """A layer of attention at work on one input.

    Attributes
    ----------
    queries, keys, values : (heads, places, size) recomputed with the layer's weights.
    scores : (heads, queries, keys) recomputed, before softmax.
    shares : (heads, queries, keys) as stored where the bundle has them (`output` is then their output), else
        recomputed.
    head, query : what is shown, both from 0.
    is_masked : whether the stored shares are others than the scores give.
    """

    subject: Subject
    queries: Array
    keys: Array
    values: Array
    scores: Array
    shares: Array
    output: int | None
    head: int
    query: int
    is_masked: bool

    @property
    def heads(self) -> int:
        """How many heads there are."""
        return int(self.shares.shape[0])

    @property
    def size(self) -> int:
        """How many numbers a query and a key have."""
        return int(self.queries.shape[-1])

    @property
    def way(self) -> str:
        """`scaled` products of query and key (several heads), plain products (`dot`), or `sums` through tanh."""
        node = self.subject.case.node
        if node.rule_name == "MultiHeadAttention":
            return "scaled"
        is_dot = node.rule_name == "Attention" and node.setting("score_mode") == "dot"
        return "dot" if is_dot else "sums"

    def shown(self, query: int, most: int) -> tuple[int, ...]:
        """The keys that have a row of their own, in their order: all, or those of the largest shares."""
        row = self.shares[self.head, query]
        if len(row) <= most:
            return tuple(range(len(row)))
        return tuple(sorted(np.argsort(-row, kind="stable")[: most - 1].tolist()))

    def mixed(self, query: int) -> Array:
        """(size of a value,) the head's mean of the values, weighed by the shares."""
        made: Array = self.shares[self.head, query] @ self.values[self.head]
        return made

    def part(self, query: int) -> Array:
        """(channels,) what the head adds to the output."""
        made: Array = self.mixed(query) if self._kernel is None else self.mixed(query) @ self._kernel[self.head]
        return made

    def rest(self, query: int) -> Array | None:
        """(channels,) what the other heads and the bias add; `None` of a layer whose output is the mean itself."""
        if self._kernel is None:
            return None
        mixed = np.einsum("hk,hkd->hd", self.shares[:, query], self.values)
        whole = np.einsum("hd,hdo->o", mixed, self._kernel)
        made: Array = whole - self.part(query)
        return made if self._bias is None else made + self._bias

    def out(self, query: int) -> Array:
        """(channels,) the stored output at a query."""
        return np.asarray(self.subject.case.values[query], np.float64)

    @cached_property
    def _kernel(self) -> Array | None:
        node = self.subject.case.node
        has_heads = node.rule_name == "MultiHeadAttention"
        return np.asarray(node.weight("attention_output.kernel"), np.float64) if has_heads else None

    @cached_property
    def _bias(self) -> Array | None:
        node, name = self.subject.case.node, "attention_output.bias"
        return np.asarray(node.weight(name), np.float64) if node.has(name) else None


def attention_of(bundle: Bundle, options: SceneOptions) -> Attention:
    """The layer, head and query that the options ask for: `options.channel` is the head, `options.at` the query.

    Without a choice: the first layer, and of it the head and query that look most at a single key.

    Raises
    ------
    KerascopeError
        There is no such layer, head or query, what it got or its weights were not kept, or some of it is no number.
    """
    subject = subject_of(bundle, replace(options, channel=None, at=None), _fits, "attention")
    case = subject.case
    if not np.isfinite(case.values).all():
        raise KerascopeError(f"{subject.layer.name} has put out what is no number", remedy="choose another --input")
    heads = heads_of(case.node, [batch_of(each) for each in case.inputs])
    made = heads.shares[0]
    shares, output = _stored(subject, made.shape)
    kept = made if shares is None else shares
    head, query = _chosen(np.asarray(kept, np.float64), options, subject.layer.name)
    is_masked = shares is not None and not np.allclose(shares, made, atol=CLOSE)
    q, k, v, scores = (
        np.asarray(each[0], np.float64) for each in (heads.queries, heads.keys, heads.values, heads.scores)
    )
    return Attention(subject, q, k, v, scores, np.asarray(kept, np.float64), output, head, query, is_masked)


def _stored(subject: Subject, shape: tuple[int, ...]) -> tuple[Array | None, int | None]:
    """The shares that the bundle holds, and which output of the layer they are."""
    capture = subject.bundle.capture(subject.key.input_id, subject.key.checkpoint_id)
    for number, output in enumerate(subject.layer.outputs):
        ref = capture.outputs.get(output_name(subject.layer.name, number))
        if output.name == "attention scores" and ref is not None and ref.shape == shape and not subject.key.mutes:
            return np.asarray(subject.bundle.load(ref), np.float64), number
    return None, None


def _chosen(shares: Array, options: SceneOptions, name: str) -> tuple[int, int]:
    """Head and query."""
    heads, queries, _ = shares.shape
    if options.channel is not None and not 0 <= options.channel < heads:
        raise KerascopeError(f"no such head of {name}", expected=f"--channel 0 to {heads - 1}", got=options.channel)
    at = options.at
    if at is not None and not (len(at) == 1 and 0 <= at[0] < queries):
        got = ",".join(map(str, at))
        raise KerascopeError(f"no such query of {name}", expected=f"--at 0 to {queries - 1}", got=got)
    sharpest = shares.max(axis=2)
    if at is None and options.channel is None:
        head, query = np.unravel_index(int(sharpest.argmax()), sharpest.shape)
        return int(head), int(query)
    if at is None:
        return int(options.channel or 0), int(sharpest[options.channel].argmax())
    return int(sharpest[:, at[0]].argmax()) if options.channel is None else options.channel, at[0]


def _fits(layer: Layer) -> bool:
    rule = layer.settings.get("computed_by", layer.class_name)
    return layer.kind == "attention" and rule in RULES and len(layer.outputs[0].shape) == 2
