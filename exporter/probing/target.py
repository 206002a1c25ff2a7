"""What of a model is asked about: a class, a layer, a channel of one, or one of its units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What of a model is asked about, of one input.

    Attributes
    ----------
    layer : the layer whose output it is; `None`: the logits.
    unit : the class, or the channel (of a vector: the unit); `None`: the whole layer, or the class that is predicted.
    at : the place of one unit on its feature map, a row and a column; `None`: the whole map.
    """

    layer: str | None = None
    unit: int | None = None
    at: tuple[int, ...] | None = None

    def __str__(self) -> str:
        """In words, `class 3`, `conv_1`, `conv_1 channel 5`, `conv_1 channel 5 at 2,7`.

        >>> print(Target("conv_1", 5, (2, 7)), Target(unit=3), Target(), sep="; ")
        conv_1 channel 5 at 2,7; class 3; the predicted class
        """
        if self.layer is None:
            return "the predicted class" if self.unit is None else f"class {self.unit}"
        channel = "" if self.unit is None else f" channel {self.unit}"
        place = "" if self.at is None else f" at {','.join(map(str, self.at))}"
        return f"{self.layer}{channel}{place}"
