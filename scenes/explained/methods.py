"""What explanations are called, what each of them asks, and what nobody should read out of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """A way to explain: its name, what it asks in a few words and in a sentence, and a caution where one is due."""

    name: str
    asks: str = ""
    tells: str = ""
    caution: str = ""


METHODS: dict[str, Method] = {
    "saliency": Method("saliency", "which pixels change it most?", "where would a tiny change of a pixel matter most?"),
    "smoothgrad": Method(
        "SmoothGrad", "the same, over noisy copies", "saliency, averaged over many copies with noise."
    ),
    "guided_backprop": Method(
        "guided backprop",
        "which details speak for it?",
        "only what speaks for it is followed back.",
        "Take care: it hardly changes with the class or the weights.",
    ),
    "integrated_gradients": Method(
        "integrated gradients", "what does each pixel add?", "what each pixel adds to a blank picture."
    ),
    "occlusion": Method("occlusion", "what is lost if it is hidden?", "what is lost where a grey square hides it?"),
    "cam": Method("CAM", "where is it seen at the end?", "where do the last feature maps see it?"),
    "grad_cam": Method(
        "Grad-CAM", "which regions speak for it?", "which regions of a layer's feature maps speak for it?"
    ),
    "segmentation": Method("cut-out", "what does that belong to?", "the object that the pixels that count belong to."),
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
