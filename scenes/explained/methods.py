"""What explanations are called, what each of them asks, and what nobody should read out of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """A way to explain: its name, what it asks of every pixel, and a caution where one is due."""

    name: str
    asks: str = ""
    caution: str = ""


METHODS: dict[str, Method] = {
    "saliency": Method("saliency", "which pixels would change the answer most?"),
    "smoothgrad": Method("SmoothGrad", "saliency, averaged over noisy copies"),
    "guided_backprop": Method(
        "guided backprop",
        "which details feed only what speaks for it?",
        "Take care: it hardly changes with the class or the weights.",
    ),
    "integrated_gradients": Method("integrated gradients", "what does each pixel add, from a blank picture on?"),
    "occlusion": Method("occlusion", "what is lost where a grey square covers it?"),
    "cam": Method("CAM", "where do the last feature maps see it?"),
    "grad_cam": Method("Grad-CAM", "which regions of feature maps speak for it?"),
    "segmentation": Method("cut-out", "which object do the pixels that count belong to?"),
}
"""In the order in which they are shown."""


def method_of(name: str) -> Method:
    """What is known of a method; of one that is not known only its name, in words.

    >>> method_of("grad_cam").name, method_of("my_own").name
    ('Grad-CAM', 'my own')
    """
    return METHODS.get(name) or Method(name.replace("_", " "))


def rank_of(name: str) -> int:
    """The place of a method among those that are shown; those that are not known come last."""
    known = list(METHODS)
    return known.index(name) if name in METHODS else len(known)
