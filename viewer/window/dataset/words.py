"""What is said of a survey and of its images. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.inspect.attack import class_name, share_text
from viewer.learned.patches import in_digits
from viewer.learned.read import answers_of, image_names, pass_of, true_classes

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey, SurveyPass
    from viewer.learned.patches import Patch

COLOURS = {
    "": "as the scene does",
    "picture": "picture",
    "class": "true class",
    "prediction": "predicted class",
    "margin": "margin",
    "wrong": "wrong or right",
}
"""What thumbnails can be coloured by, and what that is called."""
NO_CLASSES, NO_ANSWERS = "the true classes are not known", "the network tells no classes apart"
NEEDS = {"class": (True, False), "prediction": (False, True), "margin": (False, True), "wrong": (True, True)}
"""Whether true classes are needed, and whether answers are."""


def pass_at(bundle: Bundle, survey: Survey, checkpoint_id: str) -> SurveyPass | None:
    """What the survey saw at a checkpoint, at its last one where it did not look at this; `None` where it saw none."""
    if not survey.passes:
        return None
    known = {each.checkpoint for each in survey.passes}
    return pass_of(bundle, survey, checkpoint_id if checkpoint_id in known else None)


def survey_words(bundle: Bundle, survey: Survey, made: SurveyPass | None) -> str:
    """Which survey it is, and how often the network was right."""
    words = [f"{survey.images:,} images", survey.source]
    right = None if made is None else accuracy(bundle, survey, made)
    if made is not None:
        words.append(bundle.checkpoint(made.checkpoint).label)
    if right is not None:
        words.append(f"{share_text(right)} right")
    return " · ".join(word for word in words if word)


def accuracy(bundle: Bundle, survey: Survey, made: SurveyPass) -> float | None:
    """The share of the images of a known class that are taken for it; `None` where none is known."""
    true, answers = true_classes(bundle, survey), answers_of(bundle, made)
    if true is None or answers is None or not (true >= 0).any():
        return None
    return float((answers.predicted == true)[true >= 0].mean())


def image_words(bundle: Bundle, survey: Survey, row: int, made: SurveyPass | None) -> tuple[str, ...]:
    """An image in a few words: its name, its true class, what it is taken for, and by what margin."""
    names = bundle.manifest.model.class_names
    words = [image_names(bundle, survey, [row])[0]]
    true, answers = true_classes(bundle, survey), None if made is None else answers_of(bundle, made)
    if true is not None and true[row] >= 0:
        words.append(f"true class: {class_name(names, int(true[row]))}")
    if answers is not None:
        is_wrong = true is not None and 0 <= true[row] != answers.predicted[row]
        sign = ", wrong" if is_wrong else ""
        words.append(f"taken for: {class_name(names, int(answers.predicted[row]))}{sign}")
        words.append(f"margin: {in_digits(float(answers.margin[row]))}")
    return tuple(words)


def barred_colour(bundle: Bundle, survey: Survey, made: SurveyPass | None, colour_by: str) -> str:
    """Why thumbnails cannot be coloured so; empty where they can."""
    needs_classes, needs_answers = NEEDS.get(colour_by, (False, False))
    if needs_classes and true_classes(bundle, survey) is None:
        return NO_CLASSES
    return NO_ANSWERS if needs_answers and (made is None or answers_of(bundle, made) is None) else ""


def patch_words(bundle: Bundle, patch: Patch) -> str:
    """Which picture a patch is of, and what of it is seen."""
    names = bundle.manifest.model.class_names
    (top, left), (bottom, right) = patch.start, patch.stop
    lines = [patch.name]
    if patch.true_class is not None:
        lines.append(f"true class: {class_name(names, patch.true_class)}")
    lines.append(f"value: {in_digits(patch.value)}")
    lines.append(f"seen: rows {top}\N{EN DASH}{bottom - 1}, columns {left}\N{EN DASH}{right - 1} of the picture")
    return "\n".join(lines)
