"""The small bundle with a drawing in it, answered in numpy and saved as a person's would be."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from viewer.live.moments import Moment, asked_of
from viewer.live.reply import Reply
from viewer.live.saving import save_drawing
from viewer.live.strokes import Stroke
from viewer.live.whole_pass import whole_pass

STROKES = (
    Stroke(((0.2, 0.2), (0.5, 0.2), (0.8, 0.25)), 0.2),
    Stroke(((0.8, 0.25), (0.6, 0.6), (0.4, 0.9)), 0.3),
    Stroke(((0.3, 0.5),), 0.2, erases=True),
)
BACKGROUND = (0,)


def moments_of(bundle: Bundle, strokes: tuple[Stroke, ...] = STROKES, most: int = 5) -> tuple[Moment, ...]:
    """The moments of a drawing with what the network of a bundle makes of them, at once."""
    at = bundle.final_checkpoint.id
    last = bundle.manifest.model.outputs[0]
    made = []
    for asked in asked_of(bundle, strokes, BACKGROUND, most):
        outputs = whole_pass(bundle, at, asked.fed)
        made.append(Moment(asked, Reply(1, outputs, outputs[last].reshape(-1), 0.0)))
    return tuple(made)


def add_drawing(path: Path, label: str = "a sign") -> str:
    """The id of a drawing that has been added to a bundle."""
    return save_drawing(path, STROKES, moments_of(read_bundle(path)), background=BACKGROUND, label=label, true_class=1)


@cache
def drawn_bundle() -> Bundle:
    """The small bundle with a drawing of five moments. Nobody may change it."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = make_tiny_bundle(Path(folder.name) / "drawn.bundle")
    add_drawing(path)
    return read_bundle(path)
