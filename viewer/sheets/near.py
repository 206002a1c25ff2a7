"""The sheet of nearest images: a few images, each with its nearest by features and by pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import PALETTES
from viewer.learned.classes import class_label
from viewer.learned.nearness import beside_pixels, nearness_of, telling_rows
from viewer.learned.read import image_names, shown_image, survey_of
from viewer.sheets.matrix import rate_text
from viewer.sheets.page import enlarged, row_px_for
from viewer.sheets.sheet import Group, Rgb, Sheet, Tile
from viewer.sheets.subject import SMOOTH_FROM_PX, Subject, rgb_of

if TYPE_CHECKING:
    from exporter.bundle.schema import Survey
    from viewer.learned.nearness import Nearness

QUERIES, TOP, MOST_TOP = 5, 8, 24
LARGEST_PX, LEAST_PX = 160, 44
WRONG, RIGHT = "\u2260", "="
WRONG_PX, RIGHT_PX = 6, 2
_MARKS = f"{RIGHT}, thin frame: of the image's class; {WRONG}, thick frame with a cross: of another."
_NUMBERS = "Numbers are Euclidean distances; those by features and those by pixels cannot be compared."


def sheet_of_neighbours(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where no neighbours were found, or no thumbnails were kept."""
    bundle = subject.bundle
    survey = survey_of(bundle, subject.survey_id)
    entries = beside_pixels(bundle, survey, subject.layer, subject.checkpoint_id)
    features, pixels = (nearness_of(bundle, survey, each) for each in entries)
    top = min(subject.top or TOP, features.k, pixels.k, MOST_TOP)
    if subject.top is not None and subject.top > top:
        nearness_of(bundle, survey, min((features, pixels), key=lambda near: near.k).entry, subject.top)
    rows, why = telling_rows(features, pixels, QUERIES)
    px = row_px_for(top + 1, LARGEST_PX, LEAST_PX)
    groups = [
        _group(subject, survey, near, row, (top, px)) for row in rows for near in (features, pixels)
    ]  # fmt: skip
    rates = ", ".join(
        f"by {_of(near)} {rate_text(near.accuracy)}" for near in (features, pixels) if near.accuracy is not None
    )
    notes = [f"{why[:1].upper()}{why[1:]}.", *((_MARKS,) if features.own is not None else ()), _NUMBERS]
    if rates:
        notes.insert(0, f"Of all images, so many have neighbours of which most are of their class: {rates}.")
        subject.tell(f"most of the nearest are of the image's class: {rates}")
    title = f"Nearest images: {rates}" if rates else "Nearest images"
    k = f"{features.k}" if features.k == pixels.k else f"{features.k} and {pixels.k}"
    beside = f"{subject.model_name}, {k} neighbours each"
    return Sheet(title, beside, tuple(groups), (), tuple(notes))


def _of(near: Nearness) -> str:
    return "pixels" if near.entry.layer is None else f"features of {near.of}"


def _group(subject: Subject, survey: Survey, near: Nearness, row: int, size: tuple[int, int]) -> Group:
    top, px = size

    def shown(image: int) -> Rgb:
        picture = shown_image(subject.bundle, survey, image)
        return enlarged(Tile(rgb_of(picture), "", is_smooth=min(picture.shape[:2]) >= SMOOTH_FROM_PX), px)

    own = -1 if near.own is None else int(near.own[row])
    said = f", {_class(subject, own)}" if own >= 0 else ""
    (name,) = image_names(subject.bundle, survey, [row])
    tiles = [Tile(shown(row), "asked", (class_label(subject.bundle, own),), is_smooth=True)]
    for rank, other in enumerate(near.images[row, :top].tolist()):
        its = -1 if near.classes is None else int(near.classes[row, rank])
        agrees = None if own < 0 or its < 0 else own == its
        picture = _framed(shown(other), agrees, subject)
        sign = "" if agrees is None else f"{RIGHT} " if agrees else f"{WRONG} "
        distance = float(near.distances[row, rank])
        line = f"{distance:,.0f}" if 1000 <= distance < 1e7 else f"{distance:#.3g}".removesuffix(".")
        called = class_label(subject.bundle, its) or image_names(subject.bundle, survey, [other])[0]
        tiles.append(Tile(picture, f"{sign}{called}", (line,), is_smooth=True))
    return Group(tuple(tiles), px, f"{name}{said}: nearest by {_of(near)}")


def _class(subject: Subject, number: int) -> str:
    label = class_label(subject.bundle, number)
    return label if label.startswith("class ") else f"class {label}"


def _framed(picture: Rgb, agrees: bool | None, subject: Subject) -> Rgb:
    """A picture with the frame of right or wrong, and of wrong a cross in the corner."""
    if agrees is None:
        return picture
    roles, px = PALETTES[subject.theme].roles, RIGHT_PX if agrees else WRONG_PX
    colour = np.rint(np.array(roles["text" if agrees else "alarm"]) * 255).astype(np.uint8)
    made = picture.copy()
    made[:px], made[-px:], made[:, :px], made[:, -px:] = colour, colour, colour, colour
    if not agrees:
        side = max(min(made.shape[:2]) // 6, 6)
        down, across = np.mgrid[:side, :side]
        is_cross = (np.abs(down - across) <= 1) | (np.abs(down + across - side + 1) <= 1)
        corner = made[px + 4 : px + 4 + side, -px - 4 - side : -px - 4]
        corner[is_cross[: corner.shape[0], : corner.shape[1]]] = colour
    return made
