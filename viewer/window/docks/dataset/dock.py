"""The dock of a data set: which survey, what thumbnails are coloured by, what excites a channel, what is in the net."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDockWidget, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.learned.read import survey_of
from viewer.window.choice import Choice
from viewer.window.dataset.loading import Loading
from viewer.window.dataset.thumbs import Thumbs
from viewer.window.dataset.words import COLOURS, barred_colour, pass_at, survey_words
from viewer.window.docks.action import row_of
from viewer.window.docks.dataset.loaded import LoadedPane
from viewer.window.docks.dataset.near import NearPane
from viewer.window.docks.dataset.patches import PatchPane
from viewer.window.docks.inspector.rows import Line
from viewer.window.offer import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.bundle.schema import Survey, SurveyPass
    from viewer.inspect.pick import Hit
    from viewer.study import Study
    from viewer.window.parts import Offer, Parts

EXCITES = "Which pictures excite it?"


class DataSetDock(QDockWidget):
    """Everything that the window knows of a survey; of a bundle that has none there is no such dock."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Data set", window)
        self._window, self._desk, self._bundle = window, window.desk, window.desk.bundle
        names = self._bundle.manifest.model.class_names
        self.loading = Loading(window)
        self.thumbs = Thumbs(window, self.loading)
        self.survey, self.told = Choice(220), Line("quiet")
        self.colour_by = Choice(180)
        self.patches, self.loaded, self.near = (
            PatchPane(self._bundle),
            LoadedPane(self.loading, window.live.kind, names),
            NearPane(self._bundle),
        )
        self._shown: Survey = survey_of(self._bundle)
        self._arrange()
        self._connect()
        self.refresh()

    @property
    def is_idle(self) -> bool:
        """Whether all is shown that was asked for."""
        return self.patches.is_idle and self.near.is_idle and self.loading.is_idle

    def offers(self, hit: Hit) -> Iterator[Offer]:
        """Lines of the menu for what was hit."""
        place, made = hit.place, self._made()
        looked_at = () if made is None else tuple(each.layer for each in made.layers)
        if hit.edge is None and place.channel is not None and place.output == 0 and place.layer in looked_at:
            yield EXCITES, partial(self._show_channel, place.layer, place.channel)

    def refresh(self) -> None:
        """Everything shows what is."""
        survey, made = self._shown, self._made()
        self.told.say(survey_words(self._bundle, survey, made))
        for name in COLOURS:
            self.colour_by.allow(name, barred_colour(self._bundle, survey, made, name))
        self.colour_by.put(self._desk.study.colour_by or "")
        self.patches.show_survey(survey, made)
        self._show_near()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """What was clicked meanwhile is looked up now."""
        super().showEvent(event)
        self._take_pinned(self._desk.study)
        self.patches.refresh()

    def forget(self) -> None:
        """Listen to nothing more: another bundle comes."""
        self.thumbs.close()
        self.loading.close()
        self.patches.close_work()
        self.near.close_work()

    def _made(self) -> SurveyPass | None:
        return pass_at(self._bundle, self._shown, self._window.navigator.checkpoint_id)

    def _show_near(self) -> None:
        known, at = self.loading.known, self._window.navigator.checkpoint_id
        self.near.show_row(self.loading.survey or self._shown, at, None if known is None else known.row)

    def _show_channel(self, layer: str, channel: int) -> None:
        """Be seen, with the pictures of a channel."""
        self.patches.show_place(layer, channel)
        self.show()
        self.raise_()
        self.patches.refresh()

    def _on_study(self, before: Study, after: Study) -> None:
        if before.pinned != after.pinned:
            self._take_pinned(after)
        self.colour_by.put(after.colour_by or "")

    def _take_pinned(self, study: Study) -> None:
        """The channel that was clicked."""
        place = study.pinned
        if place is not None and place.channel is not None and place.output == 0:
            self.patches.show_place(place.layer, place.channel)

    def _on_survey(self, survey_id: str) -> None:
        self._shown = self._bundle.survey(survey_id)
        self.refresh()

    def _on_colour(self, name: str) -> None:
        self._desk.set(colour_by=name or None)

    def _arrange(self) -> None:
        surveys = self._bundle.manifest.surveys
        self.survey.offer(tuple(Item(each.id, f"{each.id}: {each.source}") for each in surveys))
        self.survey.put(self._shown.id)
        self.survey.setVisible(len(surveys) > 1)
        self.survey.setAccessibleName("survey")
        self.colour_by.offer(tuple(Item(name, words) for name, words in COLOURS.items()))
        self.colour_by.setAccessibleName("colour by")
        whole = QWidget()
        whole.setObjectName("page")
        column = QVBoxLayout(whole)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        caption = QLabel("Colour by")
        caption.setBuddy(self.colour_by)
        caption.setObjectName("quiet")
        caption.setToolTip("what the thumbnails of the scene “embedding” are coloured by")
        column.addWidget(self.survey)
        column.addWidget(self.told)
        column.addLayout(row_of(caption, self.colour_by))
        for words, part in (("What excites a channel", self.patches), ("In the net", self.loaded)):
            column.addSpacing(4)
            heading = QLabel(words)
            heading.setObjectName("heading")
            column.addWidget(heading)
            column.addWidget(part)
        column.addWidget(self.near)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(whole)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(area)

    def _connect(self) -> None:
        window = self._window
        window.offers.append(self.offers)
        window.claims.append(self.thumbs.take)
        window.backs.append(self.loading.go_back)
        self._desk.changed.connect(self._on_study)
        window.navigator.changed.connect(self.refresh)
        self.survey.chosen.connect(self._on_survey)
        self.colour_by.chosen.connect(self._on_colour)
        self.loading.changed.connect(self._show_near)
        self.patches.loaded.connect(lambda row: self.loading.load(self._shown, row))
        self.near.loaded.connect(lambda row: self.loading.load(self.loading.survey or self._shown, row))
