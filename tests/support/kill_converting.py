"""Kills a process that converts a bundle (SIGKILL) at many lines of what it runs, and tells what is left.

Run as a script: `kill_converting.py KIND create|overwrite MOMENTS FOLDER`, where KIND is one of `NAMES`. It prints one
line per kill: what is at the target then (`none`, `old`, `new`, or `BROKEN`), and after the next run of the same
command whether it is there and what else is beside it. Half of the moments are evenly spaced over all lines of the
converter, half over those that make temporary places and give the result its name. The making of a GLB, which writes
nothing, is done once. POSIX only.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from made_sculpture import add_made_sculptures
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, durable, read_bundle
from exporter.interchange.nn_vis import place as nn_vis_place
from exporter.interchange.nn_vis.convert import convert_nn_vis
from exporter.interchange.unity import place as unity_place
from exporter.interchange.unity.convert import convert_unity
from scenes.encode import atomic
from scenes.gltf import convert as gltf_convert
from scenes.gltf.convert import convert_glb
from scenes.web import page
from scenes.web.page import convert_html


def convert_plainly(bundle: Bundle, out: Path, **_: Any) -> None:
    """What must not be done: the file grows where it is to be."""
    content = gltf_convert.glb_of(bundle).content
    with out.open("wb", buffering=0) as stream:
        stream.write(content[:1000])
        stream.write(content[1000:])


CONVERTERS: dict[str, Callable[..., Any]] = {
    "unity": convert_unity,
    "glb": convert_glb,
    "html": convert_html,
    "plain": convert_plainly,
}
NAMES = {
    "nn_vis": "net",
    "nn_vis_file": "net.pro.npz",
    "unity": "net",
    "glb": "net.glb",
    "html": "net.html",
    "plain": "net.glb",
}
PLACING = tuple(str(module.__file__) for module in (durable, atomic, unity_place, nn_vis_place))
WATCHED = (
    *PLACING,
    __file__,
    *(str(Path(each.__code__.co_filename).parent) for each in (convert_unity, convert_nn_vis)),
    *(str(module.__file__) for module in (gltf_convert, page)),
)


def watching(kill_at: int) -> tuple[list[bool], Callable[[FrameType, str, Any], Any]]:
    """Of each line that was run so far whether it places things, and a trace function that kills before one of them."""
    seen: list[bool] = []

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(WATCHED):
            return None
        if event == "line":
            if len(seen) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(frame.f_code.co_filename in PLACING)
        return trace

    return seen, trace


def moments_of(work: Callable[[], None], count: int) -> list[int]:
    """About so many lines to be killed at."""
    seen, trace = watching(-1)
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    placing = [line for line, places in enumerate(seen) if places]
    evenly = range(0, len(seen), max(1, 2 * len(seen) // count))
    return sorted({*evenly, *placing[:: max(1, 2 * len(placing) // count)]})


def was_killed(work: Callable[[], None], moment: int) -> bool:
    """Whether the work, in a process of its own, was killed at that line."""
    child = os.fork()
    if child == 0:
        sys.settrace(watching(moment)[1])
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def content(path: Path) -> dict[str, bytes] | None:
    """Every file at a place, by its name; `None` where there is nothing."""
    if path.is_dir():
        return {each.relative_to(path).as_posix(): each.read_bytes() for each in path.rglob("*") if each.is_file()}
    return {"": path.read_bytes()} if path.exists() else None


def converter(kind: str, bundle: Bundle) -> Callable[..., None]:
    """A function of a place that writes there, the second time something else. A GLB is made before, once for each."""
    if kind == "unity":
        return lambda out, is_old=False, **more: convert_unity(bundle, out, scale=2.0 if is_old else 1.0, **more)
    if kind.startswith("nn_vis"):
        moments = ("002",), ("000",)
        return lambda out, is_old=False, **more: convert_nn_vis(bundle, out, checkpoint_ids=moments[is_old], **more)
    made = [gltf_convert.glb_of(bundle, scene=scene) for scene in ("structure", "flow")]

    def write(out: Path, is_old: bool = False, **more: Any) -> None:
        for module in (gltf_convert, page):
            module.glb_of = lambda *_, **__: made[is_old]  # type: ignore[attr-defined]
        CONVERTERS[kind](bundle, out, **more)

    return write


def main(kind: str, command: str, moments: str, folder: str) -> None:
    """Kill at every chosen line."""
    os.fsync = lambda _handle: None  # what a killed process wrote survives without; only a power cut needs it
    home = Path(folder)
    layers = (("picture", 1), ("conv", 4), ("scores", 3))
    tiny = add_made_sculptures(make_tiny_bundle(home / "tiny.bundle"), layers, {"000": 0.7, "002": 4.0})
    write = converter(kind, read_bundle(tiny))
    name, options = NAMES[kind], {"overwrite": command == "overwrite"}

    def place(label: object) -> Path:
        """A place to write to, with something there where it is to be overwritten."""
        (home / str(label)).mkdir()
        if command == "overwrite":
            write(home / str(label) / name, is_old=True)
        return home / str(label) / name

    known = {"none" if command == "create" else "old": content(place("old"))}
    new = place("new")
    chosen = moments_of(lambda: write(new, **options), int(moments))
    known["new"] = content(new)
    for moment in chosen:
        out = place(moment)
        was_killed(lambda out=out: write(out, **options), moment)  # the last may come a line too late
        left = content(out)
        write(out, overwrite=True)
        state = next((label for label, each in known.items() if each == left), "BROKEN")
        beside = [entry.name for entry in out.parent.iterdir() if entry != out]
        sys.stdout.write(f"{state}\t{content(out) == known['new']} {beside}\n")
        shutil.rmtree(out.parent)


if __name__ == "__main__":
    main(*sys.argv[1:])
