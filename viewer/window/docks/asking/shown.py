"""The pictures of results as the dock shows and saves them: made once, kept for the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle import KerascopeError
from viewer.window.docks.asking.paint import painted
from viewer.window.snapshot import free_path, write_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.live.asked import FoundMap
    from viewer.state import Theme
    from viewer.window.asking.results import Result
    from viewer.window.parts import Parts

    Picture = NDArray[np.uint8]

MOST = 40


class Shown:
    """Of images what was made so far, of explanations the map over its picture."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._painted: dict[tuple[int, Theme], tuple[FoundMap, Picture]] = {}

    def picture_of(self, result: Result, theme: Theme) -> Picture | None:
        """The picture (H, W, 1 or 3) uint8 of a result; `None` before there is one."""
        now = result.now
        if not now.maps or now.ask.input_id is None:
            return now.picture
        key, found = (result.number, theme), now.maps[0]
        kept = self._painted.get(key)
        if kept is None or kept[0] is not found:
            while len(self._painted) >= MOST:
                self._painted.pop(next(iter(self._painted)))
            try:
                picture = self._bundle.image(now.ask.input_id)
            except KerascopeError:  # the bundle was replaced: the map alone
                picture = None
            kept = self._painted[key] = found, painted(picture, found, theme)
        return kept[1]

    def save(self, result: Result, window: Parts) -> None:
        """Write the picture under a free name, and say where."""
        desk, ask = window.desk, result.now.ask
        picture = self.picture_of(result, window.view.theme)
        if picture is None:
            return
        about = [ask.layer, None if ask.channel is None else f"channel {ask.channel}", _class_words(ask.class_)]
        words = "-".join(filter(None, (self._bundle.path.stem, ask.method, ask.input_id, *about)))
        path = free_path(window.folder, words)
        try:
            write_picture(picture[..., 0] if picture.shape[2] == 1 else picture, path)
            desk.told.emit(f"saved {path}")
        except KerascopeError as error:
            desk.failed.emit(str(error))


def _class_words(class_: int | None) -> str | None:
    return None if class_ is None else f"class {class_}"
