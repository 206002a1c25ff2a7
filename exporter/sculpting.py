"""Sculptures added to a bundle: the units of its network pulled together by importance, its edges in cables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from msgspec import structs

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.npz_write import Storable
from exporter.bundle.schema import Sculpture
from exporter.bundle.tensors import manifest_files
from exporter.bundling.bounds import check_parameters
from exporter.bundling.importances import Chosen, has_importance, importance_of, method_of
from exporter.bundling.net import UnitNet, unit_net
from exporter.bundling.parameters import Parameters
from exporter.bundling.web import Bundled
from exporter.bundling.webs import MOST_EDGES, Woven, web_of

Progress = Callable[[str, int, int], None]
Say = Callable[[str], None]
Result = dict[str, bool | int | float | str | None]
HISTORY_EDGES = 4000
HISTORY_POINTS = 16
DEFAULTS = Parameters()


def silent(_what: str, _done: int, _total: int) -> None:
    """Nothing is told."""


def unsaid(_words: str) -> None:
    """Nothing is said."""


@dataclass(frozen=True)
class Task:
    """How a network is bundled, how much is kept of it, and who is told of it."""

    parameters: Parameters = DEFAULTS
    most_edges: int = MOST_EDGES
    history_edges: int = HISTORY_EDGES
    progress: Progress = silent
    warn: Say = unsaid

    def check(self) -> None:
        """Raise `KerascopeError` where it cannot be done so."""
        check_parameters(self.parameters)
        for what, count, least in (("edges", self.most_edges, 1), ("histories", self.history_edges, 0)):
            if count < least:
                raise KerascopeError(f"so many {what} cannot be kept", expected=f"{least} or more", got=count)


def sculpt_bundle(
    bundle: Path | str,
    *,
    method: str | None = None,
    checkpoint_ids: tuple[str, ...] = (),
    parameters: Parameters = DEFAULTS,
    most_edges: int | None = None,
    history_edges: int = HISTORY_EDGES,
    progress: Progress = silent,
    warn: Say = unsaid,
) -> tuple[str, ...]:
    """The ids of the sculptures that were added to a bundle, one a checkpoint, all of them in one step.

    Parameters
    ----------
    bundle : its folder.
    method : by which importance; `None`: the one added last, else `weight`, which is computed of the weights alone.
    checkpoint_ids : of which checkpoints; empty: the first and the last one whose weights the bundle holds.
    parameters : of the bundling.
    most_edges : how many edges are bundled at most, the most important ones; `None`: 200,000.
    history_edges : of how many edges it is kept how they came about.
    progress : is told what is done, how much of it and of how much.
    warn : is told what was left out, a line each.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; the bundle is as it was then.
    """
    task = Task(parameters, MOST_EDGES if most_edges is None else most_edges, history_edges, progress, warn)
    task.check()
    read_bundle(bundle)
    with BundleWriter.append(bundle) as writer:
        there = read_bundle(writer.path)
        sculptures = tuple(_sculptures(writer, there, method, checkpoint_ids, task))
        manifest = there.manifest
        writer.commit(structs.replace(manifest, sculptures=(*manifest.sculptures, *sculptures)))
    return tuple(sculpture.id for sculpture in sculptures)


def write_sculpture(
    writer: BundleWriter, file: str, entry: Sculpture, net: UnitNet, chosen: Chosen, task: Task
) -> Sculpture:
    """The entry with everything that it lacked: bundled, measured, and its arrays written as `file`.

    Raises
    ------
    KerascopeError
        there is no edge to bundle, or numba is not installed.
    """
    woven = web_of(net, chosen.layers, task.parameters, task.most_edges)
    _check_edges(woven, entry.checkpoint, writer.path, task.warn)
    bundled, result = _bundled(woven, task)
    options = {**asdict(task.parameters), "most_edges": task.most_edges}
    return structs.replace(
        entry,
        layers=net.layers,
        classes=chosen.classes,
        options=options,
        result=result,
        tensors=writer.write(file, _arrays(woven, bundled)),
    )


def named(id_: str, checkpoint: str, method: str) -> Sculpture:
    """An entry that has its name and nothing else yet."""
    return Sculpture(id=id_, checkpoint=checkpoint, method=method, layers=(), options={}, result={}, tensors={})


def _sculptures(
    writer: BundleWriter, bundle: Bundle, method: str | None, checkpoint_ids: tuple[str, ...], task: Task
) -> Iterator[Sculpture]:
    """The entries of new sculptures, each of them written."""
    by = method_of(bundle, method)
    taken = {sculpture.id for sculpture in bundle.manifest.sculptures}
    files = manifest_files(bundle.manifest)
    for checkpoint in _checkpoints(bundle, by, checkpoint_ids, task.warn):
        net = unit_net(bundle, checkpoint)
        chosen = importance_of(bundle, net, checkpoint, by, task.warn)
        id_ = _free(f"{checkpoint}-{by}", "{}", taken)
        file = _free("derived/sculpture", "{}.npz", files)
        taken, files = taken | {id_}, files | {file}
        yield write_sculpture(writer, file, named(id_, checkpoint, by), net, chosen, task)


def _free(stem: str, form: str, taken: set[str] | frozenset[str]) -> str:
    """The stem, or where that is taken the stem and a number."""
    names = (form.format(stem), *(form.format(f"{stem}-{n}") for n in range(1, len(taken) + 1)))
    return next(name for name in names if name not in taken)


def _checkpoints(bundle: Bundle, method: str, asked: tuple[str, ...], warn: Say) -> tuple[str, ...]:
    """Those that were asked for, else the first and the last one that has weights and importance by this method."""
    for id_ in asked:
        if not has_importance(bundle, bundle.checkpoint(id_).id, method):
            what = f"the bundle holds no importance by {method} at the checkpoint {id_!r}"
            raise KerascopeError(what, remedy="add it with `kerascope importance`", path=bundle.path)
    if asked:
        return tuple(dict.fromkeys(asked))
    kept = [checkpoint.id for checkpoint in bundle.manifest.checkpoints if checkpoint.weights]
    if not kept:
        what = "the bundle holds no weights, so there are no edges to bundle"
        raise KerascopeError(what, remedy="export the model again with --weights full", path=bundle.path)
    weighed = [id_ for id_ in kept if has_importance(bundle, id_, method)]
    if not weighed:
        what = f"the bundle holds no importance by {method} at a checkpoint whose weights it holds"
        expected, remedy = f"one at {', '.join(kept[:8])}", "add it with `kerascope importance`"
        raise KerascopeError(what, expected=expected, remedy=remedy, path=bundle.path)
    ends = dict.fromkeys((kept[0], kept[-1]))
    chosen = tuple(id_ for id_ in ends if id_ in weighed)
    for id_ in ends.keys() - set(chosen):
        warn(f"the checkpoint {id_!r} is left out: there is no importance by {method} at it")
    return chosen or (weighed[-1],)


def _check_edges(woven: Woven, checkpoint: str, path: Path, warn: Say) -> None:
    if not woven.possible:
        what = f"there is no edge to bundle at the checkpoint {checkpoint!r}"
        raise KerascopeError(what, expected="layers with weights between them that are not all 0", path=path)
    if len(woven.weights) < woven.possible:
        kept = f"{len(woven.weights):,} of {woven.possible:,} edges are bundled (checkpoint {checkpoint})"
        warn(f"{kept}: they carry {woven.share:.1%} of the strength")


def _bundled(woven: Woven, task: Task) -> tuple[Bundled, Result]:
    """The web as it is bundled, and what is measured of it."""
    try:
        from exporter.bundling.bundle import bundle_web  # noqa: PLC0415 (they are compiled, which only this needs)
        from exporter.bundling.measures import distortion, ink  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "numba":
            raise
        what, remedy = "edges cannot be bundled without numba", "install it: pip install 'kerascope[sculpture]'"
        raise KerascopeError(what, remedy=remedy) from error
    keep = min(task.history_edges, len(woven.weights))
    bundled = bundle_web(woven.web, task.parameters, keep=keep, history_points=HISTORY_POINTS, progress=task.progress)
    return bundled, {
        "edges": len(woven.weights),
        "possible": woven.possible,
        "share": round(woven.share, 6),
        "ink": round(ink(bundled), 6),
        "distortion": round(distortion(bundled, woven.web.edges), 6),
    }


def _arrays(woven: Woven, bundled: Bundled) -> dict[str, Storable]:
    arrays: dict[str, Storable] = {
        "placed": bundled.placed,
        "positions": bundled.positions,
        "importance": woven.web.importance,
        "edges": woven.web.edges,
        "strength": woven.web.strength,
        "weight": woven.weights,
        "starts": bundled.starts,
        "points": bundled.points,
    }
    return arrays | ({"history": bundled.history} if bundled.history.shape[1] else {})
