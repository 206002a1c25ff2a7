"""Images made by optimisation, from what is asked for to the runs that were written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

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
from exporter.synthesis.contract import OptionValue, Synthesis, SynthesisError
from exporter.synthesis.registry import synthesis_named
from exporter.synthesising.entries import Origin
from exporter.synthesising.goals import Aim, Goal, goals_of
from exporter.synthesising.ground import Ground, ground_of
from exporter.synthesising.home import Home, new_home, old_home
from exporter.synthesising.kept import Keep, check_keep, kept_numbers
from exporter.synthesising.making import Made, Work, made_images
from exporter.synthesising.pictures import Picture as Pixels
from exporter.synthesising.pictures import check_pictures, save_pictures
from exporter.synthesising.references import Picture, References, check_roles, open_size, read_references
from exporter.synthesising.words import name_of, told_of
from exporter.synthesising.write import Writing, write_images
from exporter.telling import in_silence, to_stderr, untold
from exporter.writing import Progress, Warn


@dataclass(frozen=True)
class Place:
    """Where images go: into a new bundle, or one that is there (`bundle`), and beside it as PNG files."""

    path: Path
    bundle: Bundle | None
    pictures: Pictures | None
    overwrite: bool

    @contextmanager
    def writer(self) -> Iterator[BundleWriter]:
        """What writes there."""
        is_new = self.bundle is None
        with (
            BundleWriter.create(self.path, overwrite=self.overwrite) if is_new else BundleWriter.append(self.path) as it
        ):
            yield it


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
    chosen_options = chosen.chosen(**options)
    check_keep(keep)
    pictures = None if png is None else Pictures(Path(png), overwrite=overwrite)
    place = _place(out, into, pictures, overwrite=overwrite)
    given = {"init": init, "content": content, "style": style}
    asked = {role: picture for role, picture in given.items() if picture is not None}
    check_roles(chosen, asked)
    telling = Telling(progress, warn, tell)
    opened = opened_model(model, imports, unsafe, warn)
    opened = _sized(opened, size or open_size(input_specs(opened.model)[0], asked), chosen, warn)
    stated = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    ground = ground_of(opened.model, place.bundle, stated.over(opened.preprocessing))
    names = _class_names(opened, place.bundle, labels)
    aim = Aim(layer, tuple(channels), tuple(classes), None if at is None else tuple(at))
    goals = goals_of(chosen, ground.probe, names, aim)
    references = read_references(asked, ground)
    work = _work(chosen, chosen_options, ground, references, seed, keep, len(goals))
    return _written(place, ground, names, references, work, goals, telling)


def _place(out: Path | str | None, into: Path | str | None, pictures: Pictures | None, *, overwrite: bool) -> Place:
    """Where images go. Raises `KerascopeError` where that is nowhere, or where something is in the way."""
    if out is not None and into is None:
        BundleWriter.check_place(out, overwrite=overwrite)
        return Place(Path(out), None, pictures, overwrite)
    if into is not None and out is None:
        return Place(Path(into), read_bundle(into), pictures, overwrite)
    got = "neither" if out is None else "both"
    raise SynthesisError("it is not clear where the images go", expected="either --out or --into", got=got)


def _sized(opened: Opened, size: tuple[int, int] | None, method: Synthesis, warn: Warn) -> Opened:
    """The model at another size; without its end where that is fixed and the method does not ask about classes."""
    if size is None:
        return opened
    model = resized(opened.model, size, is_cut=method.asks != "class")
    if len(model.layers) < len(opened.model.layers):
        warn(f"at this size the model ends in {model.layers[-1].name}: what comes after it takes no other")
    return replace(opened, model=model)


def _class_names(opened: Opened, bundle: Bundle | None, labels: Path | str | Sequence[str] | None) -> tuple[str, ...]:
    """The names of the classes: those of a bundle that is there, or as an export finds them."""
    if bundle is not None and labels is None and bundle.manifest.model.class_names:
        return bundle.manifest.model.class_names
    return class_names_of(opened, labels)


def _work(
    method: Synthesis, options: object, ground: Ground, references: References, seed: int, keep: Keep, images: int
) -> Work:
    init = references.of("init")
    likes = {role: references.samples[place] for role, place in references.roles.items() if role != "init"}
    return Work(
        method=method,
        options=options,
        seed=seed,
        wanted=kept_numbers(method.count(options), keep, images),
        start=None if init is None else ground.levels(init),
        references={role: ground.levels(sample) for role, sample in likes.items()},
    )


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
