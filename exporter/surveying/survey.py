"""A survey from end to end: what a network does over a data set, in a new bundle or added to one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from exporter.assembly import write_parts
from exporter.backend import keras
from exporter.bounds import read_bounds
from exporter.bundle import BundleWriter, KerascopeError, read_bundle
from exporter.bundle.schema import ColourOrder, Manifest, Survey
from exporter.capture.takes import class_count, input_specs
from exporter.extent import check_room
from exporter.inputs import InputSet, PreprocessingOptions
from exporter.inputs.alike import stated
from exporter.inputs.dataset import open_dataset
from exporter.matching import at_checkpoint, check_layers
from exporter.moments import Sources, moments_of, numbering
from exporter.opening import class_names_of, default_scale_of, opened_model
from exporter.plan import extent_of, prepare
from exporter.surveying.asked import PICTURE_BYTES, PLAIN, SHOWN, Asked
from exporter.surveying.folder import WorkFolder
from exporter.surveying.ground import Ground, plan_of
from exporter.surveying.local import run_here
from exporter.surveying.net import one_input
from exporter.surveying.opened import lent
from exporter.surveying.plan import Plan, Runner
from exporter.surveying.telling import tell_found, tell_pictures, tell_plan
from exporter.surveying.write import Found, found_in, write_survey
from exporter.telling import in_silence, to_stderr, untold
from exporter.writing import Progress, Warn, number

Inputs = str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class _Telling:
    progress: Progress
    warn: Warn
    tell: Warn


def survey_asked(
    model: keras.Model | Path | str,
    inputs: Inputs,
    *,
    scale: float | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    colour_order: ColourOrder | None = None,
    **options: Any,
) -> Path:
    """What `survey_bundle` gives; among the options are the fields of `Asked`, and the preprocessing in words."""
    prepared = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    names = {each.name for each in fields(Asked)} & set(options)
    asked = Asked(**{name: _as_tuple(options.pop(name)) for name in names}, preprocessing=prepared)
    return survey_bundle(model, inputs, asked=asked, **options)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def survey_bundle(
    model: keras.Model | Path | str,
    inputs: Inputs,
    *,
    out: Path | str | None = None,
    into: Path | str | None = None,
    checkpoint_ids: Sequence[str] = (),
    asked: Asked = PLAIN,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    runner: Runner = run_here,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    tell: Warn = untold,
) -> Path:
    """The path of a bundle with a survey: what the network does over a data set, whose images are no inputs of it.

    Parameters
    ----------
    model, imports, unsafe : as for an export.
    inputs : a folder of pictures, picture files, a `.npy` or `.npz` file, `mnist:N`, or `tfds:NAME`.
    out, into : a new bundle to write, or one of this model to which the survey is added; one of the two.
    checkpoint_ids : of `into`, which checkpoints look at the images; `all` of them; by default the final one.
    asked : what is kept.
    overwrite : replace a bundle that is there, and what another survey left that was broken off.
    runner : who does the shards.
    progress, warn, tell : are told how far it is, and what the user should know.

    A survey that was broken off goes on where it was when the same is asked again: its shards lie in
    `.NAME.bundle.survey` beside the bundle.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; no bundle has changed then.
    """
    asked.check()
    path = _place(out, into, checkpoint_ids, overwrite=overwrite)
    telling, opening = _Telling(progress, warn, tell), (imports, unsafe)
    if into is None:
        ground = _new_ground(model, inputs, asked, opening, telling)
    else:
        ground = _ground_of(path, model, inputs, checkpoint_ids, asked, opening, telling)
    plan = plan_of(ground, asked)
    tell_plan(plan, asked, tell)
    with WorkFolder(path.resolve(), plan, overwrite=overwrite) as folder:
        _do(plan, folder, ground, runner, telling)
        found = found_in(folder, plan)
        tell_found(found, ground.class_names, warn)
        writer = BundleWriter.create(path, overwrite=overwrite) if into is None else BundleWriter.append(path)
        with writer:
            _commit(writer, found, ground, asked, telling)
        folder.remove()
    return writer.path


def _place(out: Path | str | None, into: Path | str | None, checkpoint_ids: Sequence[str], *, overwrite: bool) -> Path:
    """The path of the bundle, new or there. Raises where it is not one of the two, or where a new one cannot be."""
    if out is not None and into is None:
        if checkpoint_ids:
            raise KerascopeError("a new bundle has one checkpoint", remedy="pass --checkpoint with --into")
        BundleWriter.check_place(out, overwrite=overwrite)
        return Path(out)
    if into is not None and out is None:
        return Path(into)
    expected, got = "a new bundle (--out) or one that is there (--into)", "both" if out else "neither"
    raise KerascopeError("where to is the survey to go", expected=expected, got=got)


def _new_ground(
    model: keras.Model | Path | str,
    inputs: Inputs,
    asked: Asked,
    opening: tuple[Sequence[str], bool],
    telling: _Telling,
) -> Ground:
    opened = opened_model(model, *opening, telling.warn)
    one_input(opened.model)
    names = class_names_of(opened, asked.labels)
    data = open_dataset(
        inputs,
        input_specs(opened.model),
        options=asked.preprocessing.over(opened.preprocessing),
        default_scale=default_scale_of(opened.model),
        class_names=names,
        skip_bad=asked.skip_bad,
    )
    if not names and len(data.class_names) == class_count(opened.model):
        names = data.class_names
    source = str(model) if isinstance(model, str | Path) else ""
    first = number(numbering((), untrained=False)[0])
    return Ground(opened.model, source, tuple(opening[0]), opening[1], None, (first,), data, names)


def _ground_of(
    path: Path,
    model: keras.Model | Path | str,
    inputs: Inputs,
    checkpoint_ids: Sequence[str],
    asked: Asked,
    opening: tuple[Sequence[str], bool],
    telling: _Telling,
) -> Ground:
    """That of a bundle that is there: its preprocessing and its class names hold."""
    bundle = read_bundle(path)
    manifest = bundle.manifest
    opened = opened_model(model, *opening, telling.warn).model
    check_layers(bundle, opened)
    one_input(opened)
    every = tuple(checkpoint.id for checkpoint in manifest.checkpoints)
    wanted = {bundle.checkpoint(id_).id for id_ in checkpoint_ids if id_ != "all"}
    passes = every if "all" in checkpoint_ids else tuple(id_ for id_ in every if id_ in wanted) or every[-1:]
    for id_ in passes:
        if not bundle.checkpoint(id_).weights:
            with at_checkpoint(bundle, opened, bundle.checkpoint(id_), telling.warn):
                pass
    own = asked.preprocessing != PreprocessingOptions()
    if own:
        what, remedy = "the preprocessing is that of the bundle", "leave --scale, --mean, --std and --color-order out"
        raise KerascopeError(what, remedy=remedy, path=path)
    data = open_dataset(
        inputs,
        input_specs(opened),
        options=stated(manifest.preprocessing),
        default_scale=manifest.preprocessing.scale,
        class_names=manifest.model.class_names,
        skip_bad=asked.skip_bad,
    )
    source = str(model) if isinstance(model, str | Path) else ""
    return Ground(opened, source, tuple(opening[0]), opening[1], bundle, passes, data, manifest.model.class_names)


def _do(plan: Plan, folder: WorkFolder, ground: Ground, runner: Runner, telling: _Telling) -> None:
    """Do the shards that are not there yet; each is on the disk as soon as it is done."""
    there = folder.done(plan)
    if there:
        telling.tell(f"going on: {len(there)} of {len(plan.numbers)} shards were there")
    left = [each for each in plan.numbers if each not in set(there)]
    total = sum(_images(plan, each) for each in plan.numbers)
    done = total - sum(_images(plan, each) for each in left)
    if not left:
        return
    telling.progress("survey", done, total)
    try:
        with lent(plan, ground.model) if runner is run_here else nullcontext():
            for each, result in runner(plan, left):
                folder.put(each, result)
                done += _images(plan, each)
                telling.progress("survey", done, total)
    except BaseException:
        if kept := len(folder.done(plan)):
            telling.tell(f"{kept} of {len(plan.numbers)} shards are kept: the same command goes on from there")
        raise


def _images(plan: Plan, shard: int) -> int:
    _, start, stop = plan.span(shard)
    return stop - start


def _commit(writer: BundleWriter, found: Found, ground: Ground, asked: Asked, telling: _Telling) -> None:
    """Write the survey, and make it the bundle's."""
    if not len(found.images.places):
        raise KerascopeError("there are no images", expected="at least one that can be read")
    if ground.bundle is None:
        manifest = _exported(writer, found, ground, asked, telling)
    else:
        manifest = read_bundle(writer.path).manifest
    taken = {each.id for each in manifest.surveys}
    id_ = next(number(nth) for nth in range(len(taken) + 1) if number(nth) not in taken)
    pictures = _kept_pictures(found, asked)
    tell_pictures(len(pictures), len(found.images.places), asked, telling.tell)
    kept = "none" if not len(pictures) else "all" if len(pictures) == len(found.images.places) else "top"
    survey: Survey = write_survey(writer, found, id_, pictures, {"pictures": kept})
    writer.commit(structs.replace(manifest, surveys=(*manifest.surveys, survey)))


