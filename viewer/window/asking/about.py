"""What of a network can be asked about, from places of the scene, and how it is called. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viewer.inspect.attack import class_name
from viewer.live.asked import Ask

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from exporter.bundle import Bundle
    from viewer.study import Place

METHODS = {
    "saliency": ("Saliency", "how strongly each pixel moves the answer"),
    "grad_cam": ("Grad-CAM", "where in the last feature maps the class is seen, or in those of the chosen layer"),
    "integrated_gradients": ("Integrated gradients", "what each pixel adds to the answer on the way from black"),
    "occlusion": ("Occlusion", "how much the answer falls where a grey square hides the picture"),
    "smoothgrad": ("SmoothGrad", "saliency, the mean over many noisy copies: less speckled"),
    "guided_backprop": ("Guided backprop", "sharp edges; it shows the picture more than the answer"),
    "cam": ("CAM", "Grad-CAM of networks that end in a mean and one dense layer"),
    "segmentation": ("Segmentation", "the object, cut out where saliency lies"),
}
"""What the window calls ways to explain, and what each does."""
ABOUT_CLASSES = ("grad_cam", "cam", "segmentation")
"""Those that are asked about a class only: a layer is where their map lies."""


@dataclass(frozen=True, slots=True)
class About:
    """A class (`class_`, or with nothing at all the one that is predicted), a layer, a channel of it, or one unit."""

    layer: str | None = None
    channel: int | None = None
    at: tuple[int, ...] | None = None
    class_: int | None = None

    @property
    def is_class(self) -> bool:
        """Whether it is a class."""
        return self.layer is None

    @property
    def whole(self) -> About:
        """The whole channel that a unit is of."""
        return replace(self, at=None)


def about_of(bundle: Bundle, place: Place, telling: Collection[str]) -> About | None:
    """What a place of the scene is about; `None` where nothing can be asked of it.

    A unit of a layer in `telling`, which says what the network answers, is a class; the picture itself is about the
    class that is predicted.
    """
    layer = bundle.layer(place.layer)
    if place.output != 0 or not layer.outputs:
        return None
    if layer.name in bundle.manifest.model.inputs:
        return About()
    if layer.name in telling:
        return About(class_=place.channel)
    axes = len(layer.outputs[0].shape) - 1
    is_unit = place.channel is not None and place.position is not None and len(place.position) == axes > 0
    return About(layer.name, place.channel, place.position if is_unit else None)


def image_ask(about: About, input_id: str | None) -> Ask:
    """The question what a class or a channel looks for."""
    method = "class_image" if about.is_class else "filter"
    return Ask("synthesise", method, input_id, about.layer, about.channel, about.at, about.class_)


def pixels_ask(about: About, input_id: str, method: str) -> Ask:
    """The question which pixels of an input speak for something."""
    return Ask("explain", method, input_id, about.layer, about.channel, about.at, about.class_)


def about_of_ask(ask: Ask) -> About:
    """What a question is about."""
    return About(ask.layer, ask.channel, ask.at, ask.class_)


def about_words(about: About, names: Sequence[str]) -> str:
    """What it is called.

    >>> about_words(About("conv", 3, (2, 7)), ()), about_words(About(class_=1), ("cat", "dog"))
    ('conv, unit 2,7 of channel 3', 'dog')
    """
    if about.layer is None:
        return "the predicted class" if about.class_ is None else class_name(names, about.class_)
    if about.channel is None:
        return about.layer
    if about.at is None:
        return f"{about.layer}, channel {about.channel}"
    return f"{about.layer}, unit {','.join(map(str, about.at))} of channel {about.channel}"


def asked_words(ask: Ask, names: Sequence[str]) -> str:
    """The question in words.

    >>> asked_words(Ask("synthesise", "filter", layer="conv", channel=3), ())
    'What does conv, channel 3 look for?'
    >>> asked_words(Ask("explain", "saliency", class_=0), ("cat",))
    'Which pixels speak for “cat”?'
    """
    about = _quoted(ask, names) if ask.layer is None else about_words(about_of_ask(ask), names)
    if ask.kind == "synthesise":
        return f"What is {about} to the network?" if ask.layer is None else f"What does {about} look for?"
    if ask.layer is None:
        return f"Which pixels speak for {about}?"
    if ask.method in ABOUT_CLASSES:
        return f"Which places of {ask.layer} speak for {_quoted(ask, names)}?"
    return f"Which pixels move {about}?"


def _quoted(ask: Ask, names: Sequence[str]) -> str:
    """The class that a question is about, its name in quotes: names may be any words."""
    words = about_words(About(class_=ask.class_), names)
    return words if ask.class_ is None else f"“{words}”"
