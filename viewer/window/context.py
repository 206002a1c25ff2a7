"""A GL context that comes and goes: what was made in the old one must not be taken for something of the new one."""

from __future__ import annotations

from typing import Any


def forget_gl(canvas: Any) -> None:
    """Forget everything that was made in the context of a vispy canvas, without telling the driver.

    After a lost context the driver has freed it all, and gives the same numbers to new things: to delete an old
    texture would take a new one away. Objects that vispy does not know are never deleted.
    """
    shared = canvas.context.shared
    canvas.context.glir.clear()
    shared.parser._objects.clear()  # there is no other way: vispy expects contexts to stay
