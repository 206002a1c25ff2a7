"""The maps of an explanation as entries of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exporter.bundle import BundleWriter
from exporter.bundle.schema import Overlay
from exporter.explain.contract import Explained, ExplainError, Floats, Map


def maps_of(explained: Explained, row: int, input_layer: str, picture: tuple[int, ...], name: str) -> list[Map]:
    """The maps (rows, columns), or (length,), of one input, at most one a layer.

    Those over pictures that were fed in another shape get the rows and columns of the picture (`picture`, empty: what
    was fed says all). `name` is what the input is called.

    Raises
    ------
    ExplainError
        values that are no finite numbers.
    """
    maps: dict[str, Map] = {}
    for each in explained.maps:
        values = each.values[row]
        if not np.isfinite(values).all():
            raise ExplainError(f"input {name} cannot be explained", expected="finite numbers", got="NaN in the map")
        laid = _laid(values, each.kind, picture) if each.layer == input_layer and picture else values
        maps.setdefault(each.layer, replace(each, values=laid))
    return list(maps.values())


def write_overlays(
    writer: BundleWriter, run_id: str, input_id: str, maps: Sequence[Map], input_layer: str
) -> tuple[Overlay, ...]:
    """The entries of the maps of one run, which have been written."""
    refs = writer.write(f"derived/overlays-{run_id}.npz", {each.layer: each.values for each in maps})
    return tuple(
        Overlay(
            id=run_id if each.layer == input_layer else f"{run_id}@{each.layer}",
            run=run_id,
            input=input_id,
            layer=each.layer,
            kind=each.kind,
            values=refs[each.layer],
        )
        for each in maps
    )


def _laid(values: Floats, kind: str, picture: tuple[int, ...]) -> Floats:
    """A value for each pixel; of several channels the sum where there are signs, else the largest."""
    rows, columns, channels = picture
    if values.size == rows * columns:
        return values.reshape(rows, columns)
    if values.size != rows * columns * channels:
        return values
    each = values.reshape(picture)
    laid: Floats = each.sum(axis=-1) if kind == "signed" else each.max(axis=-1)
    return laid
