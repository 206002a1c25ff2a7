"""The commands that draw bundles. Each takes what was asked for and prints what came of it; what it needs is imported
when it is asked for.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exporter.bundle import read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.arguments import PLACE

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.record import RecordReport
    from viewer.study import Vantage


def frame(args: argparse.Namespace) -> None:
    """`kerascope frame`: the path of a PNG file."""
    from scenes.record import record_frame

    bundle = read_bundle(args.bundle)
    view, choices = scene_asked(args, bundle, args.at_secs)
    choices |= _beside(args)
    print(record_frame(bundle, view.scene, args.out, at_secs=view.at_secs, overwrite=args.overwrite, **choices))
    _tell_missing_letters()


def record(args: argparse.Namespace) -> None:
    """`kerascope record`: the path of a recording."""
    from scenes.record import record as record_scene

    bundle = read_bundle(args.bundle)
    view, choices = scene_asked(args, bundle)
    choices |= _beside(args)
    choices |= {"fps": args.fps, "max_mb": args.max_mb, "progress": args.progress or None, "overwrite": args.overwrite}
    with nullcontext() if args.dask is None else args.crew(args.dask) as crew:
        report = record_scene(bundle, view.scene, args.out, **choices, crew=crew)
    print(report.path)
    _say(_recorded(report))
    _tell_missing_letters()


def view(args: argparse.Namespace) -> int:
    """`kerascope view`: the exit code of a window, when it has been closed."""
    from scenes.present import Gallery
    from scenes.viewed import read_view
    from viewer.foreign import check_view
    from viewer.window.open import open_window
    from viewer.window.start import Start

    bundle, beside = read_bundle(args.bundle), args.beside
    if beside is not None:
        read_bundle(beside)  # a mistake is told before there is a window
    seen = None if args.view is None else read_view(args.view)
    if seen is not None:
        check_view(seen, bundle.manifest)
    place = place_asked(args)
    place |= {"lesson": str(place["lesson"])} if "lesson" in place else {}
    asked = args.scene, args.theme, args.fold, seen, beside, args.cues, args.fresh
    start = Start(*asked, model=args.model, place=place)
    if place:
        check_view(start.vantage(None), bundle.manifest)
    return open_window(bundle, Gallery(bundle), start)


def draw(args: argparse.Namespace) -> None:
    """`kerascope draw`: the id of the run with the drawing."""
    from viewer.live.from_file import draw_into

    print(draw_into(args.bundle, args.strokes, model=args.model))


def sheet(args: argparse.Namespace) -> None:
    """`kerascope sheet`: the path of a PNG file."""
    from viewer.sheets import write_sheet

    chosen = {"layer": args.layer, "input_id": args.input, "checkpoint_id": args.checkpoint}
    chosen |= {"run_ids": tuple(args.run_ids), "theme": args.theme, "overwrite": args.overwrite, "tell": _say}
    chosen |= {"survey_id": args.survey, "channels": sum(args.channels, ()), "top": args.top}
    print(write_sheet(read_bundle(args.bundle), args.of, args.out, **chosen))


def tables(args: argparse.Namespace) -> None:
    """`kerascope tables`: the path of a file with a table, or its rows."""
    from viewer.tables import table_of, write_table
    from viewer.tables.table import Asked

    chosen = args.survey, args.checkpoint, args.layer, tuple(args.classes), args.top
    count = write_table(table_of(args.of, Asked(read_bundle(args.bundle), *chosen)), args.out, overwrite=args.overwrite)
    if args.out.name != "-":
        print(args.out)
        _say(f"{count:,} rows")


def scenes(_: argparse.Namespace) -> None:
    """`kerascope scenes`: each scene, and what it shows."""
    from scenes.registry import scene_summaries

    summaries = scene_summaries()
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        print(f"{name:<{width}}  {summary}")


def lesson(args: argparse.Namespace) -> None:
    """`kerascope lesson`: the path of a file with the stops of a tour."""
    from scenes.tour.writing import write_lesson

    print(write_lesson(read_bundle(args.bundle), args.out, args.language, overwrite=args.overwrite))


def for_format(args: argparse.Namespace, *, is_scene: bool) -> dict[str, Any]:
    """What was asked of `kerascope convert` besides a scene.

    Raises `KerascopeError` where something means nothing for the format.
    """
    of_scenes = {"scene": args.scene, "run": args.run_id, "theme": args.theme, "fold": args.fold, "view": args.view}
    of_scenes |= {"max_mb": args.max_mb, "classes": args.classes or None}
    of_unity = {"scale": args.scale, "pool_size": args.pool_size}
    strange = {**({} if is_scene else of_scenes), **(of_unity if args.to != "unity" else {})}
    strange |= {"inputs": args.inputs or None} if args.to == "nn-vis" else {}
    if wrong := next((name for name, value in strange.items() if value is not None), None):
        option = f"--{wrong.replace('_', '-')}"
        raise KerascopeError(f"{option} means nothing for {args.to}", remedy="see `kerascope convert --help`")
    chosen = {"input_ids": tuple(args.inputs) or None, "max_mb": args.max_mb, **of_unity}
    return {k: v for k, v in chosen.items() if v is not None} | {"checkpoint_ids": tuple(args.checkpoints)}


def scene_asked(
    args: argparse.Namespace, bundle: Bundle, at_secs: float | None = None
) -> tuple[Vantage, dict[str, Any]]:
    """The view that is asked for, and the options of a recording of it."""
    from scenes.viewed import chosen_view, options_of, run_of

    if args.scene is None and args.view is None:
        raise KerascopeError("nothing to draw", expected="--scene or --view", remedy="see `kerascope scenes`")
    choices = {"theme": args.theme, "input_id": args.input, "checkpoint_id": args.checkpoint, "fold": args.fold}
    seen = chosen_view(args.view, scene=args.scene, at_secs=at_secs, **choices)
    run_id = args.run_id or (run_of(bundle, seen.input_id) if args.view else None)
    options = options_of(seen, bundle, args.size, run_id)
    classes = tuple(_class_asked(name, bundle) for name in args.classes)
    options = replace(options, classes=classes, channels=args.channels or (), **place_asked(args))
    options = replace(options, method=getattr(args, "method", None), dimensions=getattr(args, "dimensions", None))
    return seen, {"options": options, "view": seen}


def place_asked(args: argparse.Namespace) -> dict[str, Any]:
    """What of the network, and in which words, where it was asked for."""
    return {name: value for name in PLACE if (value := getattr(args, name)) is not None}


def _beside(args: argparse.Namespace) -> dict[str, Bundle]:
    """The second bundle, where one is asked for."""
    return {} if args.beside is None else {"beside": read_bundle(args.beside)}


def _class_asked(name: str, bundle: Bundle) -> int:
    """The number of a class that is named, or numbered."""
    names = bundle.manifest.model.class_names
    if name in names:
        return names.index(name)
    if name.isdecimal():
        return int(name)
    known = f"a number, or one of {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else "a number"
    raise KerascopeError("no such class", expected=known, got=repr(name), path=bundle.path)


def _tell_missing_letters() -> None:
    """Say which letters no font here has; what was drawn shows boxes for them."""
    from viewer.typeset import letters_problem

    if problem := letters_problem():
        _say(f"warning: {problem}")


def _recorded(report: RecordReport) -> str:
    what = f"{report.path.name}: {report.n_frames} frames, {report.duration_secs:g} s at {report.fps:g} a second"
    return f"{what}, {report.n_bytes / 1e6:.2f} MB, made in {report.took_secs:.1f} s"


def _say(words: str) -> None:
    print(words, file=sys.stderr)
