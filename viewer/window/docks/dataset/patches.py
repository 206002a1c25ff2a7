"""The pictures that excite a channel most, in the part that it sees of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from exporter.bundle import KerascopeError
from viewer.learned.patches import hatched, in_digits, patches_of, pixels_of
from viewer.learned.read import layer_of
from viewer.window.choice import Choice
from viewer.window.dataset.words import patch_words
from viewer.window.docks.action import action_button, row_of
from viewer.window.docks.dataset.tiles import Tile, TileList
from viewer.window.docks.inspector.rows import Line
from viewer.window.errand import Errand
from viewer.window.offer import Item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey, SurveyPass
    from viewer.learned.patches import Patch

    Found = tuple[tuple[Patch, ...], tuple[Tile, ...], bool]

HINT = "Click a channel in the scene, or choose one here: these pictures excite it most."
ENLARGED = "the pictures were not kept: these are thumbnails, enlarged"


class PatchPane(QWidget):
    """A layer and a channel to choose, and its strongest patches. `loaded` brings the row of an image to load."""

    loaded = Signal(int)

    def __init__(self, bundle: Bundle) -> None:
        super().__init__()
        self._bundle = bundle
        self._survey: Survey | None = None
        self._made: SurveyPass | None = None
        self._place: tuple[str, int] | None = None
        self._found: tuple[str, str, str, int] | None = None
        self._waits = False
        self.layer, self.channel = Choice(200), QSpinBox()
        self.title, self.note = Line("inspectHeading"), Line("quiet")
        self.tiles = TileList("the pictures that excite the channel most", wraps=True)
        self.load = action_button("Into the net", "load the marked picture into the net (Enter, double click)")
        self._errand = Errand("patches", self)
        self._errand.done.connect(self._on_found)
        self._errand.failed.connect(lambda _asked, line: self._say("", line))
        self._arrange()
        self.layer.chosen.connect(lambda layer: self.show_place(layer, 0))
        self.channel.valueChanged.connect(self._on_channel)
        self.tiles.loaded.connect(self.loaded)
        self.tiles.picked.connect(lambda: self.load.setEnabled(self.tiles.marked is not None))
        self.load.clicked.connect(self._on_load)

    @property
    def is_idle(self) -> bool:
        """Whether what was looked up last is shown."""
        return not self._waits

    def show_survey(self, survey: Survey, made: SurveyPass | None) -> None:
        """Of which survey, and what it saw at one checkpoint; the channel stays."""
        if (survey, made) == (self._survey, self._made):
            return
        self._survey, self._made = survey, made
        layers = [] if made is None else [each.layer for each in made.layers]
        self.layer.offer(tuple(Item(name, name) for name in layers))
        self._ask()

    def show_place(self, layer: str, channel: int) -> None:
        """Another channel."""
        if (layer, channel) != self._place:
            self._place = layer, channel
            self._ask()

    def close_work(self) -> None:
        """Look up nothing more."""
        self._errand.stop()

    def refresh(self) -> None:
        """Show what is chosen, where that has not been done while nobody could see it."""
        self._ask()

    def _arrange(self) -> None:
        self.layer.setAccessibleName("layer")
        self.layer.setToolTip("the layer; a click on a channel in the scene puts it here")
        self.channel.setAccessibleName("channel")
        self.channel.setToolTip("the channel, or the unit")
        self.channel.setPrefix("channel ")
        self.channel.setKeyboardTracking(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(row_of(self.layer, self.channel))
        for part in (self.title, self.note, self.tiles, self.load):
            column.addWidget(part)
        self.tiles.hide()
        self.load.hide()
        self.note.say(HINT)

    def _on_channel(self, channel: int) -> None:
        if self._place is not None:
            self.show_place(self._place[0], channel)

    def _on_load(self) -> None:
        if self.tiles.marked is not None:
            self.loaded.emit(self.tiles.marked)

    def _ask(self) -> None:
        """Look up the patches of the channel, beside the drawing of frames; while nobody can see them, not at all."""
        survey, made, place = self._survey, self._made, self._place
        if survey is None or made is None or place is None or not self.isVisible():
            return
        asked = (survey.id, made.checkpoint, *place)
        if asked == self._found:
            return
        self._found = asked
        layer, channel = place
        try:
            channels = layer_of(self._bundle, made, layer).tensors["top_images"].shape[0]
        except KerascopeError:
            self._errand.drop()
            self._say("", f"the survey did not look at {layer}")
            return
        self.layer.put(layer)
        self.channel.blockSignals(True)
        self.channel.setRange(0, channels - 1)
        self.channel.setValue(channel)
        self.channel.blockSignals(False)
        self._waits = True
        self._errand.ask(asked, partial(_found, self._bundle, survey, made, layer, channel))

    def _on_found(self, asked: tuple[str, str, str, int], found: Found) -> None:
        patches, tiles, is_enlarged = found
        _, checkpoint_id, layer, channel = asked
        at = self._bundle.checkpoint(checkpoint_id).label
        if not patches:
            self._say(f"{layer}, channel {channel}, {at}", "silent: no picture of the survey excites it")
            return
        high, wide = patches[0].window.size
        count = f"{len(patches)} strongest pictures" if len(patches) > 1 else "strongest picture"
        note = f"the {count}, and what one unit sees of each: {wide} \N{MULTIPLICATION SIGN} {high} pixels"
        self._say(f"{layer}, channel {channel}, {at}", f"{note}; {ENLARGED}" if is_enlarged else note, tiles)

    def _say(self, title: str, note: str, tiles: Sequence[Tile] = ()) -> None:
        self._waits = False
        self.title.say(title)
        self.note.say(note)
        self.tiles.setVisible(bool(tiles))
        self.load.setVisible(bool(tiles))
        self.tiles.show_tiles(tiles)


def _found(bundle: Bundle, survey: Survey, made: SurveyPass, layer: str, channel: int) -> Found:
    """The patches of a channel, what they look like, and whether that is from thumbnails."""
    most = layer_of(bundle, made, layer).tensors["top_images"].shape[1]
    patches = patches_of(bundle, survey, layer, channel, most, made.checkpoint)
    cells = [pixels_of(bundle, survey, patch) for patch in patches]
    tiles = tuple(
        Tile(patch.image, hatched(each), in_digits(patch.value), patch_words(bundle, patch))
        for patch, each in zip(patches, cells, strict=True)
    )
    return patches, tiles, any(each.is_enlarged for each in cells)
