"""Layers to plates, tiles, units and links in world units: pure numpy, no drawing."""

from viewer.layout.options import LayoutOptions
from viewer.layout.place import place
from viewer.layout.plate import Form, Layout, Link, Plate

__all__ = ["Form", "Layout", "LayoutOptions", "Link", "Plate", "place"]
