"""The scenes there are: every file of `scenes/gallery`, found by name and imported when it is asked for."""

from __future__ import annotations

import ast
import difflib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from exporter.bundle.errors import KerascopeError
from scenes.options import SceneOptions
from scenes.timeline import Timeline
from viewer.layout import Layout, LayoutOptions, place

if TYPE_CHECKING:
    from exporter.bundle import Bundle

Check = Literal["still", "frames", "run"]
Build = Callable[["Bundle", "Layout", SceneOptions], Timeline]

GALLERY = "scenes.gallery"


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of the gallery.

    `check` is how the tests look at it: one frame (`still`), some frames (`frames`), or only that it runs (`run`).
    A gallery file may have `layout_options(options)` where its net fills an unusual part of the frame.
    """

    name: str
    summary: str
    check: Check
    build: Build
    layout_options: Callable[[SceneOptions], LayoutOptions] = lambda _: LayoutOptions()

    def layout_for(self, options: SceneOptions) -> LayoutOptions:
        """What the layout of this scene is made for, groups folded as the person has chosen."""
        own = self.layout_options(options)
        return replace(own, fold=options.fold, opened=options.opened, closed=options.closed)

    def lay_out(self, bundle: Bundle, options: SceneOptions) -> Layout:
        """The layout that this scene is made for. Raises KerascopeError where a group to fold is not there."""
        return place(bundle, self.layout_for(options))


def scene_names(gallery: str = GALLERY) -> tuple[str, ...]:
    """The names of all scenes, sorted. Imports none of them."""
    modules = pkgutil.iter_modules([str(folder) for folder in _folders(gallery)])
    return tuple(sorted(module.name for module in modules if not module.name.startswith("_")))


def scene_summaries(gallery: str = GALLERY) -> dict[str, str]:
    """Name to summary, sorted by name. The files are parsed and not imported: listing costs no drawing library."""
    return {name: summary_of(_source(name, gallery)) for name in scene_names(gallery)}


def scene(name: str, gallery: str = GALLERY) -> Scene:
    """The scene of that name.

    Raises
    ------
    KerascopeError
        There is no such scene: says which there are, and the nearest. Or its file lacks a summary, `CHECK` or `build`.
    """
    names = scene_names(gallery)
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1)
        remedy = f"did you mean {nearest[0]!r}?" if nearest else "list them with `kerascope scenes`"
        raise KerascopeError("no such scene", expected=" or ".join(names), got=repr(name), remedy=remedy)
    source = _source(name, gallery)
    module = importlib.import_module(f"{gallery}.{name}")
    check = getattr(module, "CHECK", None)
    if check not in get_args(Check):
        kinds = "CHECK = " + " or ".join(repr(kind) for kind in get_args(Check))
        raise KerascopeError("a scene without its check", expected=kinds, got=repr(check), path=source)
    build = getattr(module, "build", None)
    if not callable(build):
        raise KerascopeError("a scene that cannot be built", expected="build(bundle, layout, options)", path=source)
    chosen = {"layout_options": module.layout_options} if hasattr(module, "layout_options") else {}
    return Scene(name, summary_of(source), cast(Check, check), cast(Build, build), **chosen)


def summary_of(source: Path) -> str:
    """The first line of a scene file's docstring.

    Raises
    ------
    KerascopeError
        It has none.
    """
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"), filename=str(source)))
    if not docstring:
        raise KerascopeError("a scene without a summary", expected="a docstring on the first line", path=source)
    return docstring.splitlines()[0]


def _folders(gallery: str) -> list[Path]:
    spec = find_spec(gallery)
    if spec is None:
        return []
    return [Path(folder) for folder in spec.submodule_search_locations or ()]


def _source(name: str, gallery: str) -> Path:
    return next(path for folder in _folders(gallery) if (path := folder / f"{name}.py").is_file())
