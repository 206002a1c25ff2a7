"""The front door: the command line and the short public API. What a command needs is imported when it is asked for."""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.record import RecordReport

__version__ = "0.1.0"
__all__ = ["__version__", "export", "main", "open_bundle", "record"]

DEMO_SCENES = ("structure", "training", "flow", "adversarial")
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


def run() -> None:
    """End the process with the exit code of `main`."""
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
    _add_out(demo, "folder to write (default: kerascope-demo)", Path("kerascope-demo"))
    demo.add_argument("--no-window", action="store_true", help="do not open the window at the end")
    _add_export(command("export", _export, "run images through a model and write a bundle"))
    _add_attack(command("attack", _attack, "change an input until the model errs, and add the steps to its bundle"))
    inspect = command("inspect", _inspect, "print the layers as a table, then checkpoints, inputs and runs")
    validate = command("validate", _validate, "print every problem of a bundle, one a line")
    view = command("view", _view, "open a window on a bundle")
    view.add_argument("--scene", default="flow", metavar="NAME", help="the one to begin with (default: flow)")
    view.add_argument("--theme", choices=("dark", "light"), default="dark")
    command("scenes", _scenes, "list the scenes, a line each")
    frame = command("frame", _frame, "draw one moment of a scene into a PNG file")
    frame.add_argument("--at-secs", type=_number, default=0.0, metavar="T", help="moment of the scene (default: 0)")
    clip = command("record", _record, "record a scene to .gif, .mp4, .webp or a folder of PNG files")
    clip.add_argument("--fps", type=int, default=25, metavar="N", help="frames a second (default: 25)")
    clip.add_argument("--max-mb", type=_number, metavar="N", help="largest size of the file")
    for each in (inspect, validate, view, frame, clip):
        each.add_argument("bundle", type=Path, metavar="BUNDLE")
    for each in (frame, clip):
        _add_scene(each)
    doctor = command("doctor", _doctor, "print versions, the GL driver that answers, and what is missing")
    for each in (inspect, doctor):
        each.add_argument("--json", action="store_true", help="the same as JSON")
    return parser


def _add_out(command: argparse.ArgumentParser, what: str, default: Path | None = None) -> None:
    command.add_argument("--out", type=Path, metavar="PATH", required=default is None, default=default, help=what)
    command.add_argument("--overwrite", action="store_true", help="replace what is there")


def _add_imports(command: argparse.ArgumentParser) -> None:
    words = "import this first: it registers custom layers"
    command.add_argument("--import", action="append", default=[], dest="imports", metavar="MODULE", help=words)


