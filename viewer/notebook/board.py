"""The cell's output: the picture, what to choose above it, the timeline below it, and a picture for when it rests."""

from __future__ import annotations

import asyncio
import io
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets
from PIL import Image

from exporter.bundle import KerascopeError
from viewer.notebook.clock import Clock
from viewer.notebook.hand import Hand
from viewer.notebook.picture import Picture
from viewer.window.offer import checkpoint_items, input_items, scene_items
from viewer.window.playable import wish_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.state import ViewState
    from viewer.study import Vantage
    from viewer.window.offer import Item
    from viewer.window.playable import Catalogue, Playable, Wish


RESIZE_SECS = 0.18
"""How long a size has to stay what it is before the scene is composed for it."""


class Board(ipywidgets.VBox):
    """A bundle in a notebook. What is chosen is built at once; a choice that cannot be shown is told and undone.

    Attributes
    ----------
    wish : what is shown.
    picture : the widget that draws it.
    clock : the widgets of the timeline.
    """

    def __init__(self, bundle: Bundle, catalogue: Catalogue, view: Vantage, size_px: tuple[int, int]) -> None:
        self.wish = wish = wish_of(view, size_px)
        self._bundle, self._catalogue = bundle, catalogue
        self._playable: Playable | None = None
        self._words = ipywidgets.HTML()
        self.clock = Clock(self._draw)
        self.picture = Picture(bundle, self._state, self.tell, view.study)
        self.picture.size_px = wish.size_px
        self.picture.css_width, self.picture.css_height = "100%", f"{wish.size_px[1]}px"
        self.picture.when_resized = self._on_resize
        self.scene = self._choice("Scene", scene_items(catalogue.summaries), "scene", wish.scene)
        self.input = self._choice("Input", input_items(bundle), "input_id", wish.input_id)
        self.checkpoint = self._choice("Checkpoint", checkpoint_items(bundle), "checkpoint_id", wish.checkpoint_id)
        self.theme = ipywidgets.ToggleButtons(options=["dark", "light"], value=wish.theme)
        self.theme.style.button_width = "4em"
        self.theme.observe(lambda change: self.want(theme=change["new"]), "value")
        self._still = ipywidgets.HTML()
        self._drawn: tuple[object, bytes] = (None, b"")
        self._resizing: asyncio.TimerHandle | None = None
        self._build(wish)
        self.picture.hand = Hand(view.offset)
        self.clock.go_to(view.at_secs)
        self._still.value = _img(self.png(), wish.size_px[0])
        row = ipywidgets.HBox([self.scene, self.input, self.checkpoint, self.theme])
        row.layout.flex_flow = "row wrap"
        super().__init__([row, self._still, self.picture, self.clock.row, self._words])

    def want(self, **changes: Any) -> None:
        """Show something else (fields of `viewer.window.playable.Wish`); what cannot be shown is told."""
        try:
            self._build(replace(self.wish, **changes))
        except KerascopeError as error:
            self.tell(str(error))
        self._put_choices()

    def tell(self, line: str) -> None:
        """A line under the timeline."""
        safe = line.replace("&", "&amp;").replace("<", "&lt;")
        self._words.value = f'<span role="alert">{safe}</span>' if line else ""

    def png(self) -> bytes:
        """The present frame, finely drawn, as a PNG file; at the size that the cell has, or was asked for."""
        shown = self.picture.state(), self.picture.size_px
        if self._drawn[0] != shown:
            frame = self.picture.render()
            self._drawn = shown, b"" if frame is None else _png_of(frame)
        return self._drawn[1]

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widgets, and beside them the frame as a picture: a saved notebook shows it where no kernel runs."""
        made = super()._repr_mimebundle_(**options)
        data, metadata = made if isinstance(made, tuple) else (made, {})
        return {**data, "image/png": b64encode(self.png()).decode()}, metadata

    def _state(self) -> ViewState | None:
        return None if self._playable is None else self._playable.state_at(self.clock.at_secs)

    def _draw(self) -> None:
        self.picture.is_playing = self.clock.is_playing
        self.picture.stir()

    def _build(self, wish: Wish) -> None:
        playable = self._catalogue.build(wish)
        is_other = self._playable is None or wish.scene != self.wish.scene
        self.wish, self._playable = wish, playable
        self.clock.show(playable, is_other=is_other)
        self.picture.show_layout(playable.layout, resets_hand=is_other)
        self.tell("")

    def _choice(self, words: str, items: Sequence[Item], field: str, chosen: str | None) -> Any:
        options = [(item.words, item.id) for item in items]
        choice = ipywidgets.Dropdown(options=options, value=chosen, description=words)
        choice.layout.width = "16em"
        choice.style.description_width = "6em"
        choice.observe(lambda change: self._on_choice(field, change["new"]), "value")
        return choice

    def _on_choice(self, field: str, value: str | None) -> None:
        if getattr(self.wish, field) != value:
            self.want(**{field: value})

    def _put_choices(self) -> None:
        """The choices say what is shown, also after one that could not be."""
        wish = self.wish
        self.scene.value, self.theme.value = wish.scene, wish.theme
        self.input.value, self.checkpoint.value = wish.input_id, wish.checkpoint_id

    def _on_resize(self) -> None:
        """A browser looks: the still picture has done its work. Another shape is another composition of the scene."""
        self._still.layout.display = "none"
        if self._resizing is not None:
            self._resizing.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside of a kernel it is composed at once
            self._compose()
            return
        self._resizing = loop.call_later(RESIZE_SECS, self._compose)

    def _compose(self) -> None:
        if self.picture.size_px != self.wish.size_px:
            self.want(size_px=self.picture.size_px)


def _png_of(frame: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, format="PNG")
    return stream.getvalue()


def _img(png: bytes, width_px: int) -> str:
    return f'<img alt="the scene" width="{width_px}" src="data:image/png;base64,{b64encode(png).decode()}">'
