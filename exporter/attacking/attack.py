"""An attack on inputs of a bundle, from what is asked for to the runs that were added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from exporter.attacking.added import added_inputs
from exporter.attacking.entries import next_ids, next_run_ids, run_entry
from exporter.attacking.kept import KEPT_OF_SEVERAL, check_keep, kept_steps, step_bytes
from exporter.attacking.pictures import Pictures
from exporter.attacking.victims import chosen_inputs, labels_of, pixels_of, target_named, victim_of
from exporter.attacking.words import told_of, told_of_all, told_of_reach
from exporter.attacking.write import picture_of, predicted_saved, write_at, write_attacked
from exporter.attacks import Attack, AttackError, AttackResult, Batch, Victim, attack_named, run_attack
from exporter.attacks.contract import OptionValue
from exporter.backend import keras
from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Capture, Input, Manifest, Run
from exporter.extent import check_room
from exporter.inputs.read import Source
from exporter.matching import matching_checkpoint
from exporter.models import open_source
from exporter.telling import in_silence, to_stderr, untold
from exporter.writing import Progress, Warn

BATCH_BYTES = 2**29
"""How much the steps of the inputs that are attacked together may take."""
LARGEST_BATCH = 64


@dataclass(frozen=True)
class Asked:
    """What is asked for: the attack with its options, what counts as success, and what is kept of it."""

    attack: Attack
    options: Any
    target: int | str | None
    seed: int
    is_rounded: bool
    keep: int | Literal["all"] | None
    at: tuple[str, ...]
    progress: Progress
    warn: Warn
    tell: Warn


@dataclass(frozen=True)
class Scene:
    """Where the attacks take place: the bundle, the model that it was made of, and where pictures are saved."""

    writer: BundleWriter
    bundle: Bundle
    model: keras.Model
    victim: Victim
    checkpoint: str
    pictures: Pictures | None


@dataclass
class Added:
    """What has been written of some attacks so far, and what is to be fed again at further checkpoints."""

    inputs: list[Input] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    feeds: dict[str, NDArray[Any]] = field(default_factory=dict)

    def take(self, inputs: Sequence[Input], captures: Sequence[Capture], run: Run) -> None:
        """Add a run and what it made."""
        self.inputs += inputs
        self.captures += captures
        self.runs.append(run)


def attack_bundle(
    bundle: Path | str,
    model: keras.Model | Path | str,
    method: str,
    *,
    input_id: str | Sequence[str] | None = None,
    inputs: Source | Sequence[str | Path] = (),
    target: int | str | None = None,
    seed: int = 0,
    survive_rounding: bool = False,
    keep: int | Literal["all"] | None = None,
    at: Sequence[str] = (),
    png: Path | str | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    tell: Warn = untold,
    **options: OptionValue,
) -> tuple[str, ...]:
    """The ids of the runs that were added to a bundle: an attack on each of some of its inputs, and what every layer
    made of it.

    Parameters
    ----------
    bundle, model : the bundle, and the model that it was made of.
    method : the name of an attack, for example `fgsm` or `pgd`.
    input_id : which input, or which ones; by default the first that is classified right. `all`: every clean one.
    inputs : more pictures to attack, as for an export; they are added to the bundle as clean inputs, those that it has
        already are taken as they are.
    target : a class to reach, by number or name; by default any but the one that is predicted.
    seed : of what is random in the attack.
    survive_rounding : what counts is the picture that is saved, with 8 bits a channel.
    keep : how many of the tried steps to keep; by default all of one input, unless that is more than 1 GB, and 16 of
        each of several.
    at : ids of further checkpoints at which the attacked inputs are run through the model, or `all`.
    png : a folder for the clean and the attacked pictures, as PNG files.
    imports, unsafe : as for an export.
    overwrite : replace PNG files that are there.
    progress, warn, tell : are told how far it is, what the user should know, and how each attack ended.
    options : of the attack, in shares of the way from black to white where they are sizes.

    An attack that does not fool the model is stored too, with `success` false, and is warned of.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; the bundle is as it was then, but for clean inputs that were added.
    """
    attack = attack_named(method)
    asked = Asked(
        attack, attack.chosen(**options), target, seed, survive_rounding, keep, tuple(at), progress, warn, tell
    )
    check_keep(keep)
    told_of_reach(attack, asked.options, warn)
    read_bundle(bundle)
    opened = open_source(model, imports=imports, unsafe=unsafe).model if isinstance(model, str | Path) else model
    ids = [input_id] if isinstance(input_id, str) else list(input_id or ())
    if not isinstance(inputs, tuple) or inputs:
        ids += added_inputs(bundle, opened, inputs, asked.warn)
    pictures = None if png is None else Pictures(Path(png), overwrite=overwrite)
    with BundleWriter.append(bundle) as writer:
        there = read_bundle(writer.path)
        return _attacked(writer, there, opened, ids, asked, pictures)


def _attacked(
    writer: BundleWriter, bundle: Bundle, model: keras.Model, ids: list[str], asked: Asked, pictures: Pictures | None
) -> tuple[str, ...]:
    """The ids of the runs, all of which have been written and committed."""
    checkpoint = matching_checkpoint(bundle, model, asked.warn)
    if ids == ["all"]:
        ids = [capture.input for capture in bundle.captures_at(checkpoint) if _is_clean(bundle, capture.input)]
    parents = chosen_inputs(bundle, checkpoint, ids, is_targeted=asked.target is not None, warn=asked.warn)
    further = _further(bundle, checkpoint, asked.at)
    scene = Scene(writer, bundle, model, victim_of(bundle, model), checkpoint, pictures)
    run_ids = next_run_ids(bundle, asked.attack.name, len(parents))
    if pictures is not None:
        pictures.check(bundle, parents, run_ids)
    keep = KEPT_OF_SEVERAL if asked.keep is None and len(parents) > 1 else asked.keep
    added = Added()
    for run_id, (parent, result) in zip(run_ids, _results(scene, parents, asked), strict=False):
        _add(scene, added, run_id, parent, result, replace(asked, keep=keep))
    if not added.runs:
        raise AttackError("none of the inputs can be attacked", got=f"{len(parents)} inputs", path=bundle.path)
    for other in further:
        like = parents[0].id, checkpoint
        added.captures += write_at(writer, bundle, model, other, like, added.feeds.items(), asked.warn)
    writer.commit(_with(bundle.manifest, added))
    told_of_all(added.runs, asked.tell)
    return tuple(run.id for run in added.runs)


def _results(scene: Scene, parents: Sequence[Input], asked: Asked) -> Iterator[tuple[Input, AttackResult]]:
    """How the attack went on each of the inputs; as many at a time as memory takes."""
    target, count = target_named(scene.bundle, asked.target), asked.attack.count(asked.options)
    first = pixels_of(scene.bundle, scene.victim, parents[0].id, scene.checkpoint)
    size = max(1, min(LARGEST_BATCH, BATCH_BYTES // max(1, count * first.nbytes)))
    for start in range(0, len(parents), size):
        chosen = parents[start : start + size]
        pixels = np.stack([pixels_of(scene.bundle, scene.victim, each.id, scene.checkpoint) for each in chosen])
        labels = labels_of(scene.victim, pixels)
        targets = None if target is None else np.full(len(labels), target, np.int64)
        places = np.arange(start, start + len(labels), dtype=np.int64)
        batch = Batch(pixels, labels, targets, places, asked.seed, is_rounded=asked.is_rounded)

        def tick(done: int, _: int, start: int = start, here: int = len(chosen)) -> None:
            asked.progress(asked.attack.name, start * count + done * here, len(parents) * count)

        try:
            results = run_attack(asked.attack, scene.victim, batch, asked.options, tick=tick)
        except AttackError as error:
            if len(chosen) == len(parents):
                raise
            asked.warn(f"{len(chosen)} inputs from {chosen[0].id} on are left out: {error}")
            continue
        for parent, result in zip(chosen, results, strict=True):
            if "refused" in result.details:
                asked.warn(f"input {parent.id} is left out: {result.details['refused']}")
            else:
                yield parent, result
    asked.progress(asked.attack.name, len(parents) * count, len(parents) * count)


def _add(scene: Scene, added: Added, run_id: str, parent: Input, result: AttackResult, asked: Asked) -> None:
    """Write what an attack made of one input, and tell how it ended."""
    bundle, victim, checkpoint = scene.bundle, scene.victim, scene.checkpoint
    size = step_bytes(bundle, parent.id, checkpoint)
    kept = kept_steps(result, asked.keep, size, asked.warn)
    check_room(scene.writer.path, len(kept) * size)
    ids = next_ids(bundle, len(added.inputs) + len(kept))[len(added.inputs) :]
    inputs, captures = write_attacked(
        scene.writer, bundle, scene.model, run_id, parent, checkpoint, victim, kept, ids=ids
    )
    picture = picture_of(bundle, victim, parent.id, result.last)
    saved = predicted_saved(bundle, victim, picture, result.clean.shape)
    norm = getattr(asked.options, "norm", asked.attack.norm)
    target = target_named(bundle, asked.target)
    options = {**asdict(asked.options), "target": target, "seed": asked.seed, "survive_rounding": asked.is_rounded}
    more = {"norm": norm, "predicted_8bit": saved}
    run = run_entry(run_id, asked.attack.name, checkpoint, parent.id, result, inputs, options, more)
    added.take(inputs, captures, run)
    if asked.at:
        added.feeds[parent.id] = bundle.output(parent.id, checkpoint, bundle.manifest.model.inputs[0])
        added.feeds |= {id_: victim.fed(step.pixels) for id_, step in zip(ids, kept, strict=True)}
    if scene.pictures is not None and picture is not None:
        scene.pictures.save(parent.id, _shown(bundle, parent.id))
        scene.pictures.save(run_id, picture)
    told_of(bundle, parent, run, asked.attack, asked.warn, asked.tell)


def _further(bundle: Bundle, checkpoint: str, at: Sequence[str]) -> list[str]:
    """The ids of further checkpoints that are asked for.

    Raises `AttackError` for one whose weights the bundle has not.
    """
    weighed = [each for each in bundle.manifest.checkpoints if each.weights]
    asked = weighed if tuple(at) == ("all",) else [bundle.checkpoint(id_) for id_ in at]
    for each in asked:
        if not each.weights:
            what = f"nothing can be shown to the model at checkpoint {each.id}"
            raise AttackError(what, expected="its weights in the bundle", got="none", path=bundle.path)
    return [each.id for each in asked if each.id != checkpoint]


def _is_clean(bundle: Bundle, input_id: str) -> bool:
    return bundle.input(input_id).kind == "clean"


def _shown(bundle: Bundle, input_id: str) -> NDArray[np.uint8]:
    picture = bundle.image(input_id)
    assert picture is not None
    return picture


def _with(manifest: Manifest, added: Added) -> Manifest:
    return structs.replace(
        manifest,
        inputs=(*manifest.inputs, *added.inputs),
        captures=(*manifest.captures, *added.captures),
        runs=(*manifest.runs, *added.runs),
    )