def _add_export(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("model", metavar="MODEL", help="a .keras or .h5 file")
    add("--inputs", nargs="+", required=True, metavar="IMAGES", help="a folder, files, a .npy, a .npz, or mnist:N")
    _add_out(command, "bundle to write, NAME.bundle")
    add("--labels", type=Path, metavar="F", help="text file with a class name a line")
    add("--checkpoint", nargs="+", action="extend", default=[], metavar="F", help="earlier weights, in order of time")
    add("--untrained", action="store_true", help="add the same network with fresh weights as checkpoint 000")
    add("--seed", type=int, default=0, metavar="N", help="of the fresh weights (default: 0)")
    add("--dtype", choices=("float32", "float16"), default="float32", help="of stored outputs (default: float32)")
    add("--scale", type=_number, metavar="X", help="fed = (picture - mean) * scale; may be 1/255")
    add("--mean", type=_numbers, metavar="X,...", help="one for each channel, in the model's order")
    add("--color-order", choices=("rgb", "bgr", "grey"), help="channels as the model takes them")
    _add_imports(command)


def _add_attack(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add("--model", required=True, metavar="MODEL", help="the model that the bundle was made of")
    add("--method", required=True, choices=("fgsm",), metavar="NAME", help="fgsm")
    add("--input", metavar="ID", help="which input (default: the first that is classified right)")
    add("--start", type=_number, metavar="X", help="first epsilon that is tried")
    add("--step", type=_number, metavar="X", help="how much epsilon grows")
    add("--limit", type=_number, metavar="X", help="largest epsilon that is tried")
    add("--keep", type=int, metavar="N", help="keep N of the tried steps (default: all)")
    _add_imports(command)


def _add_scene(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--scene", required=True, metavar="NAME", help="one that `kerascope scenes` lists")
    _add_out(command, "file to write")
    add("--size", type=_size, default=(960, 540), metavar="WxH", help="in pixels (default: 960x540)")
    add("--theme", choices=("dark", "light"), default="dark")
    add("--input", metavar="ID", help="which input (default: the scene's choice)")
    add("--checkpoint", metavar="ID", help="which checkpoint (default: the scene's choice)")
    add("--run", dest="attack", metavar="ID", help="which attack (default: the scene's choice)")


def _number(text: str) -> float:
    top, _, bottom = text.partition("/")
    with contextlib.suppress(ValueError, ZeroDivisionError):
        value = float(top) / (float(bottom) if bottom else 1.0)
        if math.isfinite(value):
            return value
    raise argparse.ArgumentTypeError(f"expected a number, such as 0.5 or 1/255, got {text!r}")


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(map(_number, text.split(",")))


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected width x height in pixels, such as 960x540, got {text!r}")
    return int(match[1]), int(match[2])


# --- What is done -----------------------------------------------------------------------------------------------------


def _export(args: argparse.Namespace) -> None:
    names = ("inputs", "out", "overwrite", "labels", "untrained", "seed", "dtype", "scale", "mean", "imports")
    options = {name: getattr(args, name) for name in names}
    choices = {"checkpoints": args.checkpoint, "colour_order": args.color_order, "progress": _progress()}
    print(export(args.model, **options, **choices))


def _progress() -> Callable[[str, int, int], None]:
    """What is told how far some work is: a bar a kind of work on a terminal, and silence elsewhere."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in bars:
            bars[what] = tqdm(total=total, desc=what, disable=None, leave=False)
        bars[what].update(done - bars[what].n)
        if done >= total:
            bars.pop(what).close()

    return tell


def _attack(args: argparse.Namespace) -> None:
    from exporter.pipeline import attack_bundle

    asked = {name: getattr(args, name) for name in ("start", "step", "limit", "keep")}
    options = {name: value for name, value in asked.items() if value is not None}
    print(attack_bundle(args.bundle, args.model, args.method, input_id=args.input, imports=args.imports, **options))


def _inspect(args: argparse.Namespace) -> None:
    from exporter.bundle.summary import summarise

    summary = summarise(open_bundle(args.bundle))
    print(summary.to_json() if args.json else summary.to_text())


def _validate(args: argparse.Namespace) -> int:
    from exporter.bundle import validate_bundle

    problems = validate_bundle(args.bundle)
    for problem in problems:
        print(problem)
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


def _scene_options(args: argparse.Namespace) -> SceneOptions:
    from scenes.options import SceneOptions

    return SceneOptions(args.size, args.theme, args.input, args.checkpoint, args.attack)


def _frame(args: argparse.Namespace) -> None:
    from scenes.record import record_frame

    choices = {"options": _scene_options(args), "overwrite": args.overwrite}
    print(record_frame(open_bundle(args.bundle), args.scene, args.out, at_secs=args.at_secs, **choices))


def _record(args: argparse.Namespace) -> None:
    choices = {"options": _scene_options(args), "overwrite": args.overwrite}
    report = record(args.bundle, args.scene, args.out, fps=args.fps, max_mb=args.max_mb, **choices)
    print(report.path)
    _say(_recorded(report))


def _recorded(report: RecordReport) -> str:
    what = f"{report.path.name}: {report.n_frames} frames, {report.duration_secs:g} s at {report.fps:g} a second"
    return f"{what}, {report.n_bytes / 1e6:.2f} MB, made in {report.took_secs:.1f} s"


def _view(args: argparse.Namespace) -> int:
    from scenes.present import Gallery
    from viewer.window.open import open_window

    bundle = open_bundle(args.bundle)
    return open_window(bundle, Gallery(bundle), scene=args.scene, theme=args.theme)


def _demo(args: argparse.Namespace) -> int:
    from exporter.bundle.errors import KerascopeError

    if args.out.exists() and any(args.out.iterdir()) and not args.overwrite:
        raise KerascopeError("there is something in this folder", remedy="pass --overwrite", path=args.out)
    from exporter.pipeline import export_demo

    began_secs = time.perf_counter()
    _say("training a small network on digits, then exporting and attacking it")
    bundle = export_demo(args.out, overwrite=args.overwrite, progress=_progress())
    _say(f"recording {', '.join(DEMO_SCENES)}")
    recordings = _record_scenes(bundle, {name: args.out / f"{name}.gif" for name in DEMO_SCENES})
    code = _validate(argparse.Namespace(bundle=bundle))
    for path in (bundle, *recordings):
        print(f"{_megabytes(path):8.2f} MB  {path}")
    _say(f"done in {time.perf_counter() - began_secs:.0f} s; now try:")
    for line in (f"view {bundle}", f"inspect {bundle}", f"record {bundle} --scene flow --theme light --out flow.mp4"):
        _say(f"  kerascope {line}")
    if not code and not args.no_window and _has_display():
        _self("view", bundle)  # it says what is amiss
    return code


def _self(*args: object, silent: bool = False) -> str:
    """The words of a command in a process of its own: this one holds TensorFlow. Raises where it fails."""
    import subprocess

    from exporter.bundle.errors import KerascopeError

    command = [sys.executable, "-m", "kerascope", *map(str, args)]
    done = subprocess.run(command, capture_output=silent, text=True, check=False)
    words = (done.stderr or "").strip()
    if silent and done.returncode:
        raise KerascopeError(words.removeprefix("kerascope: ") or f"`kerascope {args[0]}` ended with {done.returncode}")
    return words


def _record_scenes(bundle: Path, wanted: dict[str, Path]) -> list[Path]:
    """The recordings by scene, made side by side so that no core is idle."""
    from concurrent.futures import ThreadPoolExecutor

    tell, done = _progress(), 0
    with ThreadPoolExecutor(min(len(wanted), os.cpu_count() or 1)) as pool:
        asked = [("record", bundle, "--scene", name, "--out", out, "--overwrite") for name, out in wanted.items()]
        for words in pool.map(lambda args: _self(*args, silent=True), asked):
            _say(words)
            tell("recordings", done := done + 1, len(wanted))
    return list(wanted.values())


def _megabytes(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    run()
