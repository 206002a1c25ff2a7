"""Programs from the shader files of this package: `NAME.vert` and `NAME.frag`, with inserts from `lib`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from vispy import gloo

_INSERT = re.compile(r"^// #include (\w+\.glsl)$", re.MULTILINE)


@cache
def shader_source(name: str) -> str:
    """Text of the shader file `name` with its inserts in place."""
    folder = files("viewer") / "shaders"
    text = (folder / name).read_text("utf-8")
    return _INSERT.sub(lambda found: (folder / "lib" / found.group(1)).read_text("utf-8"), text)


def program(vertex: str, fragment: str) -> gloo.Program:
    """A program from the shader files `vertex`.vert and `fragment`.frag; it is compiled when it is first drawn."""
    return gloo.Program(shader_source(f"{vertex}.vert"), shader_source(f"{fragment}.frag"))
