"""Of what images of a survey are compared: the pixels of their thumbnails, or a layer's features at a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Survey, SurveyPass
from exporter.chosen import method_named

PIXELS = "pixels"
ALL = "all"


@dataclass(frozen=True)
class Origin:
    """Features of a layer at a checkpoint; where both are `None`, the pixels of the thumbnails.

    >>> Origin("dense", "009").name, Origin().name
    ('dense@009', 'pixels')
    """

    layer: str | None = None
    checkpoint: str | None = None

    @property
    def name(self) -> str:
        """Layer and checkpoint, or `pixels`."""
        return PIXELS if self.layer is None else f"{self.layer}@{self.checkpoint}"


def survey_named(bundle: Bundle, survey_id: str | None = None) -> Survey:
    """The survey of that id, by default the last one.

    Raises
    ------
    KerascopeError
        there is none, none of that id, or one of less than two images.
    """
    surveys = {survey.id: survey for survey in bundle.manifest.surveys}
    if not surveys:
        remedy = "survey a data set with `kerascope survey`"
        raise KerascopeError("the bundle holds no survey of a data set", remedy=remedy, path=bundle.path)
    chosen = list(surveys)[-1] if survey_id is None else survey_id
    survey = method_named(chosen, surveys, "survey in the bundle", KerascopeError)
    if survey.images < 2:
        what = f"the survey {survey.id!r} has nothing to compare"
        raise KerascopeError(what, expected="2 images or more", got=survey.images, path=bundle.path)
    return survey


def origins_of(bundle: Bundle, survey: Survey, layers: Sequence[str], checkpoints: Sequence[str]) -> tuple[Origin, ...]:
    """What is asked for, each once: pixels first, then layers in the network's order, of each the checkpoints in time.

    Parameters
    ----------
    layers : names, `NAME@CHECKPOINT`, `pixels`, or `all`: pixels and every layer of which features were kept; empty:
        pixels and the last hidden layer.
    checkpoints : ids, or `all` that the survey looked at; empty: the last of them.

    Raises
    ------
    KerascopeError
        the survey did not look at that, or kept no features of it, or no thumbnails.
    """
    at = _passes_asked(survey, checkpoints)
    found = set(_found(bundle, survey, layers or _usual(bundle, survey, at), at))
    if not found:
        raise _without_features(survey, at)
    order = [layer.name for layer in bundle.manifest.layers]
    times = [checkpoint.id for checkpoint in bundle.manifest.checkpoints]

    def place(origin: Origin) -> tuple[int, int]:
        if origin.layer is None or origin.checkpoint is None:
            return -1, -1
        return order.index(origin.layer), times.index(origin.checkpoint)

    return tuple(sorted(found, key=place))


def featured(made: SurveyPass) -> tuple[str, ...]:
    """The layers of which a pass keeps the features of every image."""
    return tuple(each.layer for each in made.layers if "features" in each.tensors)


def _passes_asked(survey: Survey, checkpoints: Sequence[str]) -> tuple[SurveyPass, ...]:
    known = {each.checkpoint: each for each in survey.passes}
    if ALL in checkpoints:
        return survey.passes
    if not checkpoints:
        return survey.passes[-1:]
    return tuple(method_named(id_, known, "checkpoint in the survey", KerascopeError) for id_ in checkpoints)


def _usual(bundle: Bundle, survey: Survey, at: Sequence[SurveyPass]) -> tuple[str, ...]:
    """Pixels, and the last layer that is no output of the model, or where there is none the last."""
    kept = [layer.name for layer in bundle.manifest.layers if any(layer.name in featured(made) for made in at)]
    hidden = [name for name in kept if name not in bundle.manifest.model.outputs] or kept
    return (*((PIXELS,) if "thumbnails" in survey.tensors else ()), *hidden[-1:])


def _found(bundle: Bundle, survey: Survey, layers: Sequence[str], at: Sequence[SurveyPass]) -> Iterator[Origin]:
    for asked in layers:
        if asked == ALL:
            yield from (Origin(name, made.checkpoint) for made in at for name in featured(made))
            if "thumbnails" in survey.tensors:
                yield Origin()
        elif asked == PIXELS:
            if "thumbnails" not in survey.tensors:
                what, remedy = "the survey keeps no thumbnails, so there are no pixels", "survey with --thumbnails 32"
                raise KerascopeError(what, remedy=remedy, path=bundle.path)
            yield Origin()
        else:
            yield from _named(bundle, survey, asked, at)


def _named(bundle: Bundle, survey: Survey, asked: str, at: Sequence[SurveyPass]) -> Iterator[Origin]:
    """A layer at the checkpoints, or at the one that its name ends with."""
    known = {layer.name: layer for layer in bundle.manifest.layers}
    name, _, checkpoint = asked.rpartition("@")
    if asked not in known and name in known:
        at = _passes_asked(survey, (checkpoint,))
    else:
        name = method_named(asked, known, "layer", KerascopeError).name
    for made in at:
        if name not in featured(made):
            raise _without_features(survey, (made,), name)
        yield Origin(name, made.checkpoint)


def _without_features(survey: Survey, at: Sequence[SurveyPass], layer: str | None = None) -> KerascopeError:
    kept = tuple(dict.fromkeys(name for made in at for name in featured(made)))
    whose = "of any layer" if layer is None else f"of the layer {layer!r} at the checkpoint {at[0].checkpoint!r}"
    few = ", ".join(kept[:8]) + (", ..." if len(kept) > 8 else "")
    return KerascopeError(
        f"the survey {survey.id!r} keeps no features {whose}",
        expected=f"one of {few}" if kept and layer else "",
        remedy="survey again with --features" + (f", or ask for {PIXELS}" if "thumbnails" in survey.tensors else ""),
    )
