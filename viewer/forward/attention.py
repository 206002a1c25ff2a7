"""Attention, with and without heads; masks are not known here, but for the causal one.

What computes a layer gives what that hands on, and after it the attention scores after their softmax, as captures have
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viewer.forward.activations import softmax
from viewer.forward.node import Array, Node


@dataclass(frozen=True, eq=False)
class Heads:
    """What happens inside attention, before its output is put together; layers without heads have one.

    Attributes
    ----------
    queries, keys, values : (batch, heads, places, size) what is compared, and what is averaged.
    scores : (batch, heads, queries, keys) how well each key fits each query, scaled, and masked where that is known.
    """

    queries: Array
    keys: Array
    values: Array
    scores: Array

    @property
    def shares(self) -> Array:
        """(batch, heads, queries, keys) softmax of the scores along the keys."""
        return softmax(self.scores)


def heads_of(node: Node, inputs: Sequence[Array]) -> Heads:
    """What happens inside a layer of attention (Vaswani et al. 2017, eq. 1; Bahdanau et al. 2015 where it is additive).

    Raises
    ------
    CannotError
        It is given a mask, goes along several axes, or has no rule here.
    """
    made = {"MultiHeadAttention": _headed_attention, "Attention": _plain, "AdditiveAttention": _additive}
    if node.rule_name not in made:
        raise node.cannot(f"{node.layer.class_name} is not computed here")
    return made[node.rule_name](node, inputs)


def multi_head_attention(node: Node, inputs: Sequence[Array]) -> tuple[Array, Array]:
    """Each head's mean of the values, weighed by how well their keys fit the query (Vaswani et al. 2017, eq. 1)."""
    heads = _headed_attention(node, inputs)
    mixed = np.einsum("bhqk,bhkd->bqhd", heads.shares, heads.values, optimize=True)
    out = np.einsum("bqhd,hdo->bqo", mixed, node.weight("attention_output.kernel"), optimize=True)
    bias = "attention_output.bias"
    return (out + node.weight(bias) if node.has(bias) else out), heads.shares


def _headed_attention(node: Node, inputs: Sequence[Array]) -> Heads:
    if len(inputs) > 3:
        raise node.cannot("it is given a mask, which the bundle does not tell")
    query, value, key = _three(inputs)
    if query.ndim != 3:
        raise node.cannot("attention along several axes is not computed here")
    q, k, v = (_headed(node, each, name) for each, name in ((query, "query"), (key, "key"), (value, "value")))
    scores = np.einsum("bhqd,bhkd->bhqk", q, k, optimize=True) / np.float32(q.shape[-1] ** 0.5)
    return Heads(q, k, v, _causal(node, scores))


def _three(inputs: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Query, value and key; the value is the key where there is none, and all are the query where it is alone."""
    value = inputs[1] if len(inputs) > 1 else inputs[0]
    return inputs[0], value, inputs[2] if len(inputs) > 2 else value


def _headed(node: Node, x: Array, name: str) -> Array:
    """(batch, heads, places, size)."""
    made: Array = np.einsum("btc,chd->bthd", x, node.weight(f"{name}.kernel"), optimize=True)
    made = made + node.weight(f"{name}.bias") if node.has(f"{name}.bias") else made
    return made.swapaxes(1, 2)


def _causal(node: Node, scores: Array) -> Array:
    if not node.option("use_causal_mask", False):
        return scores
    later = np.triu(np.ones(scores.shape[-2:], bool), 1)
    return np.where(later, np.float32(-1e9), scores)


def plain_attention(node: Node, inputs: Sequence[Array]) -> tuple[Array, Array]:
    """The mean of the values, weighed by products of query and key, or by their sum through tanh."""
    return _mean(_plain(node, inputs))


def additive_attention(node: Node, inputs: Sequence[Array]) -> tuple[Array, Array]:
    """The mean of the values, weighed by tanh of the sums of query and key (Bahdanau et al. 2015)."""
    return _mean(_additive(node, inputs))


def _mean(heads: Heads) -> tuple[Array, Array]:
    shares = heads.shares
    return (shares @ heads.values)[:, 0], shares


def _plain(node: Node, inputs: Sequence[Array]) -> Heads:
    query, value, key = _three(inputs)
    scale = node.weight("scale") if node.has("scale") else np.float32(1)
    if node.setting("score_mode") == "dot":
        scores = query @ key.swapaxes(-1, -2) * scale
    else:
        sums = np.tanh(scale * (query[..., :, None, :] + key[..., None, :, :])).sum(axis=-1)
        scores = node.weight("concat_score_weight") * sums
    return _alone(query, key, value, _causal(node, scores))


def _additive(node: Node, inputs: Sequence[Array]) -> Heads:
    query, value, key = _three(inputs)
    scale = node.weight("scale") if node.has("scale") else np.float32(1)
    scores = (scale * np.tanh(query[..., :, None, :] + key[..., None, :, :])).sum(axis=-1)
    return _alone(query, key, value, _causal(node, scores))


def _alone(query: Array, key: Array, value: Array, scores: Array) -> Heads:
    """One head."""
    return Heads(query[:, None], key[:, None], value[:, None], scores[:, None])
