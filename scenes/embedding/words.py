"""What the scene of embeddings says: layers and epochs, what was measured, what colours mean, what an attack did."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scenes.panels.classes import class_name
from scenes.panels.heading import fitted
from scenes.panels.numbers import count, percent
from viewer.state import Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Embedding
    from scenes.embedding.attacked import Attacked
    from scenes.embedding.places import EmbeddingFrame

SUBTITLE = "where images lie, layer by layer"
NAMES = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}
HEAD_PX, DETAIL_PX, SMALL_PX = 34.0, 24.0, 22.0
GAP_PX, DOT_PX = 20.0, 12.0


def title_of(bundle: Bundle, embedding: Embedding | None) -> str:
    """Which layer, and when.

    >>> title_of(None, None)
    'class after class'
    """
    if embedding is None:
        return "class after class"
    if embedding.layer is None:
        return "pixels"
    return f"{embedding.layer}, {bundle.checkpoint(str(embedding.checkpoint)).label}"


def detail_of(embedding: Embedding | None, images: int) -> str:
    """How the layout was made, and what was measured of it."""
    if embedding is None:
        return f"{count(images)} images"
    placed = embedding.tensors["points"].shape[0]
    some = count(placed) if placed == images else f"{count(placed)} of {count(images)}"
    return f"{NAMES[embedding.method]} of {some} images{measured(embedding)}"


def measured(embedding: Embedding) -> str:
    """What is known of how true it is, behind a comma."""
    said = embedding.result.get("trustworthiness")
    # Cut, not rounded: 0.9996 is not 1.
    trust = f", trustworthiness {math.floor(said * 1000) / 1000:.3f}" if isinstance(said, float) else ""
    carried = embedding.result.get("explained_variance")
    share = f", {percent(carried)} of the variance" if isinstance(carried, float) and embedding.method == "pca" else ""
    return share + trust


def caveat(method: str) -> str:
    """What a reader must not take out of the picture."""
    if method == "pca":
        return "The axes are those along which the images differ most."
    return "Neighbours count; distances between clusters mean little."


def learned_said(embedding: Embedding, right: float | None) -> tuple[str, ...]:
    """What is to be seen at a checkpoint; `right` is the share of images that are taken for what they are."""
    what = f"The same images at {embedding.layer} while the network learns."
    return (what,) if right is None else (what, f"It takes {percent(right)} of them for what they are.")


def sentences(embedding: Embedding | None, method: str, *, has_classes: bool, is_pooled: bool) -> tuple[str, ...]:
    """What is to be seen; `is_pooled`: the features are means over the places of the layer's output."""
    if embedding is None:
        what = "Every image of the data set, class after class." if has_classes else "Every image of the data set."
        return (what, "How does the network sort them?")
    if embedding.layer is None:
        return ("Near each other: images whose pixels are alike.", caveat(method))
    if is_pooled:
        return (f"Near each other: images alike in the channel means of {embedding.layer}.", caveat(method))
    return (f"Near each other: images that {embedding.layer} takes for alike.", caveat(method))


def margin_said(median: float) -> tuple[str, ...]:
    """How sure the network is."""
    points = math.floor(median * 1000) / 10  # cut, not rounded: 99.97 is not 100
    return (f"For half the images the best class is ahead of the second by {points:g} points or more.",)


def wrong_said(wrong: int, known: int) -> tuple[str, ...]:
    """How many images are taken for another class."""
    if not wrong:
        return (f"All {count(known)} images are taken for what they are.",)
    return (f"{count(wrong)} of {count(known)} images are taken for another class ({percent(wrong / known)}).",)


def attack_said(attacked: Attacked, names: Sequence[str]) -> tuple[str, ...]:
    """What an attack did, as far as it is known."""
    lines = []
    moved = "" if attacked.epsilon is None else f": no pixel moves by more than {attacked.epsilon * 255:.2g}/255"
    lines.append(f"One image under attack ({attacked.method.upper()}){moved}.")
    after = attacked.taken_for[-1]
    if attacked.before is not None and after is not None:
        one, other = (f"{class_name(names, number)} ({percent(score)})" for number, score in (attacked.before, after))
        lines.append(f"Taken for {one} before and for {other} at the end.")
    return tuple(lines)


def moved_said(by_pixels: float, by_layer: float, layer: str) -> str:
    """How far an attack moves its image, as shares of the radius of the cloud."""
    return f"It moves by {by_pixels:.2f} of the cloud's radius by its pixels, by {by_layer:.2f} at {layer}."


def head(title: str, detail: str, frame: EmbeddingFrame) -> Hud:
    """The name of the layer, and how the layout was made behind it, or under it where there is no room."""
    room = frame.right_px - frame.left_px
    title = fitted(title, room, HEAD_PX, True)
    behind = frame.left_px + width_of(title, HEAD_PX, True) + 20.0
    is_behind = behind + width_of(detail, DETAIL_PX) <= frame.right_px
    at = (behind, frame.head_px) if is_behind else (frame.left_px, frame.head_px + 34.0)
    words = Words(title, (frame.left_px, frame.head_px), HEAD_PX, True)
    return Hud(words=(words, Words(fitted(detail, room, DETAIL_PX), at, DETAIL_PX, role="dim")))


def strip(names: Sequence[str], at: float, frame: EmbeddingFrame, y: float) -> Hud:
    """Names in a row, the place `at` among them marked by a knob that runs from one to the next.

    Where they are too long for the row, there are dots, and the name of the nearest one alone.
    """
    if len(names) < 2:
        return Hud()
    nearest = round(at)
    widths = [width_of(name, SMALL_PX, True) for name in names]
    room = frame.foot_right_px - frame.left_px
    if sum(widths) + 2 * GAP_PX * (len(names) - 1) <= room:
        lefts = [frame.left_px + sum(widths[:i]) + 2 * GAP_PX * i for i in range(len(names))]
        shown = list(names)
    else:
        pitch = min((room - max(widths) - GAP_PX) / len(names), 40.0)
        lefts = [frame.left_px + pitch * i for i in range(len(names))]
        shown, widths = [""] * len(names), [DOT_PX] * len(names)
        shown[nearest] = names[nearest]
    middles = [left + wide / 2 for left, wide in zip(lefts, widths, strict=True)]
    low = min(int(at), len(names) - 2)
    knob = middles[low] + (middles[low + 1] - middles[low]) * (at - low)
    dot_y = y + 15.0
    dots = [Polyline(((x - 2.0, dot_y), (x + 2.0, dot_y)), "dim", 5.0, 0.8) for x in middles]
    line = Polyline(((middles[0], dot_y), (middles[-1], dot_y)), "track", 3.0)
    mark = Polyline(((knob - 6.0, dot_y), (knob + 6.0, dot_y)), "accent", 10.0)
    is_dotted = any(not each for each in shown)
    words = [
        Words(name, (frame.left_px if is_dotted else x, y), SMALL_PX, i == nearest, "text" if i == nearest else "dim",
              "left" if is_dotted else "centre")
        for i, (name, x) in enumerate(zip(shown, middles, strict=True)) if name
    ]  # fmt: skip
    return Hud(lines=(line, *dots, mark), words=tuple(words))
