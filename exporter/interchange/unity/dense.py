"""Dense layers on the chain, and the answer at its end: logits."""

from __future__ import annotations

from dataclasses import replace

from exporter.bundle.schema import Layer
from exporter.interchange.unity.errors import cannot_show
from exporter.interchange.unity.flow import Flow, Piece
from exporter.interchange.unity.main_path import Step
from exporter.interchange.unity.matrices import DenseKernel, UnitKernel
from exporter.interchange.unity.square import check_fits
from exporter.interchange.unity.values import LogitValues, UnitValues

_MOST_VALUES = 2**24
"""A unit matrix of more values than these would be all there is in the folder."""


def joined(flow: Flow, step: Step, *, is_last: bool) -> Flow:
    """The walk behind a dense layer over units, or a convolution over a single cell, which is the same."""
    layer = step.layer
    units = step.shape[-1]
    kernel = DenseKernel(layer.name, flow.rows(), flow.waiting)
    if flow.origin == "maps":
        check_fits(layer.name, flow.at, flow.drawn[:2], flow.room)
    name = "fc_out" if is_last else flow.next_name("fc")
    points = kernel.rows.points(flow.shape[0])
    is_linear = layer.activation == "linear"
    values = UnitValues(layer.name, units) if is_linear or not is_last else _logits(flow, layer, units)
    piece = Piece(name, "fc", layer.name, (points, units), kernel, values)
    words = _words(flow, layer, values)
    flow = replace(
        flow.with_pieces([piece]), shape=(units,), source=layer.name, origin="units", picked=None, waiting=(),
        linked=1, takes_scale=is_linear, linear=layer.name if is_linear else None,
    )  # fmt: skip
    return flow.noted(*(f"{layer.name} -> {name}: {word}" for word in words))


def _logits(flow: Flow, layer: Layer, units: int) -> LogitValues:
    return LogitValues(flow.source, layer.name, units, "bias" in layer.variables)


def _words(flow: Flow, layer: Layer, values: UnitValues | LogitValues) -> list[str]:
    words = []
    if layer.kind in ("conv", "depthwise"):
        words.append("a convolution over a single cell, written as a dense layer")
    (rows, columns), drawn = flow.room, flow.drawn
    if flow.origin != "units" and drawn[:2] != (rows, columns):
        words.append(
            f"rows for the {rows}x{columns} cells of the padded maps, zero for those that the model does not have"
        )
    if isinstance(values, LogitValues):
        words.append(
            f"logits: the bundle holds only the values behind {layer.activation or 'an activation'}, so those before "
            f"are computed from the stored output of {values.source}, the kernel and the bias"
        )
    return words


def answered(flow: Flow, last: Step) -> Flow:
    """The walk at its end, with logits in its last piece `fc_out`.

    Raises
    ------
    UnityError
        the model ends in maps, or in more values than a unit matrix is written for.
    """
    if flow.is_maps:
        raise cannot_show(
            last.layer, "the model ends in maps, and the loader reads its answer off a dense layer",
            remedy="export a model that ends in a dense layer or in a global pool",
        )  # fmt: skip
    if flow.last.kind == "fc":
        return _with_logits(flow)
    if flow.shape[0] * flow.rows().points(flow.shape[0]) > _MOST_VALUES:
        raise cannot_show(last.layer, f"{flow.shape[0]} values without a dense layer are no answer")
    return _unit_answer(flow, last)


def _with_logits(flow: Flow) -> Flow:
    """The last piece shows what came before any activation; `joined` has seen to it where that is not stored."""
    piece = flow.last
    if flow.linear is None or not isinstance(piece.values, UnitValues):
        return flow
    shown = replace(piece, values=replace(piece.values, source=flow.linear))
    changed = replace(flow, pieces=(*flow.pieces[:-1], shown))
    if flow.linear == piece.values.source:
        return changed
    return changed.noted(f"{piece.layer} -> {piece.name}: logits, as {flow.linear} puts them out before {flow.source}")


def _unit_answer(flow: Flow, last: Step) -> Flow:
    """A last dense layer that the model does not have: each of its units is a value that the model puts out."""
    rows, units = flow.rows(), flow.shape[0]
    if rows.picked is not None:
        raise cannot_show(last.layer, "branches meet at the end of the model, with no dense layer behind them")
    source = flow.linear or flow.source
    piece = Piece(
        "fc_out", "fc", last.layer.name, (rows.points(units), units), UnitKernel(units, rows, flow.waiting),
        UnitValues(source, units),
    )  # fmt: skip
    word = f"a dense layer that the model does not have: it hands on what {source} puts out, since an answer is one"
    return replace(flow.with_pieces([piece]), origin="units").noted(f"{last.layer.name} -> fc_out: {word}")
