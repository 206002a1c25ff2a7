"""Images made by optimisation, from what is asked for to the runs that were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exporter.attacking.pictures import Pictures
from exporter.backend import keras
from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.free_names import free_run_ids
from exporter.bundle.schema import ColourOrder, Run
from exporter.capture.takes import input_specs
from exporter.inputs import PreprocessingOptions
from exporter.models import Opened
from exporter.models.resized import resized
from exporter.opening import class_names_of, opened_model
from exporter.synthesis.contract import OptionValue, Synthesis
from exporter.synthesis.registry import synthesis_named
from exporter.synthesising.entries import Origin
from exporter.synthesising.goals import Aim, Goal, goals_of
from exporter.synthesising.ground import Ground, ground_of
from exporter.synthesising.home import Home, new_home, old_home
from exporter.synthesising.kept import Keep, check_keep, kept_numbers
from exporter.synthesising.making import Made, Work, made_images
from exporter.synthesising.pictures import Picture as Pixels
from exporter.synthesising.pictures import check_pictures, save_pictures
from exporter.synthesising.place import Place, place_of
from exporter.synthesising.references import Picture, References, check_roles, open_size, read_references
from exporter.synthesising.words import name_of, told_of
from exporter.synthesising.write import Writing, write_images
from exporter.telling import in_silence, to_stderr, untold
from exporter.writing import Progress, Warn


@dataclass(frozen=True)
class Wish:
    """What is asked for: the method with its options, what the images are to please, and pictures by their roles."""

    method: Synthesis
    options: Any
    aim: Aim
    pictures: Mapping[str, Picture]
    seed: int
    keep: Keep

    def check(self) -> None:
        """Raise `KerascopeError` where it makes no sense, whatever the model."""
        check_keep(self.keep)
        check_roles(self.method, self.pictures)


@dataclass(frozen=True)
class Telling:
    """Who is told what."""

    progress: Progress
    warn: Warn
    tell: Warn


def synthesise(
    model: keras.Model | Path | str,
    method: str,
    *,
    out: Path | str | None = None,
    into: Path | str | None = None,
    layer: str | None = None,
    channels: Sequence[int | str] = (),
    classes: Sequence[int | str] = (),
    at: Sequence[int] | None = None,
    init: Picture | None = None,
    content: Picture | None = None,
    style: Picture | None = None,
    size: tuple[int, int] | None = None,
    keep: Keep = None,
    seed: int = 0,
    png: Path | str | None = None,
    labels: Path | str | Sequence[str] | None = None,
    scale: float | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    colour_order: ColourOrder | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    tell: Warn = untold,
    **options: OptionValue,
) -> tuple[str, ...]:
    """The ids of the runs that were written: images made by optimisation, and what every layer makes of them.

    Parameters
    ----------
    model : as for an export.
    method : the name of a way to make images, for example `filter` or `deepdream`.
    out, into : a new bundle of the model, or one that is there and was made of it: one of both.
    layer, channels, at : what is asked for, where that is a layer: its name, channels of it, the place of one unit.
        Channels are numbers, or texts that `numbers_of` takes.
    classes : what is asked for, where that is classes, by number or name.
    init : a picture to begin with.
    content, style : pictures that the image is to be like.
    size : (height, width) of the images, where the model can take others than its own.
    keep : how many of the steps to keep; by default 16 of a single image and the last of each of several.
    seed : of what is random.
    png : a folder for the images, as PNG files, and where there are several for a sheet of them.
    labels, scale, mean, std, colour_order, imports, unsafe : as for an export. A bundle that is there has its own.
    overwrite : replace a bundle at `out`, and PNG files.
    progress, warn, tell : are told how far it is, what the user should know, and how each run ended.
    options : of the method.

    Of a single image every layer's output is kept at each kept step; of several only what was fed, and the scores.
    Images that are made in one call do not depend on each other.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; nothing is written then, and a bundle that is there is as it was.
    """
    chosen = synthesis_named(method)
    pictures = _given(init=init, content=content, style=style)
    aim = Aim(layer, tuple(channels), tuple(classes), None if at is None else tuple(at))
    wish = Wish(chosen, chosen.chosen(**options), aim, pictures, seed, keep)
    wish.check()
    place = place_of(out, into, None if png is None else Pictures(Path(png), overwrite=overwrite), overwrite=overwrite)
    opened = _sized(opened_model(model, imports, unsafe, warn), size, wish, warn)
    stated = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    ground = ground_of(opened.model, place.bundle, stated.over(opened.preprocessing))
    return _made(place, ground, _class_names(opened, place.bundle, labels), wish, Telling(progress, warn, tell))


def _given(**pictures: Picture | None) -> dict[str, Picture]:
    return {role: picture for role, picture in pictures.items() if picture is not None}


def _sized(opened: Opened, size: tuple[int, int] | None, wish: Wish, warn: Warn) -> Opened:
    """The model at the size that is asked for; without its end where that takes no other size and no class is asked
    for. A model that leaves the size open gets that of the first picture.
    """
    size = size or open_size(input_specs(opened.model)[0], wish.pictures)
    if size is None:
        return opened
    model = resized(opened.model, size, is_cut=wish.method.asks != "class")
    if len(model.layers) < len(opened.model.layers):
        warn(f"at this size the model ends in {model.layers[-1].name}: what comes after it takes no other")
    return replace(opened, model=model)


def _class_names(opened: Opened, bundle: Bundle | None, labels: Path | str | Sequence[str] | None) -> tuple[str, ...]:
    """The names of the classes: those of a bundle that is there, or as an export finds them."""
    if bundle is not None and labels is None and bundle.manifest.model.class_names:
        return bundle.manifest.model.class_names
    return class_names_of(opened, labels)


def _made(place: Place, ground: Ground, class_names: tuple[str, ...], wish: Wish, telling: Telling) -> tuple[str, ...]:
    """The ids of the runs, all of which have been made and written."""
    goals = goals_of(wish.method, ground.probe, class_names, wish.aim)
    references = read_references(wish.pictures, ground)
    init = references.of("init")
    likes = {role: references.samples[at] for role, at in references.roles.items() if role != "init"}
    work = Work(
        method=wish.method,
        options=wish.options,
        seed=wish.seed,
        wanted=kept_numbers(wish.method.count(wish.options), wish.keep, len(goals)),
        start=None if init is None else ground.levels(init),
        references={role: ground.levels(sample) for role, sample in likes.items()},
    )
    return _written(place, ground, class_names, references, work, goals, telling)


def _written(
    place: Place,
    ground: Ground,
    class_names: tuple[str, ...],
    references: References,
    work: Work,
    goals: Sequence[Goal],
    telling: Telling,
) -> tuple[str, ...]:
    """The ids of the runs, all of which have been written and committed."""
    shown: list[tuple[str, str, Pixels]] = []
    with place.writer() as writer:
        home = _home(writer, place, ground, class_names, references, telling)
        if place.pictures is not None:
            check_pictures(place.pictures, free_run_ids(home.manifest, work.method.name, len(goals)))
        is_whole = len(goals) == 1
        home.check_room(ground, len(goals) * len(work.wanted), is_whole=is_whole)
        parent = home.ids.get("init") or home.ids.get("content")
        origin = Origin(home.checkpoint, parent, home.ids)

        def name(made: Made) -> str:
            return name_of(made.goal, work.method, references)

        def ended(run: Run, made: Made) -> None:
            told_of(run, made, name(made), work.method, telling.warn, telling.tell)
            picture = ground.picture(ground.fed(made.moments[-1].levels))
            if picture is not None and place.pictures is not None:
                shown.append((run.id, name(made), picture))

        writing = Writing(home, ground, work, origin, name, is_whole, len(goals))
        manifest = write_images(writing, made_images(ground, work, goals, telling.progress), ended)
        writer.commit(manifest)
    if place.pictures is not None:
        save_pictures(place.pictures, shown)
    return tuple(run.id for run in manifest.runs[-len(goals) :])


def _home(
    writer: BundleWriter,
    place: Place,
    ground: Ground,
    class_names: tuple[str, ...],
    references: References,
    telling: Telling,
) -> Home:
    if place.bundle is None:
        return new_home(writer, ground, class_names, references, telling.progress, telling.warn)
    return old_home(writer, read_bundle(writer.path), ground, references, telling.warn)
