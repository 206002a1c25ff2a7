"""The files of one epoch: as many entries as there are layers, and the labels at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.interchange.unity.loader_entries import Layer, looks_like_a_layer, read_tensors
from exporter.interchange.unity.loader_report import Finding, counted, remark, shown, worst

ADD_TRAILER = "add [[true classes], [predicted classes]] as the last entry"


@dataclass(frozen=True)
class Labels:
    """The true classes that a file of activations ends in, one per sample; as the loader reads them."""

    truths: tuple[str, ...]
    file: str


def read_weights(value: object, layers: Sequence[Layer], file: str) -> tuple[int, list[Finding]]:
    """How many layers a file of weights has entries for, and what the loader finds in them."""
    if not isinstance(value, list):
        return 0, [Finding("crash", "no list at the top of the file", "", "write one list of entries", file)]
    findings = read_tensors(value, layers, file, "weights")
    if len(value) > len(layers):
        what = (
            f"{counted(len(value), 'entry', 'entries')} of weights for {counted(len(layers), 'layer')} of the structure"
        )
        why = "each entry belongs to the layer at its place, and there is none left"
        findings.append(Finding("crash", what, why, "write one entry for each layer, and the class list", file))
    for layer in layers[len(value) :]:
        findings.append(_left_out(layer, file))
    return min(len(value), len(layers)), findings


def _left_out(layer: Layer, file: str) -> Finding:
    why = "the file of weights has no entry at its place, so its activations are not read either"
    remedy = 'write an entry for each layer: zeros for a pool, ["input", [1], [0]] for the input'
    if layer.kind == "image":
        return layer.finding("crash", "the loader stops: this layer has no size", why, remedy, file)
    return layer.finding("scrambled", "drawn black, without any values", why, remedy, file)


def read_activations(
    value: object, layers: Sequence[Layer], n_read: int, file: str
) -> tuple[Labels | None, list[Finding]]:
    """The labels of a file of activations, and what the loader finds in it.

    ``n_read``: how many entries of weights were read, which is how many of activations are.
    """
    if not isinstance(value, list) or not value:
        return None, [
            Finding("crash", "no list of entries at the top of the file", "", "write one list of entries", file)
        ]
    findings = read_tensors(value[:-1], layers[:n_read], file, "activations")
    n_entries = len(value) - 1
    entries = counted(n_entries + looks_like_a_layer(value[-1]), "entry", "entries")
    has_trailer = not looks_like_a_layer(value[-1])
    if not has_trailer:
        what = "the labels are missing at the end: the last layer is taken for them"
        findings.append(Finding("crash", what, "the last entry is read as labels, always", ADD_TRAILER, file))
    if n_entries + (not has_trailer) < n_read:
        what = f"{entries} of activations for {n_read} of weights"
        why = "each entry of weights needs one at the same place"
        findings.append(Finding("crash", what, why, "write one entry for each layer", file))
    elif n_entries > n_read:
        what = f"{entries} of activations for {n_read} of weights: the last are never read"
        findings.append(remark(what, remedy="write as many entries of weights", file=file))
    if not has_trailer:
        return None, findings
    labels, told = _labels(value[-1], file)
    return labels, findings + told


def _labels(trailer: object, file: str) -> tuple[Labels | None, list[Finding]]:
    if not isinstance(trailer, list) or len(trailer) < 1 or not isinstance(trailer[0], list):
        return None, [Finding("crash", "the last entry holds no labels", "it must hold two lists", ADD_TRAILER, file)]
    truths = trailer[0]
    predictions = trailer[1] if len(trailer) > 1 else None
    if not isinstance(predictions, list):
        if not truths and predictions is None:
            return Labels((), file), []
        return None, [Finding("crash", "the labels have no predictions", "two lists are read", ADD_TRAILER, file)]
    findings = _label_findings(truths, predictions, file)
    if worst(findings) == "crash":
        return None, findings
    return Labels(tuple(shown(each) for each in truths), file), findings


def _label_findings(truths: list[object], predictions: list[object], file: str) -> list[Finding]:
    findings = []
    if len(predictions) < len(truths):
        what = f"{counted(len(predictions), 'prediction')} for {counted(len(truths), 'true class', 'true classes')}"
        findings.append(Finding("crash", what, "one is read for each", "write one prediction per sample", file))
    read = [*truths, *predictions[: len(truths)]]
    if any(isinstance(each, list | dict) for each in read):
        what = "a label is a list or an object"
        findings.append(Finding("crash", what, "a label is a word or a number", "write class names", file))
    if any(each is None for each in read):
        findings.append(remark("a label is null, shown as nothing", remedy="write class names", file=file))
    return findings


def label_findings(labels: Sequence[Labels], n_samples: int) -> list[Finding]:
    """What is wrong with the labels of all epochs, for so many samples on the slider."""
    findings = []
    for each in labels:
        if len(each.truths) < n_samples:
            what = f"{counted(len(each.truths), 'label')} for {counted(n_samples, 'sample')}"
            why = "choosing a sample without one raises an error, and the label of another sample stays up"
            findings.append(Finding("scrambled", what, why, "write one label per sample", each.file))
    if len({each.truths for each in labels}) > 1:
        what = "the true classes differ between epochs: the last file's are shown for all"
        findings.append(
            Finding("scrambled", what, "they are kept once", "use the same samples in each epoch", labels[-1].file)
        )
    return findings
