"""What a person is told of a survey, a line each."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.extent import size_text
from exporter.surveying.asked import PICTURE_BYTES, Asked
from exporter.surveying.plan import Plan
from exporter.surveying.write import Found
from exporter.writing import Warn

_NAMED = 5


def tell_plan(plan: Plan, asked: Asked, tell: Warn) -> None:
    """Say how much there is to do, and what of the wish cannot be."""
    of = f" at {len(plan.passes)} checkpoints" if len(plan.passes) > 1 else ""
    tell(f"{plan.data.count:,} images through {len(plan.layers)} layers{of}; features of {_listed(plan.features)}")
    if plan.top < asked.top:
        tell(f"there are {plan.data.count} images: as many are kept of each channel, and not {asked.top}")
    if not plan.shows_pictures:
        tell("the inputs are no pictures: there are no thumbnails")


def tell_found(found: Found, class_names: Sequence[str], warn: Warn) -> None:
    """Say what is unusual about what was found."""
    plan, images = found.plan, found.images
    if images.skipped:
        said = [f"{name} ({reason})" for name, reason in images.skipped]
        warn(f"{len(said)} of {plan.data.count} images were left out: {_listed(said)}")
    for checkpoint, merged in zip(plan.passes, found.passes, strict=True):
        for name, count in merged.nan_images.items():
            at = f" at checkpoint {checkpoint}" if len(plan.passes) > 1 else ""
            warn(f"layer {name!r}{at}: {count} of {merged.images} images have features that are no number")
    if plan.classes is None:
        warn("the model does not tell classes apart: there are no answers")
    elif plan.by_true:
        there = set(found.passes[0].classes)
        empty = [each for each in range(plan.classes) if each not in there]
        names = [class_names[each] if each < len(class_names) else str(each) for each in empty]
        if names:
            warn(f"{len(names)} of {plan.classes} classes have no image: {_listed(names)}")


def tell_pictures(kept: int, images: int, asked: Asked, tell: Warn) -> None:
    """Say which pictures were kept, where that was not all or was not asked for."""
    if 0 < kept < images:
        size = size_text(PICTURE_BYTES)
        why = "" if asked.pictures == "top" else f": all would be over {size}"
        tell(f"pictures of {kept:,} of {images:,} images, the strongest of some channel{why}")
    elif kept:
        tell(f"pictures of all {images:,} images")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED + 1 else ""
    return ", ".join(names[: _NAMED if more else _NAMED + 1]) + more if names else "none"
