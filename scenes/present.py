"""The gallery as the window asks for it: scenes by name, built for a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scenes.apart import COMMAND
from scenes.muted import answering
from scenes.options import SceneOptions
from scenes.registry import scene, scene_summaries
from scenes.viewed import run_of
from viewer.layout import Layout, LayoutOptions, place
from viewer.window.playable import Playable, Wish

if TYPE_CHECKING:
    from exporter.bundle import Bundle

LAYOUTS_KEPT = 12


class Gallery:
    """A `Catalogue` of every scene of `scenes.gallery`, for one bundle.

    Layouts are kept by what they were made for, so that another input, theme or checkpoint is there at once.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._layouts: dict[LayoutOptions, Layout] = {}
        self.summaries = scene_summaries()
        self.command = COMMAND

    def of(self, bundle: Bundle) -> Gallery:
        """The gallery for another bundle."""
        return Gallery(bundle)

    def build(self, wish: Wish) -> Playable:
        """The scene of a wish.

        Raises
        ------
        KerascopeError
            There is no such scene, or the bundle does not hold what it needs.
        """
        chosen = scene(wish.scene)
        run_id = run_of(self._bundle, wish.input_id)
        options = SceneOptions(
            wish.size_px,
            wish.theme,
            wish.input_id,
            wish.checkpoint_id,
            run_id,
            wish.fold,
            wish.opened,
            wish.closed,
            wish.muted,
            layer=wish.layer,
            channel=wish.channel,
            at=wish.at,
            language=wish.language,
            lesson=None if wish.lesson is None else Path(wish.lesson),
        )
        layout = self._layout(chosen.layout_for(options))
        timeline = chosen.build(answering(self._bundle, options.muted), layout, options)
        return Playable(
            layout,
            timeline.duration_secs,
            timeline.state_at,
            timeline.loops,
            timeline.markers,
            timeline.stops_secs,
            timeline.pointed,
            timeline.live,
        )

    def _layout(self, options: LayoutOptions) -> Layout:
        if options not in self._layouts:
            while len(self._layouts) >= LAYOUTS_KEPT:
                self._layouts.pop(next(iter(self._layouts)))
            self._layouts[options] = place(self._bundle, options)
        return self._layouts[options]
