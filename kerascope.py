"""The front door: the command line and the short public API. What a command needs is imported when it is asked for."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.arguments import add_attack, add_chosen, add_export, add_out, number
from scenes.arguments import add_film, add_moment, add_taken, add_view

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.record import RecordReport
    from viewer.notebook.board import Board
    from viewer.study import Vantage

__version__ = "0.1.0"
__all__ = ["__version__", "convert", "export", "main", "open_bundle", "record", "show"]

FORMATS = {
    "unity": ("exporter.interchange.unity.convert", "convert_unity"),
    "glb": ("scenes.gltf.convert", "convert_glb"),
    "html": ("scenes.web.page", "convert_html"),
}
EXTRAS = {"tensorflow": "export", "keras": "export", "PySide6": "window", "mlxtend": "demo", "jupyter_rfb": "notebook"}
INTERRUPTED = 130


def open_bundle(path: Path | str) -> Bundle:
    """The bundle at `path`; tensors are loaded as they are asked for. Raises `BundleError` where it is none."""
    from exporter.bundle import read_bundle

    return read_bundle(path)


def export(model: Any, *, inputs: Any, out: Path | str, **options: Any) -> Path:
    """The path of a new bundle, as `kerascope export` writes it.

    `model` is a file, or a `keras.Model` in memory. The options are those of `exporter.pipeline.export_model`.
    """
    from exporter.pipeline import export_model

    return export_model(model, inputs=inputs, out=Path(out), **options)


def record(bundle: Bundle | Path | str, scene: str, out: Path | str, **options: Any) -> RecordReport:
    """What was recorded, as `kerascope record` does it. The options are those of `scenes.record.record`."""
    from scenes.record import record as record_scene

    opened = open_bundle(bundle) if isinstance(bundle, str | Path) else bundle
    return record_scene(opened, scene, out, **options)


def convert(bundle: Bundle | Path | str, to: str, out: Path | str, **options: Any) -> Any:
    """What was written for another program, as `kerascope convert` does it: its report has `path` and `notes`.

    `to` is `unity`, `glb` or `html`. The options are those of `exporter.interchange.unity.convert.convert_unity`,
    `scenes.gltf.convert.convert_glb` and `scenes.web.page.convert_html`. Raises KerascopeError where `to` is none of
    them, and as those do.
    """
    from exporter.bundle.errors import KerascopeError

    if to not in FORMATS:
        raise KerascopeError("nothing is known of this format", expected=" or ".join(FORMATS), got=repr(to))
    module, name = FORMATS[to]
    opened = open_bundle(bundle) if isinstance(bundle, str | Path) else bundle
    return getattr(import_module(module), name)(opened, Path(out), **options)


def show(
    bundle: Bundle | Path | str,
    scene: str | None = None,
    *,
    view: str | None = None,
    size_px: Any = (960, 540),
    **chosen: Any,
) -> Board:
    """The widgets that show a bundle in a notebook, to be the last value of a cell; needs no TensorFlow.

    `scene` is `flow` unless a `view` is given, as the window copies it. `chosen` are `input_id`, `checkpoint_id`,
    `theme`, `at_secs` and the other fields of `viewer.study.Vantage`.
    """
    from exporter.bundle.errors import KerascopeError
    from scenes.present import Gallery
    from scenes.viewed import chosen_view

    try:
        from viewer.notebook.show import show_bundle
    except ModuleNotFoundError as error:
        what, remedy = f"a notebook needs {error.name}", "pip install 'kerascope[notebook]'"
        raise KerascopeError(what, remedy=remedy) from error
    opened = open_bundle(bundle) if isinstance(bundle, str | Path) else bundle
    seen = chosen_view(view, scene=scene or (None if view else "flow"), **chosen)
    return show_bundle(opened, Gallery(opened), seen, size_px=size_px)


def run() -> None:
    """End the process with the exit code of `main`. Asked to end, it tidies up as when it is interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command: 0 done, 1 failed with one line on stderr, 2 not understood, 130 interrupted."""
    try:
        args = _parser().parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    try:
        code: int = args.run(args) or 0
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _fail("interrupted", args.debug, INTERRUPTED)
    except BrokenPipeError:
        # The reader has seen enough; what is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - a person gets one line whatever happened; --debug shows all of it
        return _fail(_told(error), args.debug, 1)


def _fail(line: str, debug: bool, code: int) -> int:
    if debug:
        traceback.print_exc()
    _say(f"kerascope: {line}")
    return code


def _told(error: Exception) -> str:
    from exporter.bundle.errors import KerascopeError

    words = " ".join(str(error).split())
    if isinstance(error, KerascopeError | OSError):
        return words
    if isinstance(error, ModuleNotFoundError) and (extra := EXTRAS.get((error.name or "").partition(".")[0])):
        return f"this needs {error.name}, which is not installed; pip install 'kerascope[{extra}]'"
    return f"unexpected {type(error).__name__}: {words}; --debug shows where"


def _say(words: str) -> None:
    print(words, file=sys.stderr)


# --- What can be asked ------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kerascope", description="See a Keras network compute, learn and be fooled.")
    parser.add_argument("--version", action="version", version=f"kerascope {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, handler: Callable[..., Any], summary: str) -> argparse.ArgumentParser:
        words = f"{summary[0].upper()}{summary[1:]}."
        added: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=words)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        added.set_defaults(run=handler)
        return added

    demo = command("demo", _demo, "train a small network on digits, export, attack, record and open it")
    add_out(demo, "folder to write (default: kerascope-demo)", Path("kerascope-demo"))
    demo.add_argument("--no-window", action="store_true", help="do not open the window at the end")
    add_export(command("export", _export, "run images through a model and write a bundle"))
    add_attack(command("attack", _attack, "change an input until the model errs, and add the steps to its bundle"))
    inspect = command("inspect", _inspect, "print the layers as a table, then checkpoints, inputs and runs")
    validate = command("validate", _validate, "print every problem of a bundle (or of a folder for Unity), one a line")
    for each in (inspect, validate):
        each.add_argument("bundle", type=Path, metavar="BUNDLE")
    add_view(command("view", _view, "open a window on a bundle"))
    command("scenes", _scenes, "list the scenes, a line each")
    frame = command("frame", _frame, "draw one moment of a scene into a PNG file")
    add_moment(frame, number)
    clip = command("record", _record, "record a scene to .gif, .mp4, .webp or a folder of PNG files")
    add_film(clip, number)
    taken = command("convert", _convert, "write what is in a bundle for Unity, Blender, PowerPoint or the web")
    taken.add_argument("--to", required=True, choices=tuple(FORMATS), help="unity: a folder of JSON; else one file")
    add_chosen(taken)
    add_taken(taken, number)
    for each in (frame, clip, taken):
        add_out(each, "file or folder to write")
    doctor = command("doctor", _doctor, "print versions, the GL driver that answers, and what is missing")
    for each in (inspect, validate, doctor):
        each.add_argument("--json", action="store_true", help="the same as JSON")
    return parser


# --- What is done -----------------------------------------------------------------------------------------------------


def _export(args: argparse.Namespace) -> None:
    from exporter.progress import progress_bars

    names = ("inputs", "out", "overwrite", "labels", "untrained", "seed", "scale", "mean", "std", "imports", "unsafe")
    bounds = ("layers", "channels", "dtype", "weights")
    options = {name: getattr(args, name) for name in (*names, *bounds)}
    choices = {"checkpoints": args.checkpoint, "colour_order": args.color_order, "progress": progress_bars()}
    print(export(args.model, **options, **choices, tell=_say))


def _attack(args: argparse.Namespace) -> None:
    from exporter.pipeline import attack_bundle

    asked = {name: getattr(args, name) for name in ("start", "step", "limit", "keep")}
    options = {name: value for name, value in asked.items() if value is not None}
    options |= {"input_id": args.input, "imports": args.imports, "unsafe": args.unsafe}
    print(attack_bundle(args.bundle, args.model, args.method, **options))


def _inspect(args: argparse.Namespace) -> None:
    from exporter.bundle.summary import summarise

    summary = summarise(open_bundle(args.bundle))
    print(summary.to_json() if args.json else summary.to_text())


def _validate(args: argparse.Namespace) -> int:
    from exporter.bundle import validate_bundle
    from exporter.interchange.unity.loader import diagnose, is_unity_folder

    if is_unity_folder(args.bundle):
        diagnosis = diagnose(args.bundle)
        print(diagnosis.to_json() if args.json else "\n".join(diagnosis.lines()))
        return 0 if diagnosis.verdict == "accepted" else 1
    problems = validate_bundle(args.bundle)
    for line in [json.dumps(problems)] if args.json else problems:
        print(line)
    _say(f"kerascope: {args.bundle}: {len(problems)} problems" if problems else f"{args.bundle}: valid")
    return 1 if problems else 0


def _doctor(args: argparse.Namespace) -> int:
    from viewer.doctor import examine

    report = examine(__version__)
    print(report.to_json() if args.json else report.to_text())
    return 0 if report.can_draw else 1


def _scenes(_: argparse.Namespace) -> None:
    from scenes.registry import scene_summaries

    for name, summary in scene_summaries().items():
        print(f"{name:<12} {summary}")


def _seen(args: argparse.Namespace, bundle: Bundle, at_secs: float | None = None) -> tuple[Vantage, dict[str, Any]]:
    """The view that is asked for, and the options of a recording of it."""
    from exporter.bundle.errors import KerascopeError
    from scenes.viewed import chosen_view, options_of, run_of

    if args.scene is None and args.view is None:
        raise KerascopeError("nothing to draw", expected="--scene or --view", remedy="see `kerascope scenes`")
    choices = {"theme": args.theme, "input_id": args.input, "checkpoint_id": args.checkpoint, "fold": args.fold}
    view = chosen_view(args.view, scene=args.scene, at_secs=at_secs, **choices)
    run_id = args.run_id or (run_of(bundle, view.input_id) if args.view else None)
    options = options_of(view, bundle, args.size, run_id)
    return view, {"options": options, "view": view}


def _frame(args: argparse.Namespace) -> None:
    from scenes.record import record_frame

    bundle = open_bundle(args.bundle)
    view, choices = _seen(args, bundle, args.at_secs)
    print(record_frame(bundle, view.scene, args.out, at_secs=view.at_secs, overwrite=args.overwrite, **choices))


def _record(args: argparse.Namespace) -> None:
    bundle = open_bundle(args.bundle)
    view, choices = _seen(args, bundle)
    choices |= {"fps": args.fps, "max_mb": args.max_mb, "progress": args.progress or None, "overwrite": args.overwrite}
    report = record(bundle, view.scene, args.out, **choices)
    print(report.path)
    _say(_recorded(report))


def _recorded(report: RecordReport) -> str:
    what = f"{report.path.name}: {report.n_frames} frames, {report.duration_secs:g} s at {report.fps:g} a second"
    return f"{what}, {report.n_bytes / 1e6:.2f} MB, made in {report.took_secs:.1f} s"


def _convert(args: argparse.Namespace) -> None:
    from exporter.bundle.errors import KerascopeError

    is_unity, only_unity = args.to == "unity", {"scale": args.scale, "pool_size": args.pool_size}
    only_scenes = {name: getattr(args, name) for name in ("scene", "run_id", "max_mb", "theme", "fold", "view")}
    strange = [name for name, value in (only_scenes if is_unity else only_unity).items() if value is not None]
    if strange:
        option = f"--{strange[0].removesuffix('_id').replace('_', '-')}"
        raise KerascopeError(f"{option} means nothing for {args.to}", remedy="see `kerascope convert --help`")
    bundle = open_bundle(args.bundle)
    chosen = {"input_ids": tuple(args.inputs), "checkpoint_ids": tuple(args.checkpoints), "overwrite": args.overwrite}
    if is_unity:
        from exporter.progress import progress_bars

        asked = {**only_unity, "progress": progress_bars(), "tell": _say}
    else:
        args.scene = args.scene or (None if args.view else "flow")
        view, seen = _seen(args, bundle)
        asked = {**seen, "scene": view.scene, "max_mb": args.max_mb}
    report = convert(bundle, args.to, args.out, **chosen, **{k: v for k, v in asked.items() if v is not None})
    for line in (*report.notes, *getattr(report, "advice", ())):
        _say(line)
    print(report.path)
    _say(f"{report.path.name}: {report.n_bytes / 1e6:.2f} MB")


def _view(args: argparse.Namespace) -> int:
    from scenes.present import Gallery
    from scenes.viewed import read_view
    from viewer.foreign import check_view
    from viewer.window.open import open_window
    from viewer.window.start import Start

    bundle, beside = open_bundle(args.bundle), args.beside
    if beside is not None:
        open_bundle(beside)  # a mistake is told before there is a window
    view = None if args.view is None else read_view(args.view)
    if view is not None:
        check_view(view, bundle.manifest)
    start = Start(args.scene, args.theme, args.fold, view, beside, args.cues, args.fresh)
    return open_window(bundle, Gallery(bundle), start)


def _demo(args: argparse.Namespace) -> int:
    from exporter.bundle.errors import KerascopeError

    if args.out.exists() and any(args.out.iterdir()) and not args.overwrite:
        raise KerascopeError("there is something in this folder", remedy="pass --overwrite", path=args.out)
    from exporter.pipeline import export_demo
    from exporter.progress import progress_bars
    from scenes.apart import run_apart
    from scenes.showcase import make_showcase, showcase_files

    began_secs, tell = time.perf_counter(), progress_bars()
    _say("training a small network on digits, then exporting and attacking it")
    bundle = export_demo(args.out, overwrite=args.overwrite, progress=tell)
    _say("recording its scenes, and writing a page to walk round in")
    for line in make_showcase(bundle, args.out, tell):
        _say(line)
    code = _validate(argparse.Namespace(bundle=bundle, json=False))
    for path in (bundle, *showcase_files(args.out)):
        print(f"{_megabytes(path):8.2f} MB  {path}")
    _say(f"done in {time.perf_counter() - began_secs:.0f} s; now try:")
    for line in (f"view {bundle}", f"inspect {bundle}", f"record {bundle} --scene flow --theme light --out flow.mp4"):
        _say(f"  kerascope {line}")
    if not code and not args.no_window and _has_display():
        run_apart("view", bundle)  # it says what is amiss
    return code


def _megabytes(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    run()
