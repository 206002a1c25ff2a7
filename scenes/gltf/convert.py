"""A scene to one binary glTF file, or to its bytes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.bundle.errors import KerascopeError
from scenes.encode.atomic import check_place, write_whole
from scenes.gltf.binary import glb_bytes
from scenes.gltf.chain import chain_of
from scenes.gltf.ladder import Made, Step, TooLarge, finest
from scenes.gltf.reel import reel_of
from scenes.gltf.store import Store
from scenes.gltf.tree import Tree
from scenes.muted import answering
from scenes.options import SceneOptions
from scenes.registry import scene as scene_named
from scenes.timeline import grounded
from scenes.viewed import viewed
from scenes.waiting import check_ready
from viewer.study import Study

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.bundle import Bundle
    from scenes.gltf.reel import Reel
    from viewer.layout import Layout
    from viewer.study import Vantage

SUFFIX = ".glb"
NO_FLIGHT = "left out the flight to one channel: kerascope record shows it"
NO_SHEET = "left out the drawing that is large beside the network: it is on the plate of the input"


@dataclass(frozen=True, slots=True)
class Glb:
    """The bytes of a file, what is in it, and what there is to tell."""

    content: bytes
    n_nodes: int
    n_states: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GlbReport:
    """What was written; `notes` say what was left out or made smaller, and how to get it otherwise."""

    path: Path
    n_bytes: int
    n_nodes: int
    n_states: int
    notes: tuple[str, ...]
    took_secs: float


def convert_glb(bundle: Bundle, out: Path, *, overwrite: bool = False, **chosen: Any) -> GlbReport:
    """Write what `glb_of` makes of a bundle and what is `chosen` to `out`, whole or not at all.

    Raises
    ------
    KerascopeError
        As `glb_of`; or `out` is no `.glb` file, or cannot be written, or is there and may not be replaced.
    """
    began_secs = time.perf_counter()
    out = Path(out)
    if out.suffix.lower() != SUFFIX:
        raise KerascopeError("a binary glTF file ends in .glb", expected=SUFFIX, got=repr(out.suffix), path=out)
    check_place(out, folder=False, overwrite=overwrite)
    glb = glb_of(bundle, **chosen)
    write_whole(glb.content, out)
    took_secs = time.perf_counter() - began_secs
    return GlbReport(out, len(glb.content), glb.n_nodes, glb.n_states, glb.notes, took_secs)


def glb_of(
    bundle: Bundle,
    *,
    scene: str = "flow",
    options: SceneOptions | None = None,
    view: Vantage | None = None,
    input_ids: tuple[str, ...] = (),
    checkpoint_ids: tuple[str, ...] = (),
    max_mb: float | None = 25.0,
) -> Glb:
    """A scene of the gallery as binary glTF: nets, plates and their states as nodes, played by one animation.

    Parameters
    ----------
    view : from where and how a person has looked at the scene, of which `options` are made (`options_of`): camera,
        scales, colours, mutes and what is open are kept; what is pinned, isolated or pulled apart is not.
    input_ids, checkpoint_ids : what is shown one after the other; empty: what the scene shows, and where light runs
        through one net, up to four clean inputs.
    max_mb : the most that it may have, in millions of bytes; detail is given up step by step until it fits.

    Raises
    ------
    KerascopeError
        There is no such scene, input or checkpoint, nothing to show in that scene, or it cannot be made so small.
    """
    options = options or SceneOptions()
    chosen = scene_named(scene)
    layout = chosen.lay_out(bundle, options)
    seen = answering(bundle, options.muted)
    timeline, notes = chain_of(
        bundle, lambda each: chosen.build(seen, layout, each), options, input_ids, checkpoint_ids
    )
    if timeline.stops_secs:
        what, remedy = f"{scene} is drawn flat on the picture: there is nothing to walk round", "record it instead"
        raise KerascopeError(what, expected="a scene of whole networks, such as flow", remedy=remedy)
    check_ready(timeline, scene, bundle.path)
    notes += (NO_FLIGHT,) if timeline.flights else ()
    notes += (NO_SHEET,) if timeline.live is not None else ()
    timeline = viewed(grounded(timeline), view, layout, bundle)
    reels = cache(partial(reel_of, timeline))
    made = finest(partial(_made, bundle, layout, reels, scene, options.aspect), max_mb)
    return Glb(made.content, made.n_nodes, made.n_states, notes + made.notes + _left_behind(view))


def _left_behind(view: Vantage | None) -> tuple[str, ...]:
    """What of a view has no place in the file."""
    if view is None:
        return ()
    study, usual = view.study, Study()
    fields = {
        "what is pinned": ("pinned", "pinned_edge"),
        "which layers stand out": ("isolated",),
        "the spread": ("spread",),
        "the health of units": ("health",),
        "edges beyond the strongest few": ("edge_count",),
    }
    left = [what for what, names in fields.items() if any(getattr(study, n) != getattr(usual, n) for n in names)]
    return (f"left out of the view: {', '.join(left)}",) if left else ()


def _made(
    bundle: Bundle,
    layout: Layout,
    reels: Callable[[int], Reel],
    scene: str,
    aspect: float,
    step: Step,
    most_bytes: float,
) -> Made:
    """The file of one step of detail. Raises `TooLarge` where it has more than `most_bytes`."""
    reel, store = reels(step.stills), Store(most_bytes)
    store.model.asset.generator = f"kerascope {_version()}"
    tree = Tree(bundle, layout, reel, step.detail, store, aspect)
    tree.build(scene)
    content = glb_bytes(*store.finished())
    if len(content) > most_bytes:
        raise TooLarge
    notes = (f"left out {reel.left_out} states: evenly spaced ones are kept",) if reel.left_out else ()
    return Made(content, len(store.model.nodes), tree.n_states, notes)


def _version() -> str:
    try:
        return version("kerascope")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"
