"""The images that are nearest to the one in the net: by features in one row, by pixels in another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from viewer.inspect.attack import class_name, share_text
from viewer.learned.nearness import nearness_of
from viewer.learned.patches import in_digits, whole_picture
from viewer.learned.read import image_names
from viewer.window.choice import Choice
from viewer.window.docks.dataset.tiles import Tile, TileList
from viewer.window.docks.inspector.rows import Line
from viewer.window.errand import Errand
from viewer.window.offer import Item

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Neighbours, Survey
    from viewer.learned.nearness import Nearness

    Found = tuple[tuple[str, tuple[Tile, ...]], ...]

OTHER = "\N{NOT EQUAL TO} "
"""Stands before the class of an image that is of another one than the image in the net."""


class NearPane(QWidget):
    """`loaded` brings the row of an image to load. Nothing is shown where no neighbours were made."""

    loaded = Signal(int)

    def __init__(self, bundle: Bundle) -> None:
        super().__init__()
        self._bundle = bundle
        self._survey: Survey | None = None
        self._row: int | None = None
        self._chosen: str | None = None
        self._waits = False
        self._made: dict[str, Nearness] = {}
        self.space = Choice(290)
        self.space.setAccessibleName("features of")
        self.space.setToolTip("the layer by whose features images are near")
        self.rows = (
            TileList("the nearest by features", wraps=False, lines=2),
            TileList("the nearest by pixels", wraps=False, lines=2),
        )
        self.titles = Line("quiet"), Line("quiet")
        self._errand = Errand("nearest", self)
        self._errand.done.connect(self._on_found)
        self._errand.failed.connect(lambda _asked, line: self._on_found(None, ((line, ()), ("", ()))))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.space)
        for title, row in zip(self.titles, self.rows, strict=True):
            column.addWidget(title)
            column.addWidget(row)
            row.loaded.connect(self.loaded)
        self.space.chosen.connect(self._choose)
        self.hide()

    @property
    def is_idle(self) -> bool:
        """Whether what was looked up last is shown."""
        return not self._waits

    def close_work(self) -> None:
        """Look up nothing more."""
        self._errand.stop()

    def show_row(self, survey: Survey, checkpoint_id: str, row: int | None) -> None:
        """Another image in the net, or none."""
        if (self._survey, self._row) == (survey, row):
            return
        if survey != self._survey:
            self._made.clear()
            self._chosen = None
        self._survey, self._row = survey, row
        entries = self._by_features()
        if self._chosen is None and entries:
            fits = [each for each in entries if each.checkpoint == checkpoint_id]
            self._chosen = (fits or entries)[-1].id
        self.space.offer(tuple(Item(each.id, f"features of {_space(self._bundle, each)}") for each in entries))
        if self._chosen is not None:
            self.space.put(self._chosen)
        self._ask()

    def _choose(self, id_: str) -> None:
        self._chosen = id_
        self._ask()

    def _by_features(self) -> list[Neighbours]:
        return [each for each in self._entries() if each.layer is not None]

    def _entries(self) -> list[Neighbours]:
        survey = self._survey
        return [] if survey is None else [n for n in self._bundle.manifest.neighbours if n.survey == survey.id]

    def _ask(self) -> None:
        survey, row = self._survey, self._row
        features = next((each for each in self._by_features() if each.id == self._chosen), None)
        pixels = next((each for each in reversed(self._entries()) if each.layer is None), None)
        self.setVisible(row is not None and (features is not None or pixels is not None))
        self.space.setVisible(len(self._by_features()) > 1)
        if survey is None or row is None or self.isHidden():
            self._errand.drop()
            self._waits = False
            return
        asked, self._waits = (features, pixels), True
        self._errand.ask(asked, partial(self._found, survey, row, asked))

    def _found(self, survey: Survey, row: int, asked: tuple[Neighbours | None, Neighbours | None]) -> Found:
        """In a thread: both rows, with what stands over each."""
        return tuple(("", ()) if entry is None else self._row_of(survey, row, entry) for entry in asked)

    def _row_of(self, survey: Survey, row: int, entry: Neighbours) -> tuple[str, tuple[Tile, ...]]:
        bundle = self._bundle
        if entry.id not in self._made:
            self._made[entry.id] = nearness_of(bundle, survey, entry)
        near = self._made[entry.id]
        right = "" if near.accuracy is None else f": {share_text(near.accuracy)} right by their vote"
        title = f"Nearest by {'pixels' if entry.layer is None else _space(bundle, entry)}{right}"
        if row >= len(near.images):
            return f"{title}; not of this image", ()
        agrees, names = near.agrees, bundle.manifest.model.class_names
        tiles = []
        for rank, other in enumerate(near.images[row].tolist()):
            distance = f"distance {in_digits(float(near.distances[row, rank]))}"
            name = image_names(bundle, survey, [other])[0]
            label = name
            if near.classes is not None and near.classes[row, rank] >= 0:
                is_other = agrees is not None and near.own is not None and near.own[row] >= 0 and not agrees[row, rank]
                label = (OTHER if is_other else "") + class_name(names, int(near.classes[row, rank]))
            words = f"{label}\n{in_digits(float(near.distances[row, rank]))}"
            tip = "\n".join((name, *((f"true class: {label}",) if label != name else ()), distance))
            tiles.append(Tile(other, whole_picture(bundle, survey, other)[0], words, tip))
        return title, tuple(tiles)

    def _on_found(self, _: object, found: Found) -> None:
        self._waits = False
        for (title, tiles), line, row in zip(found, self.titles, self.rows, strict=True):
            line.say(title)
            row.setVisible(bool(tiles))
            row.show_tiles(tiles)


def _space(bundle: Bundle, entry: Neighbours) -> str:
    """Which features: of which layer, and when."""
    if entry.checkpoint is None or len(bundle.manifest.checkpoints) < 2:
        return str(entry.layer)
    return f"{entry.layer}, {bundle.checkpoint(entry.checkpoint).label}"
