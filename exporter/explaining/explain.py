"""An explanation of inputs of a bundle, from what is asked to the runs that were added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from exporter.attacking.pictures import Pictures
from exporter.backend import keras
from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.free_names import free_run_ids
from exporter.bundle.schema import Input, Overlay, Run
from exporter.explain.contract import Explained, Explanation, OptionValue
from exporter.explain.registry import explanation_named
from exporter.explaining.asking import Asked, Judged, asked_about, check_asked, judged, options_told, question_of
from exporter.explaining.overlays import maps_of, write_overlays
from exporter.explaining.pngs import check_pngs, save_pngs
from exporter.explaining.subjects import Part, chosen_inputs, parts_of
from exporter.explaining.words import told_of, told_of_nothing
from exporter.matching import matching_checkpoint
from exporter.models import open_source
from exporter.probing import Probe
from exporter.telling import in_silence, to_stderr, untold
from exporter.writing import Progress, Warn


@dataclass(frozen=True)
class Task:
    """An explanation with its options, what is asked, and who is told of it."""

    explanation: Explanation
    options: Any
    asked: Asked
    checkpoint: str
    progress: Progress
    warn: Warn
    tell: Warn


def explain_bundle(
    bundle: Path | str,
    model: keras.Model | Path | str,
    method: str,
    *,
    input_id: str | Sequence[str] | None = None,
    layer: str | None = None,
    channel: int | None = None,
    class_: int | str | None = None,
    at: str | Sequence[int] | None = None,
    seed: int = 0,
    png: Path | str | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    tell: Warn = untold,
    **options: OptionValue,
) -> tuple[str, ...]:
    """The ids of the runs that were added to a bundle: which pixels of each of some inputs made the model say so.

    Parameters
    ----------
    bundle, model : the bundle, and the model that it was made of.
    method : the name of an explanation, for example `saliency` or `grad_cam`.
    input_id : which input, or which ones, of any kind; by default the first clean one. `all`: every clean one.
    layer, channel, at : ask about a layer, a channel of it or one unit (a row and a column, or text, `3,7`), and not
        about a class. Of Grad-CAM and CAM `layer` is where the map lies, `all`: on every layer that has feature maps.
    class_ : a class to ask about, by number or name; by default the one that is predicted.
    seed : of what is random.
    png : a folder for a picture of each run: the input, the map over it, and a legend.
    imports, unsafe : as for an export.
    overwrite : replace PNG files that are there.
    progress, warn, tell : are told how far it is, what the user should know, and what came of each input.
    options : of the method.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; the bundle is as it was then.
    """
    explanation, chosen, layer = _chosen(method, layer, channel, options)
    read_bundle(bundle)
    opened = open_source(model, imports=imports, unsafe=unsafe).model if isinstance(model, str | Path) else model
    probe = Probe(opened)
    ids = (input_id,) if isinstance(input_id, str) else tuple(input_id or ())
    pictures = None if png is None else Pictures(Path(png), overwrite=overwrite)
    with BundleWriter.append(bundle) as writer:
        there = read_bundle(writer.path)
        asked = asked_about(there, layer, channel, at, class_, seed)
        check_asked(probe, asked, explanation)
        checkpoint = matching_checkpoint(there, opened, warn)
        task = Task(explanation, chosen, asked, checkpoint, progress, warn, tell)
        inputs = chosen_inputs(there, checkpoint, ids)
        run_ids = free_run_ids(there.manifest, method, len(inputs))
        if pictures is not None:
            check_pngs(pictures, there, inputs, run_ids)
        _add(writer, there, probe, inputs, run_ids, task)
    if pictures is not None:
        save_pngs(pictures, read_bundle(bundle), run_ids)
    return tuple(run_ids)


def _chosen(
    method: str, layer: str | None, channel: int | None, options: Mapping[str, OptionValue]
) -> tuple[Explanation, Any, str | None]:
    """The method, its options, and the layer that is asked about; where the map lies is an option."""
    explanation = explanation_named(method)
    if explanation.layer_is_place and channel is None and layer is not None:
        return explanation, explanation.chosen(**{**options, "place": layer}), None
    return explanation, explanation.chosen(**options), layer


def _add(
    writer: BundleWriter, bundle: Bundle, probe: Probe, inputs: Sequence[Input], run_ids: Sequence[str], task: Task
) -> None:
    """Explain the inputs, and commit what came of it."""
    free, runs, overlays = iter(run_ids), list[Run](), list[Overlay]()
    for part, said, explained in _explained(bundle, probe, inputs, task):
        for row, each in enumerate(part.inputs):
            run = _run(next(free), each, row, said, explained, task)
            maps = maps_of(explained, row, probe.input_name, part.picture, each.id)
            told_of_nothing(bundle, run, maps[0], task.warn)
            runs.append(run)
            overlays += write_overlays(writer, run.id, each.id, maps, probe.input_name)
    manifest = bundle.manifest
    writer.commit(structs.replace(manifest, runs=(*manifest.runs, *runs), overlays=(*manifest.overlays, *overlays)))
    for run in runs:
        task.tell(told_of(bundle, run))


def _explained(
    bundle: Bundle, probe: Probe, inputs: Sequence[Input], task: Task
) -> Iterator[tuple[Part, Judged, Explained]]:
    """The inputs in parts, what the model says to them, and why."""
    before, name = 0, task.explanation.name
    for part in parts_of(bundle, task.checkpoint, inputs):
        said = judged(probe, task.asked, part.fed)

        def tick(done: int, total: int, before: int = before, here: int = len(part.inputs)) -> None:
            # Parts may differ in what they take: each is as long as its inputs are many.
            task.progress(name, before * total + done * here, len(inputs) * total)

        question = question_of(bundle, part, task.asked, said.units)
        yield part, said, task.explanation.run(probe, question, task.options, tick)
        before += len(part.inputs)
    task.progress(name, len(inputs), len(inputs))


def _run(run_id: str, asked: Input, row: int, said: Judged, explained: Explained, task: Task) -> Run:
    """The entry of the run of one input."""
    unit = None if said.units is None else int(said.units[row])
    predicted = None if said.predicted is None else int(said.predicted[row])
    return Run(
        id=run_id,
        kind="explain",
        method=task.explanation.name,
        checkpoint=task.checkpoint,
        options={**asdict(task.options), **options_told(task.asked, unit)},
        result={"score": _finite(said.scores[row]), "predicted": predicted, **explained.details[row]},
        parent=asked.id,
    )


def _finite(score: np.float32) -> float | None:
    return float(score) if np.isfinite(score) else None
