"""The ReLUs between an input and what is asked about, in a graph that TensorFlow records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from exporter.explain.contract import ExplainError

_RELU = frozenset({"Relu", "Relu6"})
_NESTED = ("f", "body", "then_branch", "else_branch")
"""What operations call the functions that they run: calls, loops and branches."""


def check_rectified(fed: Any, scores: Any, what: str) -> None:
    """Raise `ExplainError` unless there is a ReLU on the way from `fed` to `scores`, and none is out of reach.

    Without any, guided gradients would be plain ones. A ReLU inside a loop (as of a recurrent layer) is recorded in a
    graph of its own, where its gradient cannot be changed: some ReLUs would be guided, and others not.
    """
    between = _between(fed, scores)
    if hidden := [op.name for op in between if _hides_relu(op)]:
        got = f"one inside {hidden[0]!r}"
        raise ExplainError("guided backprop does not reach every ReLU", expected="none in loops or branches", got=got)
    if not any(op.type in _RELU for op in between):
        expected = f"a ReLU between the input and {what}"
        remedy = "saliency would be the same: take that"
        raise ExplainError("there is nothing to guide", expected=expected, got="none", remedy=remedy)


def _between(start: Any, end: Any) -> list[Any]:
    """Operations that what `start` is reaches on the way to `end`."""
    before = _reached([end.op], lambda op: (tensor.op for tensor in op.inputs))
    after = _reached(start.consumers(), lambda op: (user for tensor in op.outputs for user in tensor.consumers()))
    return [op for key, op in after.items() if key in before]


def _reached(first: Iterable[Any], following: Callable[[Any], Iterable[Any]]) -> dict[str, Any]:
    """By their names, the operations and all that follow them."""
    found: dict[str, Any] = {}
    waiting = list(first)
    while waiting:
        op = waiting.pop()
        if op.name not in found:
            found[op.name] = op
            waiting.extend(following(op))
    return found


def _hides_relu(op: Any) -> bool:
    called = [op.get_attr(name).name for name in _NESTED if name in op.node_def.attr]
    if not called:
        return False
    library = {each.signature.name: each for each in op.graph.as_graph_def().library.function}
    while called:
        function = library.pop(called.pop(), None)
        nodes = function.node_def if function is not None else ()
        if any(node.op in _RELU for node in nodes):
            return True
        called += [node.attr[name].func.name for node in nodes for name in _NESTED if name in node.attr]
    return False