def _exported(writer: BundleWriter, found: Found, ground: Ground, asked: Asked, telling: _Telling) -> Manifest:
    """The manifest of a new bundle with a few of the images as inputs, all of whose files have been written."""
    samples = tuple(
        sample
        for image in _shown(found, asked)
        for sample in ground.data.read(int(found.images.places[image]), int(found.images.places[image]) + 1).samples
    )
    shown = InputSet(samples, ground.data.preprocessing)
    numbers = numbering((), untrained=False)
    export = prepare(ground.model, shown, ground.class_names, read_bounds(), numbers, in_silence, telling.warn)
    check_room(writer.path, extent_of(export).bytes)
    return write_parts(writer, export, moments_of(ground.model, Sources(), untrained=False, seed=0))


def _shown(found: Found, asked: Asked) -> list[int]:
    """The images that become inputs: the first of each class, or where none is known the first ones."""
    count, most = len(found.images.places), asked.shown or SHOWN
    classes, first = np.unique(found.images.true, return_index=True)
    rows = first[classes >= 0].tolist()[:most]
    more = (row for row in range(count) if row not in set(rows))
    if not rows or asked.shown is not None:
        rows += [row for _, row in zip(range(most - len(rows)), more, strict=False)]
    return sorted(rows)


def _kept_pictures(found: Found, asked: Asked) -> NDArray[np.int64]:
    """The images, rising, whose pictures are kept: all, or those among some channel's strongest while they fit."""
    plan, count = found.plan, len(found.images.places)
    if not plan.shows_pictures or asked.pictures == "none":
        return np.zeros(0, np.int64)
    if plan.keeps_pictures:
        return np.arange(count, dtype=np.int64)
    (sample,) = plan.data.read(int(found.images.places[0]), int(found.images.places[0]) + 1).samples
    fitting = PICTURE_BYTES // max(1, sample.picture.nbytes if sample.picture is not None else 1)
    strongest = np.concatenate([merged.strongest_images() for merged in found.passes])
    images, first = np.unique(strongest, return_index=True)
    return np.sort(images[np.argsort(first, kind="stable")][:fitting])
