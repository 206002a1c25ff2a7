"""What a view names that a bundle does not hold: views are written by hand, and shown beside other bundles. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from exporter.bundle.errors import KerascopeError
from viewer.study import Study

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from exporter.bundle.schema import Manifest
    from viewer.state import Mute
    from viewer.study import Vantage


def check_view(vantage: Vantage, manifest: Manifest) -> None:
    """Refuse a view of another bundle.

    Raises
    ------
    KerascopeError
        It names an input, a checkpoint or a layer that is not there.
    """
    lists = {
        "input": ({shown.id for shown in manifest.inputs}, (vantage.input_id,)),
        "checkpoint": ({checkpoint.id for checkpoint in manifest.checkpoints}, (vantage.checkpoint_id,)),
        "layer": (_layers(manifest), (vantage.layer, *_named(vantage.study))),
    }
    for kind, (known, named) in lists.items():
        for name in named:
            if name is not None and name not in known:
                remedy = "take a view that was copied from this bundle"
                raise KerascopeError(f"this view is of another bundle: no such {kind}", got=repr(name), remedy=remedy)


def native(study: Study, manifest: Manifest) -> Study:
    """The study without what names layers that are not there."""
    known = _layers(manifest)
    pinned, edge = study.pinned, study.pinned_edge
    return replace(
        study,
        pinned=pinned if pinned is not None and pinned.layer in known else None,
        pinned_edge=edge if edge is not None and {edge.source, edge.target} <= known else None,
        isolated=_kept(study.isolated, known),
        opened=_kept(study.opened, known),
        closed=_kept(study.closed, known),
        muted=tuple(mute for mute in study.muted if set(_of_mute(mute)) <= known),
    )


def _layers(manifest: Manifest) -> set[str]:
    return {layer.name for layer in manifest.layers}


def _named(study: Study) -> Iterator[str]:
    yield from (*study.isolated, *study.opened, *study.closed)
    if study.pinned is not None:
        yield study.pinned.layer
    if study.pinned_edge is not None:
        yield from (study.pinned_edge.source, study.pinned_edge.target)
    for mute in study.muted:
        yield from _of_mute(mute)


def _of_mute(mute: Mute) -> tuple[str, ...]:
    return (mute.layer,) if mute.target is None else (mute.layer, mute.target)


def _kept(names: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in known)
