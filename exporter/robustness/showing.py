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
from exporter.bundle.schema import Capture, Input, Run
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
    verdicts: Sequence[Verdict]
    paths: Sequence[Path]
    overwrite: bool
    progress: Progress
    warn: Warn


@dataclass
class _Added:
    inputs: list[Input] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def bundle_paths(folder: Path, subjects: Sequence[Subject]) -> tuple[Path, ...]:
    """Where the bundle of each model goes: `NAME.bundle`, in letters that every system takes."""
    return tuple(
        folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', each.name).strip('-.') or 'model'}.bundle" for each in subjects
    )


def write_bundles(showing: Showing, places: NDArray[np.int64]) -> None:
    """Write a bundle a model: the clean inputs at these places, the attack on each, and noise of its size.

    All hold the same kept steps, the judges as they received them; their runs say in `crafted_on` whose they are.
    """
    made = [(craft, _results(showing.subjects[0], craft, places)) for craft in (showing.craft, showing.craft.control())]
    for number, path in enumerate(showing.paths):
        _write_clean(showing, number, path, places)
        with BundleWriter.append(path) as writer:
            _add(showing, number, writer, places, made)


def _results(source: Subject, craft: Craft, places: NDArray[np.int64]) -> list[AttackResult]:
    """How it went, step by step; what is random for an input depends on its place alone."""
    results: list[AttackResult] = []
    for start in range(0, len(places), source.batch):
        results += craft.results(source, places[start : start + source.batch], is_watched=True)
    return results


def _write_clean(showing: Showing, number: int, path: Path, places: NDArray[np.int64]) -> None:
    source, subject = showing.subjects[0], showing.subjects[number]
    samples = tuple(received_sample(subject, sent_clean(source, int(place))) for place in places)
    shown = InputSet(samples, subject.preprocessing, subject.class_names)
    start = numbering((), untrained=False)
    export = prepare(subject.model, shown, subject.class_names, read_bounds(), start, showing.progress, showing.warn)
    moments = moments_of(subject.model, Sources(), untrained=False, seed=0)
    write_export(export, moments, path, overwrite=showing.overwrite)


def _add(
    showing: Showing,
    number: int,
    writer: BundleWriter,
    places: NDArray[np.int64],
    made: Sequence[tuple[Craft, Sequence[AttackResult]]],
) -> None:
    """Write the runs on every input, and commit them."""
    bundle, added = read_bundle(writer.path), _Added()
    parents, checkpoint = bundle.manifest.inputs, bundle.final_checkpoint.id
    for craft, results in made:
        run_ids = next_run_ids(bundle, craft.attack.name, len(places))
        for place, parent, run_id, result in zip(places, parents, run_ids, results, strict=True):
            steps = kept_steps(result, KEPT_OF_SEVERAL, step_bytes(bundle, parent.id, checkpoint), showing.warn)
            own = result if number == 0 else _as_received(showing, number, int(place), result, steps)
            kept = steps if number == 0 else list(own.steps)
            _add_run(showing, number, (writer, bundle, added), parent, run_id, craft, own, kept)
    manifest = bundle.manifest
    writer.commit(
        structs.replace(
            manifest,
            inputs=(*manifest.inputs, *added.inputs),
            captures=(*manifest.captures, *added.captures),
            runs=(*manifest.runs, *added.runs),
        )
    )


def _add_run(
    showing: Showing,
    number: int,
    place: tuple[BundleWriter, Bundle, _Added],
    parent: Input,
    run_id: str,
    craft: Craft,
    result: AttackResult,
    kept: Sequence[AttackStep],
) -> None:
    writer, bundle, added = place
    subject, checkpoint = showing.subjects[number], bundle.final_checkpoint.id
    ids = next_ids(bundle, len(added.inputs) + len(kept))[len(added.inputs) :]
    inputs, captures = write_attacked(
        writer, bundle, subject.model, run_id, parent, checkpoint, subject.victim, kept, ids=ids
    )
    options = craft.plain_options
    if number and craft is showing.craft:
        options["crafted_on"] = showing.paths[0].stem
    more: dict[str, OptionValue] = {
        "norm": craft.norm,
        "predicted_8bit": result.last.predicted if subject.has_pictures else None,
    }
    if craft is showing.craft:
        more |= _counted(showing.verdicts[number])
    added.runs.append(run_entry(run_id, craft.attack.name, checkpoint, parent.id, result, inputs, options, more))
    added.inputs += inputs
    added.captures += captures


def _counted(verdict: Verdict) -> dict[str, OptionValue]:
    """What the scene tells of all inputs, not only of those that it shows."""
    return {
        "judged": verdict.clean.of,
        "misled": 1.0 - verdict.attacked.value,
        "noise_misled": 1.0 - verdict.noise.value,
        "clean_wrong": 1.0 - verdict.clean.value,
    }


def _as_received(
    showing: Showing, number: int, place: int, result: AttackResult, steps: Sequence[AttackStep]
) -> AttackResult:
    """The same steps as another model reads them, and how they end for it."""
    source, judge = showing.subjects[0], showing.subjects[number]
    clean = received(judge, [sent_clean(source, place)])[0]
    pixels = received(judge, [sent(source, place, step.pixels) for step in steps])
    logits = judge.victim.judged(pixels)
    own = tuple(AttackStep(step.number, pixels[row], step.epsilon, logits[row]) for row, step in enumerate(steps))
    label = int(judge.classes[place])
    return AttackResult(clean, own, own[-1].predicted != label, label, result.tried, dict(result.details))
