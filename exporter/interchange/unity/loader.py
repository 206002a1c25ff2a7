"""A doctor for folders of nn-visualizer: what its Unity loader would do with one, layer by layer.

The loader is never run: a folder is read by its rules. They are: files go by words in their path; epochs and layers go
by place; sizes of maps are derived and not read; what has no place is cut, what is missing stops it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from exporter.bundle.errors import KerascopeError
from exporter.interchange.unity.loader_chain import draw_chain, pool_words
from exporter.interchange.unity.loader_entries import Layer, read_structure
from exporter.interchange.unity.loader_epochs import Labels, label_findings, read_activations, read_weights
from exporter.interchange.unity.loader_files import Listing, is_unity_folder, listed
from exporter.interchange.unity.loader_json import SECS_PER_BYTE, read_json
from exporter.interchange.unity.loader_remarks import (
    epoch_findings,
    sample_findings,
    samples_on_slider,
    structure_remarks,
    value_remarks,
)
from exporter.interchange.unity.loader_report import SEVERITY, Diagnosis, Finding, counted, merged, remark, shown, worst

__all__ = ["Diagnosis", "Finding", "diagnose", "is_unity_folder"]

PUBLISHED, SET = 0, 2  # the Conv Shape of the pool prefab: lost in the published project, or set by the user
Drawings = dict[int, tuple[Finding, ...]]


def diagnose(folder: Path, *, pool_size: int | None = None) -> Diagnosis:
    """What the loader would do with a folder.

    Parameters
    ----------
    folder : any folder; nothing in it is trusted, and one file is in memory at a time.
    pool_size : the Conv Shape that the pool prefab is set to, 0 for the prefab as published. None: both are tried, and
        the verdict is the better one, with words about the other.

    Raises KerascopeError where there is no folder that can be listed, or it holds too many files; whatever its files
    hold is a finding.
    """
    if pool_size is not None and pool_size < 0:
        raise KerascopeError("no size of a pool", expected="a whole number from 0", got=pool_size)
    files = listed(folder)
    reading = _read(files)
    drawings = {
        pool: draw_chain(reading.layers, pool) for pool in ((PUBLISHED, SET) if pool_size is None else (pool_size,))
    }
    return _diagnosis(folder, files, reading, drawings)


def _diagnosis(folder: Path, files: Listing, reading: _Reading, drawings: Drawings) -> Diagnosis:
    verdicts = {pool: worst((*reading.findings, *drawn)) for pool, drawn in drawings.items()}
    chosen = min(drawings, key=lambda pool: (SEVERITY[verdicts[pool]], len(_wrong(drawings[pool])), pool))
    others = [pool for pool, drawn in drawings.items() if pool != chosen and _wrong(drawn) != _wrong(drawings[chosen])]
    drawn = (
        drawings[chosen]
        if not others
        else [replace(each, pool_size=pool) for pool in drawings for each in drawings[pool]]
    )
    n_samples = samples_on_slider(reading.layers)
    load_secs = reading.n_bytes * SECS_PER_BYTE
    differ = [pool for pool in (chosen, *others) if len(set(verdicts.values())) > 1]
    told = [f"{verdicts[pool]} {pool_words(pool)}" for pool in differ] or [verdicts[chosen]]
    counts = ((len(reading.layers), "layer"), (len(files.weights), "epoch"), (n_samples, "sample"))
    size = ", ".join(counted(*each) for each in counts)
    return Diagnosis(
        folder=shown(folder),
        verdict=verdicts[chosen],
        summary=f"{'; '.join(told)}: {size}, {reading.n_bytes / 1e6:.1f} MB, about {load_secs:.1f} s to load",
        findings=merged(
            (*reading.findings, *drawn, *(_other_setting(drawings[pool], pool, chosen) for pool in others))
        ),
        pool_size=chosen,
        verdict_by_pool_size=verdicts,
        n_layers=len(reading.layers),
        n_epochs=len(files.weights),
        n_samples=n_samples,
        n_bytes=reading.n_bytes,
        load_secs=load_secs,
    )


def _wrong(drawn: tuple[Finding, ...]) -> list[Finding]:
    return [each for each in drawn if each.verdict != "accepted"]


def _other_setting(drawn: tuple[Finding, ...], pool: int, chosen: int) -> Finding:
    """What would be wrong with the other setting of the pool prefab, in one line."""
    names = list(dict.fromkeys(each.layer_name for each in _wrong(drawn)))
    what = (
        f"{pool_words(pool)}, {', '.join(names[:8])} would be drawn wrong"
        if names
        else f"{pool_words(pool)}, less is wrong"
    )
    clear = (
        "leave the pool prefab as published"
        if chosen == PUBLISHED
        else f"set Conv Shape of MaxPoolLayer to {chosen},{chosen}"
    )
    return remark(what, why="the sizes of maps are derived from it", remedy=f"{clear} before loading")


# ---- reading, one file at a time


@dataclass
class _Reading:
    """What was read so far."""

    layers: tuple[Layer, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    labels: list[Labels] = field(default_factory=list)
    n_bytes: int = 0

    def value_of(self, path: Path) -> tuple[object, bool]:
        """The value of one file, and whether the loader gets past reading it."""
        read = read_json(path)
        self.findings += read.findings
        self.n_bytes += read.n_bytes
        return read.value, read.is_there


def _read(files: Listing) -> _Reading:
    """The folder as the loader would keep it, and what it would stumble over on the way."""
    reading = _Reading(findings=list(files.findings))
    if files.structure is None:
        return reading
    value, is_there = reading.value_of(files.structure)
    if not is_there:
        return reading
    reading.layers, findings = read_structure(value, shown(files.structure.name))
    reading.findings += findings
    for weights, activations in zip(files.weights, files.activations, strict=False):
        _read_epoch(reading, weights, activations)
    n_samples = samples_on_slider(reading.layers)
    reading.findings += label_findings(reading.labels, n_samples)
    for told in (epoch_findings, structure_remarks, value_remarks):
        reading.findings += told(reading.layers)
    reading.findings += sample_findings(reading.layers, n_samples)
    return reading


def _read_epoch(reading: _Reading, weights: Path, activations: Path) -> None:
    value, is_there = reading.value_of(weights)
    if not is_there:
        return
    n_read, findings = read_weights(value, reading.layers, shown(weights.name))
    reading.findings += findings
    del value
    value, is_there = reading.value_of(activations)
    if not is_there:
        return
    labels, findings = read_activations(value, reading.layers, n_read, shown(activations.name))
    reading.findings += findings
    reading.labels += [] if labels is None else [labels]
