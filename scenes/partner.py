"""A bundle beside another: what it is shown with when that one's scene is asked for, and what it is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from msgspec import structs

from exporter.bundle.errors import KerascopeError
from scenes.choose import shown_name
from scenes.transfer.crafted import crafted_pair, recrafted
from viewer.foreign import native
from viewer.study import Study

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Manifest
    from scenes.options import SceneOptions


def options_beside(options: SceneOptions, first: Bundle, second: Bundle) -> tuple[SceneOptions, SceneOptions]:
    """What the scene of each bundle is built with.

    Where no attack is chosen, it is the same perturbation in both, if they have one in common (`crafted_pair`). The
    second bundle has the first one's choices, but for a checkpoint, groups and layers that it does not have: there the
    scene chooses.

    Raises
    ------
    KerascopeError
        The second bundle has no such input: two pictures would be compared that are not the same.
    """
    runs = crafted_pair(first, second, options.run_id)
    manifest = second.manifest
    if options.input_id is not None and options.input_id not in {shown.id for shown in manifest.inputs}:
        what, remedy = "no such input in the bundle beside", "leave --input out, or choose one that both have"
        raise KerascopeError(what, got=repr(options.input_id), remedy=remedy, path=second.path)
    return replace(options, run_id=runs[0]), replace(_native(options, manifest), run_id=runs[1])


def _native(options: SceneOptions, manifest: Manifest) -> SceneOptions:
    """The options without what names something that is not there."""
    study = native(Study(opened=options.opened, closed=options.closed, muted=options.muted), manifest)
    layers = {layer.name for layer in manifest.layers}
    has_groups = isinstance(options.fold, str) or set(options.fold) <= {group.name for group in manifest.groups}
    has_layer = options.layer in layers
    return replace(
        options,
        checkpoint_id=_known(options.checkpoint_id, {each.id for each in manifest.checkpoints}),
        fold=options.fold if has_groups else "auto",
        opened=study.opened,
        closed=study.closed,
        muted=study.muted,
        layer=options.layer if has_layer else None,
        channel=options.channel if has_layer else None,
    )


def _known(name: str | None, names: set[str]) -> str | None:
    return name if name in names else None


def left_out(asked: SceneOptions, given: SceneOptions, second: Bundle) -> tuple[str, ...]:
    """What was asked for and is not in the second bundle, a line each."""
    choices = (("checkpoint", asked.checkpoint_id, given.checkpoint_id), ("layer", asked.layer, given.layer))
    lost = [f"{kind} {name!r}" for kind, name, kept in choices if name != kept]
    lost += ["these groups"] if asked.fold != given.fold else []
    return tuple(f"{second.path.name} has no {what}: shown as the scene chooses" for what in lost)


def named_apart(first: Bundle, second: Bundle) -> tuple[Bundle, Bundle]:
    """Both bundles as scenes read them: under names that tell them apart where both would be called the same, and each
    told by that name where the other has what was made on it.
    """
    one, two = shown_name(first), shown_name(second)
    if one == two:
        ends = _tails(first.path.resolve(), second.path.resolve())
        one, two = f"{one} ({ends[0]})", f"{two} ({ends[1]})"
    return _retold(first, one, second, two), _retold(second, two, first, one)


def _retold(bundle: Bundle, name: str, other: Bundle, other_name: str) -> Bundle:
    manifest = bundle.manifest
    runs = tuple(recrafted(run, other, other_name) for run in manifest.runs)
    if name == shown_name(bundle) and runs == manifest.runs:
        return bundle
    model = structs.replace(manifest.model, name=name)
    return cast("Bundle", _Retold(bundle, structs.replace(manifest, model=model, runs=runs)))


def _tails(one: Path, two: Path) -> tuple[str, str]:
    """The last parts of two paths that differ; numbers where none does."""
    parts = zip(reversed(one.with_suffix("").parts), reversed(two.with_suffix("").parts), strict=False)
    return next(((a, b) for a, b in parts if a != b), ("1", "2"))


class _Retold:
    """Everything but the manifest is the bundle's own."""

    def __init__(self, bundle: Bundle, manifest: Manifest) -> None:
        self._bundle, self.manifest = bundle, manifest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bundle, name)
