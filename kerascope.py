"""The front door: the command line and the short public API. What a command needs is imported when it is asked for."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.arguments import add_chosen, add_out, number
from exporter.command_line import add_making
from exporter.lean import claim_process
from scenes.arguments import add_taken
from scenes.command_line import add_drawing

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.record import RecordReport
    from viewer.notebook.board import Board

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "attack",
    "convert",
    "embed",
    "explain",
    "export",
    "importance",
    "main",
    "neighbours",
    "open_bundle",
    "record",
    "sculpt",
    "show",
    "survey",
    "synthesise",
]

FORMATS = {
    "nn-vis": ("exporter.interchange.nn_vis.convert", "convert_nn_vis"),
    "unity": ("exporter.interchange.unity.convert", "convert_unity"),
    "glb": ("scenes.gltf.convert", "convert_glb"),
    "html": ("scenes.web.page", "convert_html"),
}
OF_SCENES = ("glb", "html")
EXTRAS = {"tensorflow": "export", "keras": "export", "PySide6": "window", "mlxtend": "demo", "jupyter_rfb": "notebook"}
EXTRAS |= {"numba": "sculpture", "matplotlib": "plots", "cv2": "segmentation", "scipy": "lbfgs"}
EXTRAS |= {"sklearn": "survey", "umap": "umap", "pyarrow": "parquet", "dask": "dask", "distributed": "dask"}
EXTRAS |= {"tensorflow_datasets": "datasets", "threadpoolctl": "survey"}
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
    """What was recorded, as `kerascope record` does it. The options are those of `scenes.record.record`; a bundle to be
    shown `beside` may be a path too.
    """
    from scenes.record import record as record_scene

    opened = open_bundle(bundle) if isinstance(bundle, str | Path) else bundle
    if isinstance(beside := options.get("beside"), str | Path):
        options["beside"] = open_bundle(beside)
    return record_scene(opened, scene, out, **options)


def convert(bundle: Bundle | Path | str, to: str, out: Path | str, **options: Any) -> Any:
    """What was written for another program, as `kerascope convert` does it: its report has `path` and `notes`.

    `to` is `unity`, `nn-vis`, `glb` or `html`. The options are those of
    `exporter.interchange.unity.convert.convert_unity`, `exporter.interchange.nn_vis.convert.convert_nn_vis`,
    `scenes.gltf.convert.convert_glb` and `scenes.web.page.convert_html`. Raises KerascopeError where `to` is none of
    them, and as those do.
    """
    from exporter.bundle.errors import KerascopeError

    if to not in FORMATS:
        raise KerascopeError("nothing is known of this format", expected=" or ".join(FORMATS), got=repr(to))
    module, name = FORMATS[to]
    opened = open_bundle(bundle) if isinstance(bundle, str | Path) else bundle
    return getattr(import_module(module), name)(opened, Path(out), **options)


def attack(bundle: Path | str, model: Any, method: str, **options: Any) -> tuple[str, ...]:
    """The ids of the runs that were added to a bundle, as `kerascope attack` does it.

    The options are those of `exporter.attacking.attack_bundle`, and of the attack.
    """
    from exporter.attacking import attack_bundle

    return attack_bundle(bundle, model, method, **options)


def explain(bundle: Path | str, model: Any, method: str, **options: Any) -> tuple[str, ...]:
    """The ids of the runs that were added to a bundle, as `kerascope explain` does it.

    The options are those of `exporter.explaining.explain_bundle`, and of the method.
    """
    from exporter.explaining import explain_bundle

    return explain_bundle(bundle, model, method, **options)


def synthesise(model: Any, method: str, **options: Any) -> tuple[str, ...]:
    """The ids of the runs that were written, as `kerascope synthesise` does it.

    The options are those of `exporter.synthesising.synthesise`, and of the method.
    """
    from exporter.synthesising import synthesise as made

    return made(model, method, **options)


def importance(bundle: Path | str, model: Any, **options: Any) -> tuple[str, ...]:
    """What was added to a bundle, a line each, as `kerascope importance` does it.

    The options are those of `exporter.weighing.importance_bundle`.
    """
    from exporter.weighing import importance_bundle

    return importance_bundle(bundle, model, **options)


def sculpt(bundle: Path | str, **options: Any) -> tuple[str, ...]:
    """The ids of the sculptures that were added to a bundle, as `kerascope sculpt` does it.

    The options are those of `exporter.sculpting.sculpt_bundle`.
    """
    from exporter.sculpting import sculpt_bundle

    return sculpt_bundle(Path(bundle), **options)


def embed(bundle: Path | str, **options: Any) -> tuple[str, ...]:
    """The ids of the embeddings that were added to a bundle, as `kerascope embed` does it.

    The options are those of `exporter.embedding.embed_bundle`.
    """
    from exporter.embedding import embed_bundle

    return embed_bundle(bundle, **options)


def neighbours(bundle: Path | str, **options: Any) -> tuple[str, ...]:
    """The ids of the neighbours that were added to a bundle, as `kerascope neighbours` does it.

    The options are those of `exporter.nearness.neighbours_bundle`.
    """
    from exporter.nearness import neighbours_bundle

    return neighbours_bundle(bundle, **options)


def survey(model: Any, inputs: Any, **options: Any) -> Path:
    """The path of a bundle with a survey of a data set, as `kerascope survey` writes it.

    The options are those of `exporter.surveying.survey.survey_bundle`, and the fields of its `Asked`.
    """
    from exporter.surveying.survey import survey_asked

    return survey_asked(model, inputs, **options)


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
    claim_process("kerascope")
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

    def command(name: str, handler: str | Callable[..., Any], summary: str) -> argparse.ArgumentParser:
        words = f"{summary[0].upper()}{summary[1:]}."
        added: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=words)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        added.set_defaults(run=partial(_there, handler) if isinstance(handler, str) else handler)
        return added

    demo = command("demo", _demo, "train a small network on digits, export, attack, record and open it")
    add_out(demo, "folder to write (default: kerascope-demo)", Path("kerascope-demo"))
    demo.add_argument("--no-window", action="store_true", help="do not open the window at the end")
    add_making(command)
    add_drawing(command, number, add_out, _crew)
    taken = command("convert", _convert, "write what is in a bundle for Unity, Blender, PowerPoint or the web")
    words = "unity: a folder of JSON; nn-vis: its two files; else one file"
    taken.add_argument("--to", required=True, choices=tuple(FORMATS), help=words)
    add_chosen(taken)
    add_taken(taken, number)
    add_out(taken, "file or folder to write")
    doctor = command("doctor", _doctor, "print versions, the GL driver that answers, and what is missing")
    doctor.add_argument("--json", action="store_true", help="the same as JSON")
    return parser


@contextlib.contextmanager
def _crew(cluster: str) -> Iterator[Any]:
    """Who draws frames: the workers of a cluster."""
    from exporter.cluster import DRAWING, opened_cluster
    from exporter.shared_work import in_order

    with opened_cluster(cluster, same=DRAWING, tell=_say) as client:
        yield partial(in_order, client)


def _there(place: str, args: argparse.Namespace) -> Any:
    """Do what a command says, in the module that knows how: `module:function`."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)(args)


