"""Where the images of a survey go one after the other: what embeddings the bundle has, in the order of the story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.learned.read import embeddings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Embedding, Survey
    from scenes.options import SceneOptions

MOST_LAYERS = 6
MOST_EPOCHS = 5
METHODS = ("tsne", "umap", "pca")
COMMAND = "kerascope embed"


@dataclass(frozen=True)
class Stations:
    """Attributes
    ----------
    survey : whose images they are.
    method : how all of the embeddings were made.
    dimensions : 2 or 3.
    pixels : the embedding of the pixels, where there is one.
    layers : of layers at one checkpoint, in the net's order.
    epochs : of one of these layers at its checkpoints, the last of them the one that is in `layers`; empty where there
        is only one.
    """

    survey: Survey
    method: str
    dimensions: int
    pixels: Embedding | None
    layers: tuple[Embedding, ...]
    epochs: tuple[Embedding, ...]

    @property
    def way(self) -> tuple[Embedding, ...]:
        """The pixels, and then layer after layer."""
        return (*([] if self.pixels is None else [self.pixels]), *self.layers)

    @property
    def every(self) -> tuple[Embedding, ...]:
        """All embeddings, in the order in which they are come to."""
        return (*self.way, *self.epochs)


def stations_of(bundle: Bundle, options: SceneOptions) -> Stations:
    """What there is to go through; with `--layer` of that layer alone, after the pixels.

    Of several methods that of most embeddings, of both dimensions the plane, of several checkpoints the last is taken,
    where none is chosen.

    Raises
    ------
    KerascopeError
        There is none that fits what is asked for.
    """
    survey, found = _found(bundle, options)
    order = [layer.name for layer in bundle.manifest.layers]
    times = [checkpoint.id for checkpoint in bundle.manifest.checkpoints]
    latest = {(each.layer, each.checkpoint): each for each in found}  # of two that are alike the one made later
    known = [each for each in latest.values() if each.layer is not None and each.checkpoint is not None]
    if options.layer is not None:
        known = [each for each in known if each.layer == bundle.layer(options.layer).name]
        if not known:
            raise _nothing(bundle, f"an embedding of layer {options.layer}", found)
    at = options.checkpoint_id or max((str(each.checkpoint) for each in known), key=times.index, default=None)
    if options.checkpoint_id is not None and not any(each.checkpoint == at for each in known):
        raise _nothing(bundle, f"an embedding at checkpoint {at}", found)
    layers = sorted((each for each in known if each.checkpoint == at), key=lambda each: order.index(str(each.layer)))
    many = {each.layer for each in known if each.checkpoint != at}
    last = next((each for each in reversed(layers) if each.layer in many), None)
    chain = [each for each in known if last is not None and each.layer == last.layer]
    chain.sort(key=lambda each: times.index(str(each.checkpoint)))
    until = [each for each in chain if times.index(str(each.checkpoint)) <= times.index(str(at))]
    epochs = _some(until, MOST_EPOCHS) if len(until) > 1 else ()
    kept = _some(layers, MOST_LAYERS, keep=last)
    method, dimensions = found[0].method, found[0].tensors["points"].shape[1]
    return Stations(survey, method, dimensions, latest.get((None, None)), kept, epochs)


def _found(bundle: Bundle, options: SceneOptions) -> tuple[Survey, list[Embedding]]:
    """The last survey with embeddings that fit, and those of one method and dimension of it."""
    for survey in reversed(bundle.manifest.surveys):
        every = embeddings_of(bundle, survey)
        asked = [each for each in every if options.method in (None, each.method)]
        asked = [each for each in asked if options.dimensions in (None, each.tensors["points"].shape[1])]
        if asked:
            planes = [each for each in asked if each.tensors["points"].shape[1] == 2] or asked
            counts = {name: sum(each.method == name for each in planes) for name in METHODS}
            method = max(METHODS, key=lambda name: (counts[name], -METHODS.index(name)))
            return survey, [each for each in planes if each.method == method]
    wanted = " ".join(str(each) for each in (options.method, options.dimensions and f"{options.dimensions}-D") if each)
    raise _nothing(bundle, f"a survey with {wanted or 'an'} embedding of its images", bundle.manifest.embeddings)


def _nothing(bundle: Bundle, expected: str, there: Sequence[Embedding]) -> KerascopeError:
    got = ", ".join(each.id for each in there[:6]) + (", ..." if len(there) > 6 else "")
    if not bundle.manifest.surveys:
        remedy = f"survey a data set with `kerascope survey`, then `{COMMAND} {bundle.path.name}`"
    else:
        remedy = f"make one: {COMMAND} {bundle.path.name}"
    return KerascopeError("no embedding to show", expected=expected, got=got or "none", remedy=remedy, path=bundle.path)


def _some(every: Sequence[Embedding], most: int, keep: Embedding | None = None) -> tuple[Embedding, ...]:
    """At most so many, evenly spread, the first and the last among them, and `keep`.

    What is kept takes the place of the nearest one.
    """
    if len(every) <= most:
        return tuple(every)
    numbers = [round(at * (len(every) - 1) / (most - 1)) for at in range(most)]
    if keep is not None and (there := list(every).index(keep)) not in numbers:
        numbers[min(range(1, most - 1), key=lambda at: abs(numbers[at] - there))] = there
    return tuple(every[number] for number in sorted(set(numbers)))
