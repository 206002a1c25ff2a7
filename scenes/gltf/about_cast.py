"""What a GLB says of a sculpture in words and numbers, as `extras` that any program can read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenes.gltf.names import unique
from scenes.panels.classes import class_name
from viewer.colour import class_colours, code_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture, UnitLayer
    from scenes.gltf.casts import Cast
    from viewer.state import Theme

Extras = dict[str, Any]
ALL_CLASSES = "all classes"


def column_names(bundle: Bundle, sculpture: Sculpture) -> tuple[str, ...]:
    """What the classes of a sculpture are called, in the order of its columns."""
    columns = sculpture.tensors["importance"].shape[1]
    ids = sculpture.classes or tuple(range(columns))
    return unique(class_name(bundle.manifest.model.class_names, each) for each in ids)


def columns_lit(sculpture: Sculpture, cast: Cast) -> tuple[int | None, ...]:
    """Which of a sculpture's columns each state lights; `None` where all are lit, or the class is none of them."""
    columns = sculpture.tensors["importance"].shape[1]
    ids = sculpture.classes or tuple(range(columns))
    return tuple(ids.index(focus) if focus in ids else None for focus in cast.focuses)


def focus_names(lit: tuple[int | None, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    """What the states of a sculpture are called: the class that is lit."""
    return unique(ALL_CLASSES if column is None else columns[column] for column in lit)


def about_cast(bundle: Bundle, number: int, cast: Cast, theme: Theme, drawn: int) -> Extras:
    """What a sculpture's node says: what it was made of and how, its classes, and when each of them is lit. `number`
    counts nets and sculptures; of its edges so many are `drawn`.
    """
    sculpture = bundle.sculpture(cast.first.sculpture_id)
    columns = column_names(bundle, sculpture)
    ids = sculpture.classes or tuple(range(len(columns)))
    colours = class_colours(max(ids) + 1, theme)[list(ids)]
    states = []
    for still, name in enumerate(focus_names(columns_lit(sculpture, cast), columns)):
        begins = [round(span.from_secs, 4) for span in cast.spans if span.still == still]
        states.append({"name": name, "from_secs": begins})
    return {
        "net": number,
        "sculpture": sculpture.id,
        "checkpoint": sculpture.checkpoint,
        "method": sculpture.method,
        "layers": [{"name": each.name, "units": each.units, "plane": each.plane} for each in sculpture.layers],
        "classes": [{"name": name, "colour": code_of(colour)} for name, colour in zip(columns, colours, strict=True)],
        "edges": {"drawn": drawn, "of": sculpture.tensors["edges"].shape[0]},
        "options": sculpture.options,
        "result": sculpture.result,
        "states": states,
    }


def about_units(bundle: Bundle, layer: UnitLayer) -> Extras:
    """What the node of a layer of units says of it. What is not known is left out."""
    found: Extras = {"layer": layer.name, "units": layer.units, "plane": layer.plane}
    known = next((each for each in bundle.manifest.layers if each.name == layer.name), None)
    if known is not None:
        found |= {"kind": known.kind, "class_name": known.class_name, "parameters": known.parameters}
    return {name: value for name, value in found.items() if value is not None}
