"""Recording from the window: a process of its own does it, so that the window stays fluid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from exporter.bundle.durable import recover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.study import Vantage
    from viewer.window.desk import Desk

TIDY_MS = 8000
NAME_CHARACTERS = 40
"""Of a file's name, in that of the folder that is worked in beside it."""
WALKED_ROUND = {".html": "html", ".glb": "glb"}
"""Files that are no film: the scene itself, for other programs."""
PROGRESS = re.compile(r"\b(\d+)/(\d+) \[")


@dataclass(frozen=True, slots=True)
class Take:
    """What is recorded into which file: the whole scene of a view. What is no film has neither size nor frames."""

    view: Vantage
    out: Path
    size_px: tuple[int, int] = (960, 540)
    fps: int = 25

    def arguments(self, bundle: Path) -> list[str]:
        """The words of the command."""
        what = [str(bundle), "--view", self.view.to_json(), "--out", str(self.out), "--overwrite"]
        if to := WALKED_ROUND.get(self.out.suffix.lower()):
            return ["convert", *what, "--to", to]
        size = f"{self.size_px[0]}x{self.size_px[1]}"
        return ["record", *what, "--size", size, "--fps", str(self.fps), "--progress"]


def progress_in(text: str) -> tuple[int, int] | None:
    """The last count of frames in what the recording process has said, and of how many.

    >>> progress_in("a.gif:  12%|#1   | 3/25 [00:01<00:09]"), progress_in("importing")
    ((3, 25), None)
    """
    found = PROGRESS.findall(text)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


class Recorder(QObject):
    """One recording at a time. `gauge` shows how far it is, with a button that gives it up."""

    def __init__(self, desk: Desk, command: Sequence[str]) -> None:
        super().__init__()
        self._desk, self._command = desk, tuple(command)
        self._process: QProcess | None = None
        self._take: Take | None = None
        self._said = ""
        self._is_given_up = False
        self.gauge = QWidget()
        self._bar = QProgressBar()
        self._bar.setFixedWidth(150)
        stop = QToolButton()
        stop.setText("Cancel")
        stop.setToolTip("give the recording up (Ctrl+R)")
        stop.clicked.connect(self.cancel)
        row = QHBoxLayout(self.gauge)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._bar)
        row.addWidget(stop)
        self.gauge.hide()

    @property
    def is_recording(self) -> bool:
        """Whether a process is at work."""
        return self._process is not None

    def start(self, take: Take) -> None:
        """Begin; the file appears when it is whole."""
        if self._process is not None:
            return
        self._take, self._said, self._is_given_up = take, "", False
        self._bar.setRange(0, 0)
        self._bar.setFormat("%v of %m")
        self.gauge.show()
        process = QProcess(self)
        process.readyReadStandardError.connect(self._listen)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        process.start(self._command[0], [*self._command[1:], *take.arguments(self._desk.bundle.path)])
        self._desk.told.emit(f"recording {take.out.name}; Ctrl+R gives it up")

    def cancel(self) -> None:
        """Give the recording up; nothing of it is left."""
        if self._process is not None:
            self._is_given_up = True
            self._process.terminate()

    def close(self) -> None:
        """Give up, and wait until nothing is left."""
        process = self._process
        if process is None:
            return
        self.cancel()
        if not process.waitForFinished(TIDY_MS):
            process.kill()
            process.waitForFinished(TIDY_MS)

    def _listen(self) -> None:
        if self._process is None:
            return
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._said = (self._said + said)[-4000:]
        counted = progress_in(self._said)
        if counted is not None:
            self._bar.setRange(0, counted[1])
            self._bar.setValue(counted[0])

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said = f"{self._command[0]} cannot be started"
            self._on_finished(1)

    def _on_finished(self, code: int) -> None:
        take, process = self._take, self._process
        if take is None or process is None:
            return
        self._listen()
        self._process, self._take = None, None
        process.deleteLater()
        self.gauge.hide()
        if self._is_given_up or process.exitStatus() != QProcess.ExitStatus.NormalExit:
            _sweep(take.out)
        if self._is_given_up:
            self._desk.told.emit(f"gave up recording {take.out.name}")
        elif code == 0:
            self._desk.told.emit(f"recorded {take.out}")
        else:
            lines = [line for line in re.split(r"[\r\n]+", self._said) if line.strip()]
            self._desk.failed.emit((lines or ["the recording failed"])[-1].removeprefix("kerascope: "))


def _sweep(out: Path) -> None:
    """What a process that was ended by force has left beside the file."""
    recover(out.with_name(out.name[:NAME_CHARACTERS]))
