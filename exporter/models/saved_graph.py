"""What the graph of a SavedModel would do when it is loaded and called, told without running any of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exporter.backend import op_def_registry
from exporter.models.errors import ModelError

_STATE = {
    *("VarHandleOp", "ReadVariableOp", "AssignVariableOp", "DisableCopyOnRead", "VarIsInitializedOp", "ResourceGather"),
    *("StatefulPartitionedCall", "If", "While", "Case", "NoOp", "Assert", "DestroyResourceOp", "AnonymousHashTable"),
    *("HashTableV2", "MutableHashTableV2", "LookupTableFindV2", "LookupTableImportV2", "LookupTableSizeV2"),
    *("RandomUniform", "RandomUniformInt", "RandomStandardNormal", "TruncatedNormal", "RngReadAndSkip", "Multinomial"),
    *("RandomShuffle", "StatefulUniform", "StatefulStandardNormalV2", "AnonymousMutableHashTable", "Bucketize"),
}
"""Operations that keep something, yet nothing outside the model."""
_OUTSIDE = re.compile(
    r"File|Save|Restore|Checkpoint|Reader|Record|Dataset|Iterator|Summary|PyFunc|Debug|Print|Dump|Rpc|Remote|Send|Recv|"
    r"ImmutableConst|Remap|Abort|Sql|Gcs|BigQuery|Bigtable|TPU|Tpu|Configure|Collective|XlaLaunch|XlaHostCompute|"
    r"CustomCall|Symbolic|Library|Worker|Distribut"
)
"""Families of operations that read or write files, run code, or talk to others."""


def check_operations(saved: Any, path: Path) -> None:
    """Refuse a graph that reads or writes files, runs code, or of which that cannot be told.

    Only what is reachable from the stored objects counts: every SavedModel has functions to save and restore itself,
    which nothing here calls.

    Raises
    ------
    ModelError
        such a graph; one of TensorFlow 1, whose parts cannot be told apart; an operation that is not known.
    """
    graph = saved.meta_graphs[0]
    if not graph.object_graph_def.nodes:
        raise _refused("it was saved by TensorFlow 1, whose whole graph would run", path)
    functions = {function.signature.name: function for function in graph.graph_def.library.function}
    for name in sorted(_reachable(graph, functions)):
        if name in functions:
            continue
        if name not in _STATE and _OUTSIDE.search(name):
            raise _refused(f"its graph has the operation {name}, which reaches beyond the model", path)
        definition = op_def_registry.get(name)
        if definition is None or (definition.is_stateful and name not in _STATE):
            raise _refused(f"its graph has the operation {name}, of which nobody knows what it does", path)


def _reachable(graph: Any, functions: dict[str, Any]) -> set[str]:
    """The names of all operations and functions that loading or calling may run."""
    pending, seen = list(_stored_functions(graph.object_graph_def)), set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in functions[name].node_def if name in functions else ():
            pending.append(node.op)
            for value in node.attr.values():
                pending += [value.func.name] if value.func.name else []
                pending += [function.name for function in value.list.func]
    return seen


def _stored_functions(objects: Any) -> Iterator[str]:
    yield from objects.concrete_functions
    for node in objects.nodes:
        yield from node.function.concrete_functions
        if node.bare_concrete_function.concrete_function_name:
            yield node.bare_concrete_function.concrete_function_name


def _refused(what: str, path: Path) -> ModelError:
    return ModelError(
        f"the SavedModel is refused, since {what}", remedy="pass --unsafe if you trust whoever made it", path=path
    )
