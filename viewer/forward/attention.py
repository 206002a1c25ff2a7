"""Attention, with and without heads; masks are not known here, but for the causal one.

Each function gives what the layer hands on, and after it the attention scores (1, heads, queries, keys) after their
softmax, as captures have them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.activations import softmax
from viewer.forward.node import Array, Node


def multi_head_attention(node: Node, inputs: Sequence[Array]) -> tuple[Array, Array]:
    """Each head's mean of the values, weighed by how well their keys fit the query (Vaswani et al. 2017, eq. 1)."""
    if len(inputs) > 3:
        raise node.cannot("it is given a mask, which the bundle does not tell")
    query, value, key = _three(inputs)
    if query.ndim != 3:
        raise node.cannot("attention along several axes is not computed here")
    q, k, v = (_headed(node, each, name) for each, name in ((query, "query"), (key, "key"), (value, "value")))
    scores = np.einsum("bqhd,bkhd->bhqk", q, k, optimize=True) / np.float32(q.shape[-1] ** 0.5)
    shares = softmax(_causal(node, scores))
    mixed = np.einsum("bhqk,bkhd->bqhd", shares, v, optimize=True)
    out = np.einsum("bqhd,hdo->bqo", mixed, node.weight("attention_output.kernel"), optimize=True)
    bias = "attention_output.bias"
    return (out + node.weight(bias) if node.has(bias) else out), shares


def _three(inputs: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Query, value and key; the value is the key where there is none, and all are the query where it is alone."""
    value = inputs[1] if len(inputs) > 1 else inputs[0]
    return inputs[0], value, inputs[2] if len(inputs) > 2 else value


def _headed(node: Node, x: Array, name: str) -> Array:
    made: Array = np.einsum("btc,chd->bthd", x, node.weight(f"{name}.kernel"), optimize=True)
    return made + node.weight(f"{name}.bias") if node.has(f"{name}.bias") else made


def _causal(node: Node, scores: Array) -> Array:
    if not node.option("use_causal_mask", False):
        return scores
    later = np.triu(np.ones(scores.shape[-2:], bool), 1)
    return np.where(later, np.float32(-1e9), scores)


def plain_attention(node: Node, inputs: Sequence[Array]) -> tuple[Array, Array]:
    """The mean of the values, weighed by products of query and key, or by their sum through tanh."""
    query, value, key = _three(inputs)
    scale = node.weight("scale") if node.has("scale") else np.float32(1)
    if node.setting("score_mode") == "dot":
        scores = query @ key.swapaxes(-1, -2) * scale
    else:
        sums = np.tanh(scale * (query[..., :, None, :] + key[..., None, :, :])).sum(axis=-1)
        scores = node.weight("concat_score_weight") * sums
    return _weighed(node, scores, value)


def additive_attention(node: Node, inputs: Sequence[Array]) -> tuple[Array, Array]:
    """The mean of the values, weighed by tanh of the sums of query and key (Bahdanau et al. 2015)."""
    query, value, key = _three(inputs)
    scale = node.weight("scale") if node.has("scale") else np.float32(1)
    scores = (scale * np.tanh(query[..., :, None, :] + key[..., None, :, :])).sum(axis=-1)
    return _weighed(node, scores, value)


def _weighed(node: Node, scores: Array, value: Array) -> tuple[Array, Array]:
    """The mean of the values by the scores (1, ..., queries, keys), and these scores as those of one head each."""
    shares = softmax(_causal(node, scores))
    return shares @ value, shares.reshape(len(shares), -1, *shares.shape[-2:])