# --- What is done -----------------------------------------------------------------------------------------------------


def _doctor(args: argparse.Namespace) -> int:
    from viewer.doctor import examine

    report = examine(__version__)
    print(report.to_json() if args.json else report.to_text())
    return 0 if report.can_draw else 1


def _convert(args: argparse.Namespace) -> None:
    from scenes.commands import for_format, scene_asked

    bundle, chosen = open_bundle(args.bundle), for_format(args, is_scene=args.to in OF_SCENES)
    if args.to in OF_SCENES:
        args.scene = args.scene or (None if args.view else "flow")
        view, seen = scene_asked(args, bundle)
        chosen |= {**seen, "scene": view.scene}
    else:
        from exporter.progress import progress_bars

        chosen |= {"progress": progress_bars(), "tell": _say}
    report = convert(bundle, args.to, args.out, **chosen, overwrite=args.overwrite)
    for line in (*report.notes, *getattr(report, "advice", ())):
        _say(line)
    print(report.path)
    _say(f"{report.path.name}: {report.n_bytes / 1e6:.2f} MB")


def _demo(args: argparse.Namespace) -> int:
    from exporter.bundle.errors import KerascopeError

    if args.out.exists() and any(args.out.iterdir()) and not args.overwrite:
        raise KerascopeError("there is something in this folder", remedy="pass --overwrite", path=args.out)
    from exporter.bundling.ahead import compiled_meanwhile
    from exporter.commands import validate
    from exporter.pipeline import DEMO_LABELLED, DEMO_MODEL, export_demo
    from exporter.progress import progress_bars
    from scenes.apart import run_apart
    from scenes.showcase import make_showcase, showcase_files

    began_secs, tell = time.perf_counter(), progress_bars()
    _say("training a small network on digits, then exporting and attacking it")
    with compiled_meanwhile():
        bundle, model = export_demo(args.out, overwrite=args.overwrite, progress=tell), args.out / DEMO_MODEL
    _say("finding what matters for each digit, and gathering it into a sculpture")
    importance(bundle, model, inputs=DEMO_LABELLED, progress=tell)
    sculpt(bundle, progress=tell)
    _say("recording its scenes, and writing a page to walk round in")
    for line in make_showcase(bundle, args.out, tell):
        _say(line)
    code: int = validate(argparse.Namespace(bundle=bundle, json=False))
    for path in (bundle, *showcase_files(args.out)):
        print(f"{_megabytes(path):8.2f} MB  {path}")
    _say(f"done in {time.perf_counter() - began_secs:.0f} s; now try:")
    for line in (f"view {bundle} --model {model}", f"inspect {bundle}", f"record {bundle} --scene tour --out tour.mp4"):
        _say(f"  kerascope {line}")
    if not code and not args.no_window and _has_display():
        run_apart("view", bundle, "--model", model)  # it says what is amiss
    return code


def _megabytes(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    run()
