"""Bundles of an attack that was made on one model and shown to others: a bundle a model, for a scene beside another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from exporter.attacking import kept_steps, next_run_ids, run_entry, step_bytes, write_attacked
from exporter.attacking.entries import next_ids
from exporter.attacking.kept import KEPT_OF_SEVERAL
from exporter.attacks import AttackResult, AttackStep
from exporter.attacks.contract import OptionValue
from exporter.bounds import read_bounds
from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Capture, Input, Manifest, Run
from exporter.inputs import InputSet
from exporter.moments import Sources, moments_of, numbering
from exporter.pipeline import write_export
from exporter.plan import prepare
from exporter.robustness.crafting import Craft
from exporter.robustness.sending import received, received_sample, sent, sent_clean
from exporter.robustness.subjects import Subject
from exporter.robustness.transferred import Verdict
from exporter.writing import Progress, Warn


@dataclass(frozen=True)
class Showing:
    """What is shown of a transfer: on which models, the source first, and in which bundles."""

    craft: Craft
    subjects: Sequence[Subject]
    paths: Sequence[Path]
    overwrite: bool
    progress: Progress
    warn: Warn


@dataclass
class _Filled:
    """The bundle of one model while it is filled, and what has been written of attacks so far."""

    showing: Showing
    subject: Subject
    counted: dict[str, OptionValue]
    writer: BundleWriter
    bundle: Bundle
    inputs: list[Input] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def is_source(self) -> bool:
        """Whether the attack was made on this model."""
        return self.subject is self.showing.subjects[0]


def bundle_paths(folder: Path, subjects: Sequence[Subject]) -> tuple[Path, ...]:
    """Where the bundle of each model goes: `NAME.bundle`, in letters that every system takes."""
    return tuple(
        folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', each.name).strip('-.') or 'model'}.bundle" for each in subjects
    )


def write_bundles(showing: Showing, verdicts: Sequence[Verdict], places: NDArray[np.int64]) -> None:
    """Write a bundle a model: the clean inputs at these places, the attack on each, and noise of its size.

    All hold the same kept steps, the judges as they received them; their runs say in `crafted_on` whose they are.
    `verdicts` are told with the attacks: of all inputs, not only of those that are shown.
    """
    made = [(craft, _results(showing.subjects[0], craft, places)) for craft in (showing.craft, showing.craft.control())]
    for path, subject, verdict in zip(showing.paths, showing.subjects, verdicts, strict=True):
        _write_clean(showing, subject, path, places)
        with BundleWriter.append(path) as writer:
            filled = _Filled(showing, subject, _counted(verdict), writer, read_bundle(writer.path))
            for craft, results in made:
                _add(filled, craft, places, results)
            writer.commit(_manifest(filled))


def _results(source: Subject, craft: Craft, places: NDArray[np.int64]) -> list[AttackResult]:
    """How it went, step by step; what is random for an input depends on its place alone."""
    results: list[AttackResult] = []
    for start in range(0, len(places), source.batch):
        results += craft.results(source, places[start : start + source.batch], is_watched=True)
    return results


def _write_clean(showing: Showing, subject: Subject, path: Path, places: NDArray[np.int64]) -> None:
    samples = tuple(received_sample(subject, sent_clean(showing.subjects[0], int(place))) for place in places)
    shown = InputSet(samples, subject.preprocessing, subject.class_names)
    start = numbering((), untrained=False)
    export = prepare(subject.model, shown, subject.class_names, read_bounds(), start, showing.progress, showing.warn)
    moments = moments_of(subject.model, Sources(), untrained=False, seed=0)
    write_export(export, moments, path, overwrite=showing.overwrite)


def _manifest(filled: _Filled) -> Manifest:
    manifest = filled.bundle.manifest
    return structs.replace(
        manifest,
        inputs=(*manifest.inputs, *filled.inputs),
        captures=(*manifest.captures, *filled.captures),
        runs=(*manifest.runs, *filled.runs),
    )


def _add(filled: _Filled, craft: Craft, places: NDArray[np.int64], results: Sequence[AttackResult]) -> None:
    """Write an attack, or its control, on each of the inputs."""
    bundle, parents = filled.bundle, filled.bundle.manifest.inputs
    run_ids = next_run_ids(bundle, craft.attack.name, len(places))
    for place, parent, run_id, result in zip(places, parents, run_ids, results, strict=True):
        size = step_bytes(bundle, parent.id, bundle.final_checkpoint.id)
        kept = kept_steps(result, KEPT_OF_SEVERAL, size, filled.showing.warn)
        if not filled.is_source:
            result = _as_received(filled, int(place), result, kept)
            kept = list(result.steps)
        _add_run(filled, craft, parent, run_id, result, kept)


def _add_run(
    filled: _Filled, craft: Craft, parent: Input, run_id: str, result: AttackResult, kept: Sequence[AttackStep]
) -> None:
    bundle, subject, checkpoint = filled.bundle, filled.subject, filled.bundle.final_checkpoint.id
    ids = next_ids(bundle, len(filled.inputs) + len(kept))[len(filled.inputs) :]
    inputs, captures = write_attacked(
        filled.writer, bundle, subject.model, run_id, parent, checkpoint, subject.victim, kept, ids=ids
    )
    options, is_attack = craft.plain_options, craft is filled.showing.craft
    if is_attack and not filled.is_source:
        options["crafted_on"] = filled.showing.paths[0].stem
    saved = result.last.predicted if subject.has_pictures else None
    more = {"norm": craft.norm, "predicted_8bit": saved, **(filled.counted if is_attack else {})}
    filled.runs.append(run_entry(run_id, craft.attack.name, checkpoint, parent.id, result, inputs, options, more))
    filled.inputs += inputs
    filled.captures += captures


def _counted(verdict: Verdict) -> dict[str, OptionValue]:
    """What the scene tells of all inputs, not only of those that it shows."""
    return {
        "judged": verdict.clean.of,
        "misled": 1.0 - verdict.attacked.value,
        "noise_misled": 1.0 - verdict.noise.value,
        "clean_wrong": 1.0 - verdict.clean.value,
    }


def _as_received(filled: _Filled, place: int, result: AttackResult, steps: Sequence[AttackStep]) -> AttackResult:
    """The same steps as another model reads them, and how they end for it."""
    source, judge = filled.showing.subjects[0], filled.subject
    clean = received(judge, [sent_clean(source, place)])[0]
    pixels = received(judge, [sent(source, place, step.pixels) for step in steps])
    logits = judge.victim.judged(pixels)
    own = tuple(AttackStep(step.number, pixels[row], step.epsilon, logits[row]) for row, step in enumerate(steps))
    label = int(judge.classes[place])
    return AttackResult(clean, own, own[-1].predicted != label, label, result.tried, dict(result.details))
