"""Which sculptures a scene shows when nobody says, and which of their classes. Pure functions of the bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.panels.classes import class_name
from scenes.panels.lit import Lit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture
    from scenes.options import SceneOptions

MOST_CLASSES = 10


def shown_sculpture(bundle: Bundle, options: SceneOptions) -> Sculpture:
    """The sculpture of the chosen checkpoint, without a choice of the last one that has any; the one added last.

    Raises
    ------
    KerascopeError
        There is no such sculpture, or no such checkpoint.
    """
    asked = options.checkpoint_id
    places = {checkpoint.id: place for place, checkpoint in enumerate(bundle.manifest.checkpoints)}
    if asked is not None:
        bundle.checkpoint(asked)
    found = [each for each in bundle.manifest.sculptures if asked in (None, each.checkpoint)]
    if not found:
        where = "" if asked is None else f" at checkpoint {asked!r}"
        raise KerascopeError(
            f"no sculpture to show{where}",
            expected="a bundled network",
            got="none",
            remedy=f"add one: kerascope sculpt {bundle.path}",
        )
    return max(enumerate(found), key=lambda pair: (places[pair[1].checkpoint], pair[0]))[1]


def compared_sculptures(bundle: Bundle, options: SceneOptions) -> tuple[Sculpture, Sculpture]:
    """The two that can be compared: of an early and a late checkpoint, with the same layers, classes and method.

    Late is the chosen checkpoint, without a choice the last; of several the one added last. Early is the first.

    Raises
    ------
    KerascopeError
        There are no two such sculptures.
    """
    after = shown_sculpture(bundle, options)
    places = {checkpoint.id: place for place, checkpoint in enumerate(bundle.manifest.checkpoints)}
    late = [each for each in bundle.manifest.sculptures if each.checkpoint == after.checkpoint]
    for one in reversed(late):
        early = [each for each in bundle.manifest.sculptures if _alike(each, one)]
        early = [each for each in early if places[each.checkpoint] < places[one.checkpoint]]
        if early:
            first = min(places[each.checkpoint] for each in early)
            return [each for each in early if places[each.checkpoint] == first][-1], one
    raise KerascopeError(
        "no two sculptures to compare",
        expected="sculptures of two checkpoints by the same method",
        got=f"only that of {after.checkpoint!r}",
        remedy=f"export with --untrained or --checkpoint, then: kerascope sculpt {bundle.path}",
    )


def lit_classes(bundle: Bundle, sculpture: Sculpture, options: SceneOptions) -> Lit:
    """The chosen classes; without a choice all in order, or of more than ten those of most importance, most first.

    Raises
    ------
    KerascopeError
        A chosen class is none of the sculpture's.
    """
    importance = bundle.load(sculpture.tensors["importance"])
    ids = sculpture.classes or tuple(range(importance.shape[1]))
    # A model without classes has one column, which stands for all that it does.
    names = bundle.manifest.model.class_names or (("output",) if ids == (0,) else ())
    for chosen in options.classes:
        if chosen not in ids:
            expected = f"0 to {ids[-1]}" if ids == tuple(range(len(ids))) else ", ".join(map(str, ids[:20]))
            raise KerascopeError("no such class in the sculpture", expected=expected, got=str(chosen))
    columns: tuple[int, ...] = tuple(ids.index(chosen) for chosen in dict.fromkeys(options.classes))
    columns = columns or _foremost(hidden_importance(sculpture, importance))
    shown = tuple(ids[column] for column in columns)
    return Lit(shown, tuple(class_name(names, each) for each in shown), len(ids))


def hidden_importance(sculpture: Sculpture, importance: NDArray[np.float32]) -> NDArray[np.float32]:
    """The importance (n, C) of the units between the first plane and the last: inputs and classes are what they are.
    Of a network without any, that of all units.
    """
    last = max(layer.plane for layer in sculpture.layers)
    inner = np.repeat(
        [0 < layer.plane < last for layer in sculpture.layers], [layer.units for layer in sculpture.layers]
    )
    return importance[inner] if inner.any() else importance


def _alike(one: Sculpture, two: Sculpture) -> bool:
    return (one.method, one.layers, one.classes) == (two.method, two.layers, two.classes)


def _foremost(importance: NDArray[np.float32]) -> tuple[int, ...]:
    count = importance.shape[1]
    if count <= MOST_CLASSES:
        return tuple(range(count))
    most = np.argsort(-importance.sum(axis=0, dtype=np.float64), kind="stable")[:MOST_CLASSES]
    return tuple(map(int, most))
