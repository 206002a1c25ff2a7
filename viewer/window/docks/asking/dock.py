"""The dock to ask the model: what a class or a channel looks for, and which pixels of the shown input matter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.inspect.samples import score_kind
from viewer.window.asking.about import METHODS, About, about_of, about_of_ask, about_words, asked_words
from viewer.window.choice import Choice
from viewer.window.docks.action import action_button, row_of
from viewer.window.docks.asking.lines import chosen_line, note_line, progress_line
from viewer.window.docks.asking.paint import largest_of
from viewer.window.docks.asking.pane import Curve, FormedPicture, Legend
from viewer.window.docks.asking.shown import Shown
from viewer.window.docks.asking.strip import ResultStrip
from viewer.window.docks.inspector.rows import Line
from viewer.window.docks.pad.status import StatusLine
from viewer.window.live.veil import telling_layers
from viewer.window.offer import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.inspect.pick import Hit
    from viewer.study import Study
    from viewer.window.asking.results import Result
    from viewer.window.parts import Offer, Parts

HINT = "Right click a channel, a unit or a class, or choose one above: what does it look for?"
LOOKS_FOR, PIXELS = "What does it look for?", "Which pixels?"
UNIT_LOOKS_FOR, UNIT_PIXELS = "What does this one unit look for?", "Which pixels does this one unit see?"
PREDICTED, LAST = "predicted", "last"
ICONLESS_PX = 260


class AskDock(QDockWidget):
    """Ask, watch it form, let it rest, keep it."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Ask", window)
        self._window, self.asking = window, window.asking
        bundle = window.desk.bundle
        self._names, self._kind = bundle.manifest.model.class_names, score_kind(bundle)
        self._telling = telling_layers(bundle)
        theme = lambda: window.view.theme  # noqa: E731 - asked anew for every painting
        self.about, self.method = Choice(ICONLESS_PX), Choice(150)
        self.looks_for = action_button(LOOKS_FOR, "an image that it answers to most, made step by step")
        self.pixels = action_button(PIXELS, "which pixels of the shown input speak for it")
        self.picture, self.legend, self.curve = FormedPicture(theme), Legend(theme), Curve(theme)
        self.question, self.progress, self.note = Line("inspectHeading"), Line("quiet"), Line("inspectNote")
        self.why = Line("quiet")
        self.laid = QCheckBox("on the picture in the scene")
        self.pause = action_button("Pause", "let it rest; it goes on from there later")
        self.cancel = action_button("Cancel", "end it; what has come of it stays here")
        self.keep = action_button("Keep", "write it into the bundle, as a run")
        self.png = action_button("PNG", "save the picture as PNG here")
        self.results, self.status = ResultStrip(), StatusLine(theme)
        self._shown = Shown(bundle)
        self._offered: About | None = None
        self._arrange()
        self._connect()
        self._offer_abouts()
        self.refresh()

    # --- What is asked ------------------------------------------------------------------------------------------------

    def offers(self, hit: Hit) -> Iterator[Offer]:
        """Lines of the menu for what was hit."""
        place = hit.place
        about = None if hit.edge is not None else about_of(self._window.desk.bundle, place, self._telling)
        if about is None:
            return
        if place.layer not in self._window.desk.bundle.manifest.model.inputs:
            yield LOOKS_FOR, partial(self.asking.ask_image, about.whole)
        yield PIXELS, partial(self.asking.ask_pixels, about.whole)
        if about.at is not None:
            yield UNIT_LOOKS_FOR, partial(self.asking.ask_image, about)
            yield UNIT_PIXELS, partial(self.asking.ask_pixels, about)

    def chosen_about(self) -> About:
        """What is chosen to be asked about."""
        row = self.about.currentIndex()
        return self._abouts[row] if 0 <= row < len(self._abouts) else About()

    def _on_asked(self) -> None:
        """Be seen: somebody has asked, and waits for what comes of it. The next question may be about the same."""
        chosen = self.asking.chosen
        if chosen is not None:
            self._offer_abouts(about_of_ask(chosen.now.ask))
        if self.visibleRegion().isEmpty():
            self.show()
            self.raise_()

    # --- What is shown ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Everything shows what is."""
        asking, chosen = self.asking, self.asking.chosen
        theme = self._window.view.theme
        words = [(each.number, self._shown.picture_of(each, theme), self._words(each)) for each in asking.results]
        self.results.show_results(words, None if chosen is None else chosen.number)
        self.results.setVisible(bool(words))
        self.status.show_status(asking.status, None)
        self.method.put(asking.method)
        is_map = chosen is not None and bool(chosen.now.maps)
        is_image = chosen is not None and chosen.now.ask.kind == "synthesise"
        for part, is_seen in ((self.legend, is_map), (self.curve, is_image), (self.laid, is_map)):
            part.setVisible(is_seen)
        hint = HINT if chosen is None else asking.status.words if chosen.now.is_under_way else ""
        self.picture.show_picture(None if chosen is None else self._shown.picture_of(chosen, theme), hint)
        self._show_buttons(chosen)
        if chosen is not None:
            self._show_result(chosen)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Another theme reaches the docks as another style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_abouts"):
            self.refresh()

    def _show_result(self, chosen: Result) -> None:
        now, asking = chosen.now, self.asking
        self.question.say(asked_words(now.ask, self._names))
        self.why.say(chosen_line(now))
        self.progress.say(progress_line(now, self._kind, self._names))
        self.note.say(note_line(now, is_laid=asking.is_laid, is_seen=asking.is_seen))
        if now.maps:
            self.legend.show_kind(now.maps[0].kind, largest_of(now.maps[0]))
        self.curve.show_losses(now.losses, now.of)
        self.laid.setChecked(asking.is_laid)

    def _show_buttons(self, chosen: Result | None) -> None:
        now = None if chosen is None else chosen.now
        rests = now is not None and now.stage == "paused"
        is_open = chosen is not None and not chosen.is_closed
        self.pause.setText("Resume" if rests else "Pause")
        self.pause.setEnabled(is_open and now is not None and (rests or now.is_under_way))
        self.cancel.setEnabled(is_open and now is not None and (rests or now.is_under_way))
        self.keep.setEnabled(is_open and now is not None and now.can_be_kept)
        self.png.setEnabled(self.picture.has_picture)

    def _words(self, result: Result) -> str:
        line = progress_line(result.now, self._kind, self._names)
        return f"{asked_words(result.now.ask, self._names)}\n{line}"

    # --- How it is put together ---------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.method.offer(tuple(Item(name, words, tip) for name, (words, tip) in METHODS.items()))
        self.method.setToolTip("how pixels are weighed")
        self.about.setToolTip("what is asked about; a click in the scene puts it here")
        whole = QWidget()
        whole.setObjectName("page")
        column = QVBoxLayout(whole)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(row_of(_caption("About", self.about), self.about))
        column.addLayout(row_of(self.looks_for))
        column.addLayout(row_of(self.pixels, self.method))
        column.addWidget(self.question)
        column.addWidget(self.why)
        column.addWidget(self.picture, 1)
        for part in (self.legend, self.curve, self.progress, self.note, self.laid):
            column.addWidget(part)
        column.addLayout(row_of(self.pause, self.cancel, self.keep, self.png))
        column.addWidget(self.results)
        column.addWidget(self.status)
        scroll = QScrollArea()  # all of it is higher than a low window
        scroll.setWidget(whole)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(scroll)

    def _connect(self) -> None:
        asking = self.asking
        asking.changed.connect(self.refresh)
        asking.asked.connect(self._on_asked)
        self.looks_for.clicked.connect(lambda: asking.ask_image(self.chosen_about()))
        self.pixels.clicked.connect(lambda: asking.ask_pixels(self.chosen_about()))
        self.method.chosen.connect(self._weigh_otherwise)
        self.pause.clicked.connect(asking.pause_or_resume)
        self.cancel.clicked.connect(asking.cancel)
        self.keep.clicked.connect(asking.keep)
        self.png.clicked.connect(self._save)
        self.laid.clicked.connect(asking.lay)
        self.results.picked.connect(asking.choose)
        self._window.desk.changed.connect(self._on_study)
        self._window.navigator.shown.changed.connect(self._on_shown)
        self._window.offers.append(self.offers)

    def _weigh_otherwise(self, method: str) -> None:
        """Another method for the question that is looked at; without one, for the next."""
        chosen = self.asking.chosen
        self.asking.method = method
        if chosen is not None and chosen.now.ask.kind == "explain":
            self.asking.ask_pixels(about_of_ask(chosen.now.ask), method)

    def _on_study(self, before: Study, after: Study) -> None:
        if before.pinned != after.pinned and after.pinned is not None:
            self._offer_abouts(about_of(self._window.desk.bundle, after.pinned, self._telling))

    def _on_shown(self) -> None:
        chosen = self.asking.chosen
        if chosen is not None and chosen.now.maps and not self.isHidden():
            self._show_result(chosen)

    def _offer_abouts(self, first: About | None = None) -> None:
        """What was clicked or asked about last, the class that is predicted, and every class."""
        self._abouts = [About(), *(About(class_=number) for number in range(len(self._names)))]
        items = [Item(PREDICTED, about_words(About(), self._names), "the class that is predicted for the shown input")]
        items += [Item(f"class {number}", name) for number, name in enumerate(self._names)]
        if first is not None and first not in self._abouts:
            self._abouts.insert(0, first)
            items.insert(0, Item(LAST, about_words(first, self._names), "what was clicked or asked about last"))
        self.about.offer(tuple(items))
        self.about.setCurrentIndex(0 if first is None else self._abouts.index(first))

    def _save(self) -> None:
        chosen = self.asking.chosen
        if chosen is not None:
            self._shown.save(chosen, self._window)


def _caption(words: str, buddy: QWidget) -> QLabel:
    caption = QLabel(words)
    caption.setBuddy(buddy)
    caption.setObjectName("quiet")
    return caption
