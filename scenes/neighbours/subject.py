"""What the scene of nearest images is about: which images are asked, and which are near them either way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.learned.nearness import beside_pixels, nearness_of, telling_rows
from viewer.learned.read import answers_of, image_names, pass_of, survey_of, thumbnails

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from scenes.options import SceneOptions
    from viewer.learned.nearness import Nearness

MOST_QUERIES = 3


@dataclass(frozen=True)
class Query:
    """An image that is asked, its class (`None`: not known) and what the network says of it (`None`: not known)."""

    row: int
    name: str
    true_class: int | None
    predicted: int | None


@dataclass(frozen=True, eq=False)
class Subject:
    """What is near to what.

    Attributes
    ----------
    survey : of which data set.
    features, pixels : the nearest of every image, so many either way.
    queries : the images that are asked.
    chosen : why these, in a line.
    aspect : width over height of an image.
    """

    survey: Survey
    features: Nearness
    pixels: Nearness
    queries: tuple[Query, ...]
    chosen: str
    aspect: float

    @property
    def sides(self) -> tuple[Nearness, Nearness]:
        """Both spaces, features first."""
        return self.features, self.pixels


def subject_of(bundle: Bundle, options: SceneOptions) -> Subject:
    """The nearest images of the last survey, by the layer and checkpoint that are asked for.

    Raises
    ------
    KerascopeError
        There is no survey, it kept no thumbnails, no neighbours were found yet, or there is no image of that number.
    """
    survey = survey_of(bundle)
    small = thumbnails(bundle, survey)
    if small is None:
        remedy = "survey the images again and keep thumbnails"
        raise KerascopeError("the survey kept no thumbnails to show", remedy=remedy, path=bundle.path)
    by_features, by_pixels = beside_pixels(bundle, survey, options.layer, options.checkpoint_id)
    most = min(by_features.tensors["images"].shape[1], by_pixels.tensors["images"].shape[1])
    features, pixels = (nearness_of(bundle, survey, each, most) for each in (by_features, by_pixels))
    asked = _asked_row(bundle, survey, options)
    rows, chosen = telling_rows(features, pixels, MOST_QUERIES)
    if asked is not None:
        rows, chosen = [asked, *(row for row in rows if row != asked)], f"first image {asked}, as asked; then {chosen}"
    answers = answers_of(bundle, pass_of(bundle, survey, by_features.checkpoint))
    queries = tuple(
        Query(row, name, _known(features.own, row), None if answers is None else int(answers.predicted[row]))
        for row, name in zip(
            rows[:MOST_QUERIES], image_names(bundle, survey, rows[:MOST_QUERIES]), strict=True
        )
    )  # fmt: skip
    return Subject(survey, features, pixels, queries, chosen, small.shape[2] / small.shape[1])


def _asked_row(bundle: Bundle, survey: Survey, options: SceneOptions) -> int | None:
    """The image that is asked for by `at`: its number in the survey."""
    if options.at is None or len(options.at) != 1:
        return None
    if not 0 <= options.at[0] < survey.images:
        expected = f"a number from 0 to {survey.images - 1}"
        raise KerascopeError("no such image in the survey", expected=expected, got=options.at[0], path=bundle.path)
    return options.at[0]


def _known(classes: NDArray[np.int64] | None, row: int) -> int | None:
    return None if classes is None or classes[row] < 0 else int(classes[row])
