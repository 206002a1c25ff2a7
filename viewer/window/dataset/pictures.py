"""An image of a survey as the network takes it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle import KerascopeError
from viewer.learned.read import image_names, picture, thumbnails, true_classes
from viewer.live.fed import picture_shape
from viewer.window.live.sheet import Named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey

REMEDY = "survey again with --pictures all"


def picture_for_net(bundle: Bundle, survey: Survey, row: int) -> NDArray[np.uint8]:
    """An image (H, W, C) uint8 of the shape that the network takes; its thumbnail where that is as large.

    Raises
    ------
    KerascopeError
        The survey kept the image only smaller, or the network takes no pictures.
    """
    shape = picture_shape(bundle)
    found = picture(bundle, survey, row)
    small = thumbnails(bundle, survey) if found is None else None
    if small is not None and small.shape[1:3] == shape[:2]:
        found = small[row]
    if found is None:
        name = image_names(bundle, survey, [row])[0]
        raise KerascopeError("the survey kept this image only small", got=repr(name), remedy=REMEDY, path=bundle.path)
    if found.shape[2] == 1 < shape[2]:
        found = np.repeat(found, shape[2], axis=2)
    if found.shape != shape:
        raise KerascopeError("the image does not fit the network", expected=shape, got=found.shape, path=bundle.path)
    return np.ascontiguousarray(found)


def named_image(bundle: Bundle, survey: Survey, row: int) -> Named:
    """What an image is."""
    classes = true_classes(bundle, survey)
    known = None if classes is None or classes[row] < 0 else int(classes[row])
    return Named(image_names(bundle, survey, [row])[0], known, row)
