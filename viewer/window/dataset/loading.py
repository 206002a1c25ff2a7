"""Images of a data set brought into the net, the way a drawing goes, and what was there before brought back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal

from viewer.window.dataset.pictures import named_image, picture_for_net
from viewer.window.errand import Errand
from viewer.window.live.live import SCENE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from viewer.study import Vantage
    from viewer.window.live.sheet import Named
    from viewer.window.parts import Parts
    from viewer.window.playable import Playable, Wish

BACK, IS_BACK = "Esc brings back what was shown before", "back to what was shown before"


class Loading(QObject):
    """Loads an image of a survey into the net; `changed` tells that another one is there, or another answer to it.

    Where the person then leaves the scene that shows it, the image stays, and there is no way back any more; where they
    choose an input of the bundle, that is shown in the scene from before.
    """

    changed = Signal()

    def __init__(self, window: Parts) -> None:
        super().__init__()
        self._window, self._live = window, window.live
        self._before: Vantage | None = None
        self._survey: Survey | None = None
        self._is_there = self._is_told = False
        self._errand = Errand("image", self)
        self._errand.done.connect(self._on_read)
        self._errand.failed.connect(lambda _row, line: window.desk.failed.emit(line))
        # After the window has put the scene up: what is gone back to would be taken for where that has arrived.
        window.chooser.built.connect(self._on_built, Qt.ConnectionType.QueuedConnection)
        self._live.drawn.connect(self.changed)
        self._live.answered.connect(self._on_answered)

    @property
    def known(self) -> Named | None:
        """The image that is in the net; `None` where none is."""
        known = self._live.easel.known
        return known if known is not None and known.row is not None else None

    @property
    def survey(self) -> Survey | None:
        """Of which survey that is."""
        return None if self.known is None else self._survey

    @property
    def picture(self) -> NDArray[np.uint8]:
        """What is in the net, (H, W, C) uint8."""
        return self._live.easel.picture

    @property
    def can_go_back(self) -> bool:
        """Whether there is something to bring back."""
        return self._before is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read."""
        return self._errand.is_idle

    @property
    def answer(self) -> NDArray[np.float32] | None:
        """What the network says of the image; `None` before that is known, and while answers are hidden."""
        answer = self._live.answer
        is_known = answer is not None and answer.picture is self._live.easel.picture and not self._live.is_veiled
        return answer.reply.scores if answer is not None and is_known and self.known is not None else None

    def load(self, survey: Survey, row: int) -> None:
        """Bring an image into the net, or tell in a line why that cannot be."""
        if self._live.barred:
            self._window.desk.failed.emit(self._live.barred)
            return
        bundle = self._window.desk.bundle
        self._errand.ask(survey, partial(_read, bundle, survey, row))

    def go_back(self) -> bool:
        """Bring back what was shown before; whether there was something."""
        return self._return_to(self._before)

    def close(self) -> None:
        """Read nothing more."""
        self._errand.stop()
        self._window.chooser.built.disconnect(self._on_built)

    def _return_to(self, before: Vantage | None) -> bool:
        if before is None:
            return False
        self._before = None
        self._live.unload()
        self._window.travel.go_to(before)
        self._window.desk.told.emit(IS_BACK)
        self.changed.emit()
        return True

    def _on_read(self, survey: Survey, read: tuple[NDArray[np.uint8], Named]) -> None:
        picture, named = read
        self._survey = survey
        if self._before is None:
            self._before, self._is_there = self._window.travel.vantage(), False
        self._is_told = False
        self._live.load(picture, named)
        self._on_answered()

    def _on_answered(self) -> None:
        """Say so once the network has answered; where nobody can, what was shown before is better than nothing."""
        known, status = self.known, self._live.answers.status
        if known is not None and not self._is_told:
            if status.kind == "failed":
                self._is_told = True
                self.go_back()
                self._window.desk.failed.emit(status.words)
            elif self._live.answer is not None and self._live.answer.picture is self.picture:
                self._is_told = True
                self._window.desk.told.emit(f"{known.name} is in the net: {BACK}")
        self.changed.emit()

    def _on_built(self, _: Playable, wish: Wish, __: bool) -> None:
        """See whether what was built still is about the image."""
        before = self._before
        if before is None:
            return
        if wish.scene == SCENE:
            is_first, self._is_there = not self._is_there, True
            if not is_first and wish.input_id != before.input_id:
                self._return_to(replace(before, input_id=wish.input_id))
        elif self._is_there:
            self._before = None
            self.changed.emit()


def _read(bundle: Bundle, survey: Survey, row: int) -> tuple[NDArray[np.uint8], Named]:
    return picture_for_net(bundle, survey, row), named_image(bundle, survey, row)
