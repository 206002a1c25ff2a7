"""How the loader draws the chain of layers: sizes that it derives, against what the files hold.

The grid of a convolution is S - k + 2*floor(k/2) + 1 wide, that of a pool floor((S - p)/2) + 1, where p is the Conv
Shape of the pool prefab: 0 as published (its size was lost), 2 once the user sets it. Values are then taken by a
running number modulo the sizes in the file, so a wrong size never stops the loader, it scrambles the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exporter.interchange.unity.loader_entries import Kind, Layer, Tensor
from exporter.interchange.unity.loader_report import Finding, counted, times, worst

Shape = tuple[int, ...]
RANK: dict[Kind, int] = {"image": 4, "conv": 4, "maxpool": 4, "fc": 2}
WEIGHTS_RANK: dict[Kind, int] = {"conv": 4, "fc": 2}
NAMED: dict[Kind, str] = {"image": "a picture", "conv": "a convolution", "maxpool": "a pool", "fc": "a dense layer"}


@dataclass(frozen=True)
class Drawn:
    """What a layer was drawn as: rows and columns of a map and how many maps; units are maps of 1 x 1."""

    kind: Kind
    rows: int
    columns: int
    depth: int

    @property
    def n_points(self) -> int:
        """Cells or units in all."""
        return self.rows * self.columns * self.depth

    def words(self) -> str:
        """What is drawn, in words."""
        if self.kind == "fc":
            return f"drawn as {counted(self.depth, 'unit')}"
        return f"drawn as {counted(self.depth, 'map')} of {self.rows} x {self.columns}"


def conv_size(size: int, kernel: int) -> int:
    """The side of the grid that the loader draws for a convolution, with stride 1 and padding floor(k/2).

    >>> conv_size(28, 3), conv_size(28, 4)
    (28, 29)
    """
    return size - kernel + 2 * (kernel // 2) + 1


def pool_side(size: int, pool: int) -> int:
    """The side of the grid that the loader draws for a pool; ``pool`` is the prefab's, 0 as published.

    >>> pool_side(28, 0), pool_side(28, 2)
    (15, 14)
    """
    return (size - pool) // 2 + 1


def pool_words(pool: int) -> str:
    """The setting of the pool prefab, in words."""
    return (
        "with the pool prefab as published" if pool == 0 else f"with the pool prefab's Conv Shape set to {pool},{pool}"
    )


def draw_chain(layers: Sequence[Layer], pool: int) -> tuple[Finding, ...]:
    """What the loader draws, layer by layer, with one setting of the pool prefab.

    A layer with nothing wrong has one accepted finding of what it is drawn as.
    """
    findings: list[Finding] = []
    before: Drawn | None = None
    for layer in layers:
        drawn, told = _draw(layer, before, pool)
        if drawn is not None and worst(told) == "accepted":
            findings.append(layer.finding("accepted", drawn.words()))
        findings += told
        before = drawn
    return tuple(findings)


def last_shape(tensors: Sequence[Tensor | None]) -> Shape | None:
    """The shape that the loader keeps: that of the last epoch that it read."""
    return next((each.shape for each in reversed(tensors) if each is not None), None)


def _draw(layer: Layer, before: Drawn | None, pool: int) -> tuple[Drawn | None, list[Finding]]:
    activations, weights = last_shape(layer.activations), last_shape(layer.weights) or layer.shape
    if layer.index == 0 and layer.kind != "image":
        remedy = "begin with an entry whose name holds `input`, and neither `conv` nor anything before it"
        why = "the first layer must be the input, and its name makes it " + NAMED[layer.kind]
        return None, [layer.finding("crash", "the chain has no input", why, remedy)]
    wrong = _rank_findings(layer, weights, activations) or _empty_findings(layer, weights, activations)
    if wrong:
        return None, wrong
    if layer.kind == "image" and activations is not None:
        return _draw_image(layer, activations)
    if before is None or layer.kind == "image":
        return None, []
    if layer.kind == "fc":
        return _draw_dense(layer, before, weights, activations)
    return (_draw_conv if layer.kind == "conv" else _draw_pool)(layer, before, weights, activations, pool)


def _rank_findings(layer: Layer, weights: Shape, activations: Shape | None) -> list[Finding]:
    findings = []
    for shape, rank, what in (
        (activations, RANK[layer.kind], "activations"),
        (weights, WEIGHTS_RANK.get(layer.kind, len(weights)), "weights"),
    ):
        if shape is not None and len(shape) != rank:
            told = f"the loader stops at its {what}: their shape {times(shape)} has {len(shape)} numbers"
            why = f"it is taken for {NAMED[layer.kind]}, which has {rank}"
            remedy = "its name decides what it is (conv, input, fc, maxpool; anything else is a picture): leave it out"
            remedy = remedy if layer.kind == "image" and layer.index else "write the shape of the format"
            findings.append(layer.finding("crash", told, why, remedy))
    return findings


def _empty_findings(layer: Layer, weights: Shape, activations: Shape | None) -> list[Finding]:
    drawn = (activations, weights) if layer.kind in WEIGHTS_RANK else (activations,)
    empty = [shape for shape in drawn if shape is not None and 0 in shape]
    if not empty:
        return []
    return [layer.finding("crash", f"the loader stops: there is nothing in a shape of {times(empty[0])}")]


# ---- the four kinds


def _draw_image(layer: Layer, activations: Shape) -> tuple[Drawn, list[Finding]]:
    _, rows, columns, depth = activations
    drawn = Drawn("image", rows, columns, depth)
    findings = _map_findings(layer, drawn, activations, "")
    if layer.index:
        what = "drawn as a second picture at the start: the chain is cut, what is before it hangs loose"
        why = "its name holds none of conv, fc and maxpool" if "input" not in layer.name else "its name holds `input`"
        findings.append(layer.finding("scrambled", what, why, "leave this layer out, or fold it into the one before"))
    return drawn, findings


def _draw_conv(
    layer: Layer, before: Drawn, weights: Shape, activations: Shape | None, _: int
) -> tuple[Drawn | None, list[Finding]]:
    height, width, n_in, depth = weights
    if before.kind == "fc":
        remedy = "end the chain before it, or leave the dense layer out"
        return None, [layer.finding("crash", "the loader stops at a convolution after a dense layer", "", remedy)]
    drawn = Drawn("conv", conv_size(before.rows, height), conv_size(before.columns, width), depth)
    if drawn.rows < 1 or drawn.columns < 1:
        what = f"the loader stops: no cell is left for {height} x {width} on {before.rows} x {before.columns}"
        return None, [layer.finding("crash", what)]
    source = f"{before.rows} x {before.columns} with a kernel of {height} x {width}, stride 1"
    return drawn, [
        *(_kernel_findings(layer, height, width) if layer.weights else ()),
        *_channel_remarks(layer, n_in, before),
        *_map_findings(layer, drawn, activations, source),
    ]


def _kernel_findings(layer: Layer, height: int, width: int) -> list[Finding]:
    if height == width:
        return []
    what = f"the kernel of {height} x {width} is not square"
    remedy = "pad it with zeros to a square of an odd size"
    if height > width:
        return [layer.finding("crash", f"{what}: the loader stops", "it looks beyond the columns", remedy)]
    return [layer.finding("scrambled", f"{what}: its edges get each other's colours", "", remedy)]


def _channel_remarks(layer: Layer, n_in: int, before: Drawn) -> list[Finding]:
    if n_in == before.depth:
        return []
    what = f"its kernel has {counted(n_in, 'input channel')}, the layer before has {before.depth}"
    return [layer.remark(what, "the loader draws the kernel of the first channel and does not compare")]


def _draw_pool(
    layer: Layer, before: Drawn, _: Shape, activations: Shape | None, pool: int
) -> tuple[Drawn | None, list[Finding]]:
    if before.kind != "conv":
        what = f"the loader stops at a pool after {NAMED[before.kind]}"
        why = "a pool must stand directly after a convolution"
        return None, [layer.finding("crash", what, why, "put a convolution before it, or leave it out")]
    drawn = Drawn("maxpool", pool_side(before.rows, pool), pool_side(before.columns, pool), before.depth)
    if drawn.rows < 1 or drawn.columns < 1:
        what = f"nothing is drawn: a pool of {pool} leaves nothing of {before.rows} x {before.columns}"
        remedy = "use the pool prefab as published, or leave the pool out"
        return drawn, [layer.finding("crash" if min(drawn.rows, drawn.columns) < 0 else "scrambled", what, "", remedy)]
    return drawn, _map_findings(layer, drawn, activations, f"{before.rows} x {before.columns}, stride 2")


def _map_findings(layer: Layer, drawn: Drawn, activations: Shape | None, source: str) -> list[Finding]:
    """What goes wrong where cells are coloured by a running number modulo the sizes in the file."""
    if activations is None:
        return []
    _, rows, columns, depth = activations
    findings = []
    if (drawn.rows, drawn.columns) != (rows, columns):
        what = f"drawn on a grid of {drawn.rows} x {drawn.columns}, but its maps are {rows} x {columns}: scrambled"
        remedy = f"pad the maps with zeros to {drawn.rows} x {drawn.columns}"
        findings.append(layer.finding("scrambled", what, f"the size is derived from {source}, never read", remedy))
    elif rows != columns and min(rows, columns) > 1:
        what = f"its maps of {rows} x {columns} are not square: rows and columns are mixed up"
        findings.append(
            layer.finding("scrambled", what, "cells are numbered by columns", "pad them with zeros to a square")
        )
    if drawn.depth < depth:
        what = f"{drawn.depth} of its {depth} maps are drawn, the others are cut silently"
        findings.append(layer.finding("scrambled", what, _depth_reason(drawn), "write as many maps as that"))
    elif drawn.depth > depth:
        what = f"{drawn.depth} maps are drawn from {depth}: they repeat"
        findings.append(layer.finding("scrambled", what, _depth_reason(drawn), "write as many maps as that"))
    return findings


def _depth_reason(drawn: Drawn) -> str:
    return "there are as many as the kernel has outputs" if drawn.kind == "conv" else "there are as many as before it"


def _draw_dense(layer: Layer, before: Drawn, weights: Shape, activations: Shape | None) -> tuple[Drawn, list[Finding]]:
    rows, units = weights
    findings = []
    if activations is not None and activations[1] != units:
        what = f"{counted(units, 'unit')} drawn from {counted(activations[1], 'activation')}"
        what += ": the others are cut silently" if units < activations[1] else ": they repeat"
        remedy = "write as many activations as the kernel has columns"
        findings.append(layer.finding("scrambled", what, "there are as many units as the kernel has columns", remedy))
    if layer.weights and rows != before.n_points:
        findings.append(_row_finding(layer, before, rows))
    return Drawn("fc", 1, 1, units), findings


def _row_finding(layer: Layer, before: Drawn, rows: int) -> Finding:
    what = f"its kernel has {counted(rows, 'row')}, but {_points(before)} are drawn before it"
    remedy = "write one row per point, in the order (row * width + column) * channels + channel"
    verdict: Literal["scrambled", "crash"] = "scrambled"
    why = "rows go by place; those that are left over are never drawn"
    if rows <= _last_row(before):
        is_folded = "0" in layer.name and before.kind != "fc"
        verdict = "scrambled" if is_folded else "crash"
        why = (
            "it stops where its edges are unfolded with the slider"
            if is_folded
            else "the loader looks for a row beyond"
        )
    return layer.finding(verdict, what, why, remedy)


def _last_row(before: Drawn) -> int:
    """The last row of a dense kernel that the loader looks for: it multiplies the map's number by the cell's."""
    return before.depth - 1 if before.kind == "fc" else (before.depth - 1) * (before.rows * before.columns - 1)


def _points(before: Drawn) -> str:
    sizes = "" if before.kind == "fc" else f" ({times((before.rows, before.columns, before.depth))})"
    return counted(before.n_points, "unit" if before.kind == "fc" else "point") + sizes
