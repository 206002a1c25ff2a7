"""What the scene of nearest images says, and how it marks what is of another class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.heading import broken, fitted
from scenes.panels.legends import colour_legend, legend_row, note
from scenes.panels.numbers import count
from viewer.learned.classes import class_label
from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.neighbours.places import Box, NearFrame
    from scenes.neighbours.subject import Query, Subject
    from viewer.learned.nearness import Nearness

NAME_PX, LINE_PX, SMALL_PX, NUMBER_PX = 28.0, 23.0, 21.0, 34.0
WRONG, RIGHT = "\u2260", "="
WRONG_FRAME_PX, RIGHT_FRAME_PX, CROSS_PX = 6.0, 3.0, 26.0
BAR_PX = 34.0
NARROW_PX, WHY_PX = 1250.0, 300.0


def subtitle(subject: Subject) -> str:
    """Behind the title."""
    return f"which of {count(subject.survey.images)} images are near to which?"


def opening(subject: Subject) -> tuple[str, ...]:
    """The sentence over the whole net."""
    return (
        f"Two images may be near in what {subject.features.of} makes of them,",
        "or in their pixels. That is not the same.",
    )


def asked(subject: Subject, query: Query, shown: int) -> tuple[str, ...]:
    """How many of the nearest are of the image's class, either way."""
    features, pixels = (_of_its_class(near, query.row, shown) for near in subject.sides)
    if features is None or pixels is None:
        both = set(subject.features.images[query.row].tolist()) & set(subject.pixels.images[query.row].tolist())
        many = f"{len(both)} of the {subject.features.k} nearest are the same either way;"
        return many, "the classes are not known."
    return f"Of the {shown} nearest, {features} are of its class by features,", f"{pixels} by pixels."


def ending(subject: Subject) -> tuple[str, ...]:
    """What is counted at the end."""
    known = 0 if subject.features.own is None else int((subject.features.own >= 0).sum())
    k = subject.features.k
    most = "the nearest image is" if k == 1 else f"most of the {k} nearest are"
    return f"Over all {count(known)} images: how often {most}", "of the image\u2019s own class."


def _of_its_class(near: Nearness, row: int, shown: int) -> int | None:
    if near.agrees is None or near.own is None or near.own[row] < 0:
        return None
    return int(near.agrees[row, :shown].sum())


def query_words(bundle: Bundle, query: Query, frame: NearFrame) -> Hud:
    """Its name and class, and what the network says of it."""
    left, top, wide, high = frame.query
    lines = [(query.name or f"image {query.row}", NAME_PX, True)]
    if query.true_class is not None:
        lines.append((f"class {_named(bundle, query.true_class)}", LINE_PX, False))
    if query.predicted is not None:
        lines.append((f"the network says {_named(bundle, query.predicted)}", LINE_PX, False))
    if frame.is_beside:
        room, at, x = frame.rows_box[0] - frame.left_px - 24.0, top + high + 36.0, frame.left_px
        x = min(left, frame.left_px + 20.0) if wide < room else left
    else:
        x, room, at = left + wide + 24.0, frame.right_px - left - wide - 24.0, top + 34.0
    words = [
        Words(fitted(text, room, size, bold), (x, at + 32.0 * nth), size, bold, "text" if bold else "dim")
        for nth, (text, size, bold) in enumerate(lines)
    ]
    return Hud(words=tuple(words))


def _named(bundle: Bundle, number: int) -> str:
    name = class_label(bundle, number)
    return name.removeprefix("class ") if name == f"class {number}" else name


def row_head(near: Nearness, frame: NearFrame, row: int) -> Hud:
    """What a row is near by."""
    x, y, room = frame.rows_box[0], frame.head_px(row), frame.rows_box[2]
    what = "by pixels" if near.entry.layer is None else f"by features of {near.of}"
    name = fitted(what, room, NAME_PX, True)
    words = [Words(name, (x, y), NAME_PX, True)]
    behind = x + width_of(name, NAME_PX, True) + 18.0
    more = "the nearest first, with their distances"
    if not row and behind + width_of(more, SMALL_PX) <= x + room:
        words.append(Words(more, (behind, y), SMALL_PX, role="dim"))
    return Hud(words=tuple(words))


