"""What changes between epochs and samples, and what is good to know of the values."""

from __future__ import annotations

import math
from collections.abc import Sequence

from exporter.interchange.unity.loader_chain import last_shape
from exporter.interchange.unity.loader_entries import Layer, Tensor
from exporter.interchange.unity.loader_report import Finding, counted, remark, shown, times

MAX_NAMED = 8


def samples_on_slider(layers: Sequence[Layer]) -> int:
    """How many samples the loader's slider offers: as many as the last layer has in the last epoch."""
    for layer in reversed(layers):
        for tensor in reversed(layer.activations):
            if tensor is not None and tensor.shape:
                return tensor.shape[0]
    return 0


def sample_findings(layers: Sequence[Layer], n_samples: int) -> list[Finding]:
    """Layers with fewer or more samples than the slider offers."""
    findings = []
    for layer in layers:
        for tensor in layer.activations:
            if tensor is None or not tensor.shape or tensor.shape[0] == n_samples:
                continue
            what = f"{counted(tensor.shape[0], 'sample')}, where the slider offers {n_samples}"
            remedy = "write the same samples for every layer and epoch"
            if tensor.shape[0] < n_samples:
                why = "the loader stops when one beyond is chosen"
                findings.append(layer.finding("crash", what, why, remedy, tensor.file))
            else:
                findings.append(
                    layer.remark(what, "the last layer decides; the others are never shown", "", tensor.file)
                )
    return findings


def epoch_findings(layers: Sequence[Layer]) -> list[Finding]:
    """Layers whose shape changes from epoch to epoch: the loader keeps the last shape for all."""
    findings = []
    for layer in layers:
        findings += _changes(layer, layer.activations, "activations", 1)
        if layer.kind in ("conv", "fc"):
            findings += _changes(layer, layer.weights, "weights", 0)
    return findings


def _changes(layer: Layer, tensors: Sequence[Tensor | None], what: str, first: int) -> list[Finding]:
    known = [tensor for tensor in tensors if tensor is not None]
    findings = []
    for tensor in known[:-1]:
        shape, last = tensor.shape[first:], known[-1].shape[first:]
        if shape == last:
            continue
        told = f"its {what} are {times(shape)} here and {times(last)} in the last epoch"
        is_short = len(shape) != len(last) or any(own < other for own, other in zip(shape, last, strict=True))
        why = "the last shape is used for all epochs"
        why += ": the loader stops at this one" if is_short else ", so this one is cut silently"
        remedy = "write the same network in every epoch"
        findings.append(layer.finding("crash" if is_short else "scrambled", told, why, remedy, tensor.file))
    return findings


def structure_remarks(layers: Sequence[Layer]) -> list[Finding]:
    """Shapes of the structure that are not those of the weights: the loader takes the latter."""
    findings = []
    for layer in layers:
        shape = next((each.shape for each in reversed(layer.weights) if each is not None), None)
        if layer.kind in ("conv", "fc") and shape is not None and layer.shape and shape != layer.shape:
            what = f"the structure says {times(layer.shape)}, the weights are {times(shape)}"
            findings.append(layer.remark(what, "the loader takes the latter", "write the same shape in both"))
    return findings


def value_remarks(layers: Sequence[Layer]) -> list[Finding]:
    """Values that are drawn as if they were 1, and layers at which a button of the loader stops."""
    findings = []
    for what, tensors in (
        ("activations", [(layer, layer.activations) for layer in layers if layer.kind != "image"]),
        ("weights", [(layer, layer.weights) for layer in layers if layer.kind in ("conv", "fc")]),
    ):
        peaks = {layer.name: _peak(known) for layer, known in tensors if _peak(known) > 1}
        if peaks:
            why = "values beyond 1 and -1 get the same colour at a brightness of 1"
            remedy = f"turn the brightness down, or scale by {1 / max(peaks.values()):.2g}"
            told = [f"{shown(name)} {peak:.3g}" for name, peak in peaks.items()]
            findings.append(remark(f"{what} saturate: largest are {_some(told)}", why=why, remedy=remedy))
    return [*findings, *_input_remarks(layers), *_button_remarks(layers)]


def _peak(tensors: Sequence[Tensor | None]) -> float:
    return max((max(-each.values.low, each.values.high) for each in tensors if each is not None), default=0.0)


def _input_remarks(layers: Sequence[Layer]) -> list[Finding]:
    known = [each.values for each in layers[0].activations if each is not None] if layers else []
    low, high = min((each.low for each in known), default=0), max((each.high for each in known), default=0)
    if low >= 0 and high <= 1:
        return []
    what = f"the values of the picture go from {low:.3g} to {high:.3g}"
    return [layers[0].remark(what, "what is beyond 0 and 1 is drawn as black or white", "write it in 0..1")]


def _button_remarks(layers: Sequence[Layer]) -> list[Finding]:
    names = [shown(name) for name in _multiplied_too_short(layers)]
    if not names:
        return []
    what = f"leave the switch for weights x activations off: it stops at {_some(names)}"
    return [
        remark(what, why="a fault of the loader where a dense layer has fewer units than there are points before it")
    ]


def _multiplied_too_short(layers: Sequence[Layer]) -> list[str]:
    """The dense layers at which "weights x activations" stops: they have fewer units than points before them."""
    names, n_points = [], 0
    for layer in layers:
        shape = last_shape(layer.activations)
        if layer.kind == "fc" and shape is not None and shape[-1] < n_points:
            names.append(layer.name)
        n_points = 1 if shape is None else math.prod(shape[1:])
    return names


def _some(words: Sequence[str]) -> str:
    more = f" and {len(words) - MAX_NAMED} more" if len(words) > MAX_NAMED else ""
    return ", ".join(words[:MAX_NAMED]) + more
