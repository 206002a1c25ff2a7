"""What ways to make an image by optimisation are called, what each asks, and what it makes larger or smaller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """A way to make an image: its name, what is asked (with places for `target`, `content` and `style`), what its loss
    is, and whether that is made larger (`None`: not known).
    """

    name: str
    asks: str = "what comes of it?"
    loss: str = "loss"
    rises: bool | None = None


METHODS: dict[str, Method] = {
    "class_image": Method("class image", "what does {target} look like to the network?", "objective", True),
    "filter": Method("filter image", "what does {target} look for?", "mean of the channel", True),
    "deepdream": Method(
        "DeepDream", "what does {target} see in it? More of that!", "mean square of the layer, octave by octave", True
    ),
    "inversion": Method("feature inversion", "which picture looks the same to {target}?", "loss", False),
    "texture": Method("texture", "which picture has the texture of {style}?", "loss", False),
    "style": Method("style transfer", "{content}, in the style of {style}", "loss", False),
}


def method_of(name: str) -> Method:
    """What is known of a method; of one that is not known only its name, in words.

    >>> method_of("filter").name, method_of("my_own").name
    ('filter image', 'my own')
    """
    return METHODS.get(name) or Method(name.replace("_", " "))
