"""Images of a survey under the pointer, in clouds and albums: hovering tells what each is, a click loads it."""

from __future__ import annotations

import base64
import html
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QToolTip

from exporter.bundle import KerascopeError
from viewer.album import PatchTile
from viewer.learned.near_pointer import image_at
from viewer.learned.near_tile import image_of_tile, tile_at
from viewer.learned.read import survey_of, thumbnails
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.window.dataset.words import image_words, pass_at

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from viewer.album import Tile
    from viewer.window.dataset.loading import Loading
    from viewer.window.parts import Parts

HOVER_MS = 40
TIP_PX, OFF_PX = 96, 18
At = tuple[float, float]


class Thumbs(QObject):
    """Joins the hand over the picture to the clouds and albums of the scene."""

    def __init__(self, window: Parts, loading: Loading) -> None:
        super().__init__()
        self._window, self._loading, self._view = window, loading, window.view
        self._at: At | None = None
        self.hovered: tuple[str, int] | None = None
        self._soon = QTimer(self, singleShot=True, interval=HOVER_MS)
        self._soon.timeout.connect(self._hover)
        self._view.hand.pointed.connect(self._on_pointed)

    def close(self) -> None:
        """Listen no more."""
        self._soon.stop()
        self._view.hand.pointed.disconnect(self._on_pointed)

    def image_at(self, at_px: At) -> tuple[Survey, int, str | None] | None:
        """The image at a place of the widget in logical pixels: of which survey, its row, and whose answers colour it;
        `None` where there is none.
        """
        state = self._view.state()
        if state is None or not (state.clouds or state.albums):
            return None
        bundle, widget = self._window.desk.bundle, self._view.widget
        size_px = max(widget.width(), 1), max(widget.height(), 1)
        flat = REFERENCE_HEIGHT_PX / size_px[1]
        for album in reversed(state.albums):
            tile = tile_at(album, at_px[0] * flat, at_px[1] * flat)
            if tile is not None:
                return _of_tile(bundle, tile)
        for cloud in reversed(state.clouds):
            try:
                row = image_at(bundle, cloud, state.camera, size_px, *at_px)
            except KerascopeError:
                continue  # what is wrong with the cloud is told where it is drawn
            if row is not None:
                return survey_of(bundle, cloud.survey_id), row, cloud.checkpoint_id
        return None

    def _on_pointed(self, at_px: At | None) -> None:
        self._at = at_px
        if not self._soon.isActive():
            self._soon.start()

    def _hover(self) -> None:
        found = None if self._at is None else self.image_at(self._at)
        key = None if found is None else (found[0].id, found[1])
        if key == self.hovered:
            return
        self.hovered = key
        if found is None or self._at is None:
            self._window.words.point("")
            QToolTip.hideText()
            return
        survey, row, checkpoint_id = found
        bundle = self._window.desk.bundle
        is_veiled = self._window.live.is_veiled  # whoever lets others guess hides all answers
        made = None if is_veiled else pass_at(bundle, survey, checkpoint_id or "")
        words = image_words(bundle, survey, row, made)
        self._window.words.point("   ".join(words))
        place = QPoint(round(self._at[0]) + OFF_PX, round(self._at[1]))
        QToolTip.showText(self._view.widget.mapToGlobal(place), tip_of(bundle, survey, row, words), self._view.widget)

    def take(self, at_px: At) -> bool:
        """Load the image that is clicked; whether there is one."""
        found = self.image_at(at_px)
        if found is not None:
            QToolTip.hideText()
            self._loading.load(found[0], found[1])
        return found is not None


def _of_tile(bundle: Bundle, tile: Tile) -> tuple[Survey, int, str | None] | None:
    try:
        found = image_of_tile(bundle, tile)
    except KerascopeError:
        return None  # what is wrong with the tile is told where it is drawn
    at = tile.checkpoint_id if isinstance(tile, PatchTile) else None
    return None if found is None else (survey_of(bundle, found[0]), found[1], at)


def tip_of(bundle: Bundle, survey: Survey, row: int, words: tuple[str, ...]) -> str:
    """An image large enough to be recognised, over what is said of it, as rich text."""
    lines = "<br>".join(html.escape(line) for line in words)
    small = thumbnails(bundle, survey)
    if small is None:
        return f"<p>{lines}</p>"
    pixels = small[row]
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    times = max(TIP_PX // max(picture.size), 1)
    picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    content = BytesIO()
    picture.save(content, "PNG")
    coded = base64.b64encode(content.getvalue()).decode()
    return f"<p><img src='data:image/png;base64,{coded}'><br>{lines}</p>"
