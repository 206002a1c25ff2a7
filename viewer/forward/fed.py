"""What was fed, from the picture that a person sees."""

from __future__ import annotations

import numpy as np

from exporter.bundle import Bundle
from viewer.forward.node import CannotError
from viewer.forward.working import Working, number


def fed_working(bundle: Bundle, input_id: str, index: tuple[int, ...]) -> Working:
    """`(picture - mean) * scale / std` at a place.

    Raises
    ------
    CannotError
        the input is no picture of that shape, or was made by small steps that the picture's 256 levels do not show.
    """
    if bundle.input(input_id).kind not in ("clean", "drawn"):
        raise CannotError("the picture is kept in 256 levels, what was fed has more")
    picture = bundle.image(input_id)
    told = bundle.manifest.preprocessing
    first = bundle.layer(bundle.manifest.model.inputs[0]).outputs[0].shape
    if picture is None or len(index) != 3 or any(at >= size for at, size in zip(index, picture.shape, strict=True)):
        raise CannotError("what was fed is not a picture that was kept")
    if len(first) != 3 or first[:2] != picture.shape[:2]:
        raise CannotError("the picture that was kept has another size than what was fed")
    *cell, channel = index
    seen = picture.shape[-1] - 1 - channel if told.colour_order == "bgr" else channel
    value = float(picture[(*cell, seen)])
    mean = told.mean[channel] if told.mean else 0.0
    std = told.std[channel] if told.std else 1.0
    factor = told.scale / std
    fed = (value - mean) * factor
    line = f"({number(value)} - {number(mean)}) x {number(told.scale)} / {number(std)} = {number(fed)}"
    return Working(
        value=fed,
        how="the picture's value, as the network is fed",
        values=np.array([value]),
        weights=np.array([factor]),
        places=np.array([index]),
        arguments=np.zeros(1),
        constant=-mean * factor,
        lines=(line,),
        is_sum=True,
        slack=abs(factor) / 2,
    )
