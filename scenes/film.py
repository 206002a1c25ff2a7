"""A scene ready to be drawn: of one bundle in the whole frame, or of two bundles, each in its half."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as with_changes

from exporter.bundle.errors import KerascopeError
from scenes.frames import Image, Renderer, frame_times
from scenes.halves import Part, composed, halves, whole
from scenes.muted import answering
from scenes.partner import left_out, named_apart, options_beside
from scenes.registry import scene
from scenes.timeline import Timeline
from scenes.viewed import viewed
from scenes.waiting import check_ready
from viewer.foreign import native
from viewer.stage import Stage

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.registry import Scene
    from viewer.layout import Layout
    from viewer.state import Theme, ViewState
    from viewer.study import Vantage


@dataclass(frozen=True, slots=True)
class Act:
    """The scene of one bundle, built for the part of the frame that it fills."""

    bundle: Bundle
    layout: Layout
    timeline: Timeline
    part: Part


@dataclass(frozen=True, slots=True)
class Film:
    """One act, or two side by side. `notes` are what of the choices the second bundle does not have.

    Both acts begin and end together: the film lasts as long as the longer one, and the shorter one is stretched evenly,
    as the window shows it. So a film of two loops is a loop, and neither half is cut off or waits for the other.
    """

    acts: tuple[Act, ...]
    theme: Theme
    notes: tuple[str, ...] = ()

    @property
    def duration_secs(self) -> float:
        """How long the longer act takes."""
        return max(act.timeline.duration_secs for act in self.acts)

    @property
    def loops(self) -> bool:
        """Whether the end leads into the start."""
        return all(act.timeline.loops for act in self.acts)

    def states_at(self, t_secs: float) -> tuple[ViewState, ...]:
        """What each part shows at a time of the film."""
        return tuple(act.timeline.state_at(self._own_secs(act, t_secs)) for act in self.acts)

    def _own_secs(self, act: Act, t_secs: float) -> float:
        own_secs, whole_secs = act.timeline.duration_secs, self.duration_secs
        return t_secs if own_secs == whole_secs else t_secs / whole_secs * own_secs

    def times(self, fps: float) -> tuple[float, ...]:
        """When the frames of a recording are, as `frame_times`."""
        return frame_times(self.duration_secs, fps, self.loops)

    def frame(self, renderers: Sequence[Renderer], t_secs: float, supersample: int = 2) -> Image:
        """The picture at a time, (height, width, 3) uint8; `renderers` draw one part each."""
        images = [
            renderer.render(state, act.part.size_px, supersample=supersample)
            for renderer, state, act in zip(renderers, self.states_at(t_secs), self.acts, strict=True)
        ]
        return composed(images, [act.part for act in self.acts], self.theme)

    def frames(self, renderers: Sequence[Renderer], fps: float, supersample: int = 2) -> Iterator[Image]:
        """The pictures of all `times`, drawn when they are asked for."""
        for t_secs in self.times(fps):
            yield self.frame(renderers, t_secs, supersample)

    @contextmanager
    def stages(self) -> Iterator[tuple[Stage, ...]]:
        """What draws it: a stage per act, all in one context; they give back what they took."""
        with ExitStack() as opened:
            yield tuple(opened.enter_context(Stage(act.bundle, act.layout)) for act in self.acts)


def film_of(
    bundle: Bundle,
    beside: Bundle | None,
    scene_name: str,
    options: SceneOptions,
    view: Vantage | None = None,
    multiple: int = 1,
) -> Film:
    """The film of a scene; of two bundles where there is one `beside`, in halves parted at a multiple of `multiple`.

    Raises
    ------
    KerascopeError
        There is no such scene, or a bundle does not hold what it needs: says which.
    """
    chosen = scene(scene_name)
    if beside is None:
        return Film((_act(bundle, bundle, chosen, options, view, *whole(options.size_px)),), options.theme)
    asked = options_beside(options, bundle, beside)
    parts = halves(options.size_px, multiple)
    views = view, view and with_changes(view, study=native(view.study, beside.manifest))
    named = named_apart(bundle, beside)
    acts = [
        _act_beside(each, name, chosen, own, seen, part)
        for each, name, own, seen, part in zip((bundle, beside), named, asked, views, parts, strict=True)
    ]
    return Film(tuple(acts), options.theme, left_out(options, asked[1], beside))


def _act_beside(
    bundle: Bundle, named: Bundle, chosen: Scene, options: SceneOptions, view: Vantage | None, part: Part
) -> Act:
    """An act of two. Raises KerascopeError with the bundle that it is about."""
    try:
        return _act(bundle, named, chosen, options, view, part)
    except KerascopeError as error:
        if error.path is not None:
            raise
        told = {"expected": error.expected, "got": error.got, "remedy": error.remedy}
        raise KerascopeError(error.what, **told, path=bundle.path) from error


def _act(bundle: Bundle, named: Bundle, chosen: Scene, options: SceneOptions, view: Vantage | None, part: Part) -> Act:
    options = replace(options, size_px=part.size_px)
    layout = chosen.lay_out(bundle, options)
    timeline = chosen.build(answering(named, options.muted), layout, options)
    check_ready(timeline, chosen.name, bundle.path)
    return Act(bundle, layout, viewed(timeline, view, layout, bundle), part)