def tile_words(bundle: Bundle, near: Nearness, query: Query, boxes: tuple[Box, ...]) -> Hud:
    """Under each tile its class, with a sign whether it is that of the image, and how far it is; round it a frame, thin
    where the class is the image's, thick with a cross where it is another.
    """
    words, lines = list[Words](), list[Polyline]()
    for at, (left, top, wide, high) in enumerate(boxes):
        own = -1 if near.classes is None else int(near.classes[query.row, at])
        agrees = None if query.true_class is None or own < 0 else own == query.true_class
        centre = left + wide / 2
        if own >= 0:
            sign = "" if agrees is None else f"{RIGHT} " if agrees else f"{WRONG} "
            text = fitted(f"{sign}{_named(bundle, own)}", wide + 12.0, LINE_PX, True)
            role = "alarm" if agrees is False else "text"
            words.append(Words(text, (centre, top + high + 27.0), LINE_PX, True, role, "centre"))  # type: ignore[arg-type]
        under = 54.0 if own >= 0 else 28.0
        distance = distance_text(float(near.distances[query.row, at]))
        words.append(Words(distance, (centre, top + high + under), SMALL_PX, role="dim", anchor="centre"))
        if agrees is not None:
            lines += _frame(left, top, wide, high, is_right=agrees)
    return Hud(lines=tuple(lines), words=tuple(words))


def _frame(left: float, top: float, wide: float, high: float, *, is_right: bool) -> list[Polyline]:
    right, low = left + wide, top + high
    px = RIGHT_FRAME_PX if is_right else WRONG_FRAME_PX
    role = "text" if is_right else "alarm"
    round_it = ((left, top), (right, top), (right, low), (left, low), (left, top))
    lines = [Polyline(round_it, role, px, 0.75 if is_right else 1.0)]  # type: ignore[arg-type]
    if not is_right:
        size, inside = min(CROSS_PX, 0.2 * wide), 9.0
        x, y = right - size - inside, top + inside
        lines += [
            Polyline(((x, y), (x + size, y + size)), "alarm", 5.0),
            Polyline(((x + size, y), (x, y + size)), "alarm", 5.0),
        ]
    return lines


def distance_text(value: float) -> str:
    """A distance to three digits.

    >>> distance_text(0.123456), distance_text(1234.5), distance_text(12.0)
    ('0.123', '1,234', '12.0')
    """
    return f"{value:,.0f}" if 1000 <= value < 1e7 else f"{value:#.3g}".removesuffix(".")


def accuracies(subject: Subject, frame: NearFrame, grown: float) -> Hud:
    """A bar for each of both, from nothing to all, as far as they have `grown`, with the numbers."""
    left, right, pitch = frame.left_px, frame.right_px, 150.0
    top = frame.top_px + max(frame.bottom_px - frame.top_px - 2 * pitch, 0.0) / 2
    number_px = width_of("100.0 %", NUMBER_PX, True) + 24.0
    long = right - left - number_px
    bars, words = list[Bar](), list[Words]()
    for row, near in enumerate(subject.sides):
        share, y = near.accuracy or 0.0, top + row * pitch + 30.0
        what = "pixels" if near.entry.layer is None else f"features of {near.of} at {_checkpoint(near)}"
        words.append(Words(fitted(f"by {what}", right - left, NAME_PX, True), (left, y), NAME_PX, True))
        bars.append(Bar((left, y + 18.0, long, BAR_PX), "track"))
        bars.append(Bar((left, y + 18.0, max(long * share * grown, 1.0), BAR_PX), "bar"))
        text = f"{share * grown * 100:.1f} %"
        words.append(Words(text, (right, y + 18.0 + BAR_PX * 0.85), NUMBER_PX, True, anchor="right"))
    return Hud(bars=tuple(bars), words=tuple(words))


def _checkpoint(near: Nearness) -> str:
    return f"checkpoint {near.entry.checkpoint}"


def legends(subject: Subject, frame: NearFrame, shown_input: str, *, is_marked: bool) -> Hud:
    """The colours of the net and of which input it shows; or, with marks, those, and why these images."""
    narrow = frame.width_px < NARROW_PX
    ramp = colour_legend("activation / \u00b1scale {own}", "activation", 240.0 if narrow else 300.0)
    right = frame.caption_left_px - 40.0 if frame.is_wide else frame.right_px
    of_net = note((f"the net shows {fitted(shown_input, 260.0, SMALL_PX)}", "an input of the bundle"))
    if not is_marked:
        return legend_row((ramp, of_net), frame.left_px, right)
    known = subject.features.own is not None
    marks = [f"{RIGHT} its class  {WRONG} another, thick frame"] if known else []
    marks += ["numbers: Euclidean distances,", "not comparable between rows"]
    pieces = (note(marks), of_net, note(broken(subject.chosen, WHY_PX, SMALL_PX)))
    return legend_row(pieces, frame.left_px, right)
