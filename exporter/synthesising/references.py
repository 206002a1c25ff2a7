"""Pictures that images begin with, or are made to be like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from exporter.inputs import Sample
from exporter.inputs.errors import InputError
from exporter.inputs.pictures import fit_picture, read_picture
from exporter.inputs.samples import InputSpec
from exporter.synthesis.contract import Synthesis, SynthesisError
from exporter.synthesising.ground import Ground

Picture = Path | str | NDArray[np.uint8]
"""A file, or (H, W, 1 or 3) uint8."""


@dataclass(frozen=True)
class References:
    """Pictures by what they are for, `init`, `content` and `style`; a picture for two things is one sample.

    Attributes
    ----------
    samples : each picture once, as the model takes it.
    roles : what each is for, to its place among the samples.
    """

    samples: tuple[Sample, ...] = ()
    roles: Mapping[str, int] = field(default_factory=dict)

    def of(self, role: str) -> Sample | None:
        """The picture for something; `None` where there is none."""
        return self.samples[self.roles[role]] if role in self.roles else None


def check_roles(method: Synthesis, asked: Mapping[str, Picture]) -> None:
    """Raise `SynthesisError` where a picture is missing that the method takes, or one is given that it does not."""
    for role in method.references:
        if role not in asked:
            remedy = f"pass --{role} IMAGE"
            raise SynthesisError(f"{method.name} needs a picture", expected=role, got="none", remedy=remedy)
    for role in asked:
        if role != "init" and role not in method.references:
            expected = " and ".join(method.references) or "none but --init"
            raise SynthesisError(f"{method.name} takes no such picture", expected=expected, got=f"--{role}")


def read_references(asked: Mapping[str, Picture], ground: Ground) -> References:
    """The pictures, scaled to what the model is fed as an export scales them.

    Raises
    ------
    InputError
        a file that is not there or is no picture.
    SynthesisError
        the model is not fed pictures.
    """
    samples: list[Sample] = []
    places: dict[object, int] = {}
    roles = {}
    for role, picture in asked.items():
        key: object = id(picture) if isinstance(picture, np.ndarray) else Path(picture)
        if key not in places:
            places[key] = len(samples)
            samples.append(_sample(role, picture, ground))
        roles[role] = places[key]
    return References(tuple(samples), roles)


def open_size(spec: InputSpec, asked: Mapping[str, Picture]) -> tuple[int, int] | None:
    """(H, W) of the first picture, where a model leaves the size of its pictures open; else `None`."""
    if not asked or len(spec.shape) != 3 or None not in spec.shape[:2]:
        return None
    picture = next(iter(asked.values()))
    height, width = (picture if isinstance(picture, np.ndarray) else read_picture(Path(picture), "RGB", None)).shape[:2]
    return height, width


def _sample(role: str, picture: Picture, ground: Ground) -> Sample:
    shape = ground.picture_shape
    if shape is None:
        remedy = "leave the pictures away"
        got = f"{ground.spec.text} values"
        raise SynthesisError("the model is fed no pictures", expected="pictures", got=got, remedy=remedy)
    height, width, channels = shape
    if isinstance(picture, np.ndarray):
        values = fit_picture(_checked(picture), channels, (width, height))
        return Sample(role, (values,), values)
    mode: Literal["L", "RGB"] = "L" if channels == 1 else "RGB"
    values = read_picture(Path(picture), mode, (width, height))
    return Sample(Path(picture).stem, (values,), values)


def _checked(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[-1] in (1, 3):
        return picture
    got = f"{picture.dtype} {picture.shape}"
    raise InputError("this is no picture", expected="(height, width, 1 or 3) uint8", got=got)
