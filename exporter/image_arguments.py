"""What can be asked of explanations and of images made by optimisation on the command line. Imports nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from exporter.arguments import LABELS, MODEL, add_imports, add_preprocessing, keep, number

EXPLANATIONS = (
    *("saliency", "guided_backprop", "smoothgrad", "integrated_gradients"),
    *("occlusion", "cam", "grad_cam", "segmentation"),
)
"""The names of the explanations there are, for who wants to know before TensorFlow is there."""
SYNTHESES = ("filter", "class_image", "deepdream", "inversion", "texture", "style")
"""The names of the ways to make images."""

EXPLAIN_OPTIONS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "samples": (int, "smoothgrad: how many noisy pictures (default: 50)"),
    "sigma": (number, "smoothgrad: of the noise, a share of the way from black to white (default: 0.15)"),
    "average": (str, "smoothgrad: gradients, or their sizes (default: gradients)"),
    "steps": (int, "integrated_gradients: on the way to the picture (default: 64)"),
    "baseline": (str, "integrated_gradients: black, grey or white (default: black)"),
    "square": (int, "occlusion: side of the square in pixels (default: an eighth of the picture)"),
    "stride": (int, "occlusion: how far it moves (default: half of its side)"),
    "cover": (str, "occlusion: grey, black or white, the colour of the square (default: grey)"),
    "relu": (bool, "grad_cam: drop what speaks against the class (default: yes)"),
    "of": (str, "segmentation: by which map, saliency or grad_cam (default: saliency)"),
    "object_share": (number, "segmentation: what lies above this share of the map is certain (default: 0.95)"),
    "ground_share": (number, "segmentation: what lies below this share is not of the object (default: 0.3)"),
    "rounds": (int, "segmentation: how often GrabCut looks again (default: 5)"),
    "smooth": (number, "segmentation: smooth the map first, by a share of the picture's side (default: 1/16)"),
}
"""What can be asked of explanations, as their options name it: how it is read, and what it means."""
SYNTHESIS_OPTIONS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "steps": (int, "how many steps (default: as the method has it; filter: 40)"),
    "step_size": (number, "how far a step goes, in levels of 0 to 255"),
    "octaves": (int, "filter, class_image, deepdream: canvases that grow, with steps in each (default: 1, 3, 4)"),
    "octave_scale": (number, "deepdream: how much larger each octave is (default: 1.4)"),
    "jitter": (int, "filter, class_image, deepdream: pixels to shift by (default: 0; others a 14th of the side)"),
    "blur": (
        number,
        "filter, class_image: sigma of the blur in pixels (default: 0; class_image: 1, of small pictures 0.5)",
    ),
    "blur_every": (int, "filter, class_image: blur after so many steps (default: 1)"),
    "weight": (number, "filter, class_image: lambda, what contrast costs (default: 0, class_image: 10)"),
    "objective": (str, "class_image: logit or log_softmax (default: logit)"),
    "before_relu": (bool, "filter: ask what a channel computes before its ReLU, which wakes dead ones (default: no)"),
    "optimiser": (str, "inversion, texture, style: adam or lbfgs (default: adam)"),
    "content_weight": (number, "style: of the content (default: 1)"),
    "style_weight": (number, "style: of the style (default: 30)"),
    "tv_weight": (number, "inversion, texture, style: of smoothness"),
    "alpha_weight": (number, "inversion: of staying near grey (default: 0)"),
    "layers": (str, "texture, style: whose textures, names between commas (default: the last of each scale)"),
    "content_layer": (str, "style: whose features are kept (default: the second of these)"),
    "start": (str, "style: begin with the content, or with noise (default: content)"),
}
"""What can be asked of ways to make images, as their options name it."""
_METAVARS: Mapping[Callable[[str], Any], str] = {int: "N", number: "X"}


def size(text: str) -> tuple[int, int]:
    """Height and width of what is fed, in pixels, from width x height.

    >>> size("640x480")
    (480, 640)
    """
    across, _, down = text.partition("x")
    if not (across.isdecimal() and down.isdecimal() and 0 < int(across) <= 8192 and 0 < int(down) <= 8192):
        raise argparse.ArgumentTypeError(f"expected width x height in pixels, such as 512x512, got {text!r}")
    return int(down), int(across)


def place(text: str) -> tuple[int, ...]:
    """A row and a column, or one place, counted from 0.

    >>> place("3,7")
    (3, 7)
    """
    parts = text.split(",")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        raise argparse.ArgumentTypeError(f"expected a row and a column such as 3,7, got {text!r}")
    return tuple(map(int, parts))


def add_explain(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope explain`."""
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add("--model", required=True, metavar="MODEL", help=f"the model that the bundle was made of: {MODEL}")
    add("--method", required=True, metavar="NAME", help=f"one of {', '.join(EXPLANATIONS)}")
    add("--input", nargs="+", default=[], metavar="ID", help="which inputs, or all (default: the first clean one)")
    add("--class", dest="class_", metavar="CLASS", help="by name or number (default: the one that is predicted)")
    words = "ask about this layer and not about a class; cam, grad_cam: where the map lies, or all"
    add("--layer", metavar="NAME", help=words)
    add("--channel", type=int, metavar="N", help="ask about this channel of the layer, counted from 0")
    add("--at", type=place, metavar="ROW,COL", help="ask about one unit of the channel")
    add("--seed", type=int, default=0, metavar="N", help="of what is random (default: 0)")
    add("--png", type=Path, metavar="FOLDER", help="save a picture with the map and its legend there")
    add("--overwrite", action="store_true", help="replace PNG files that are there")
    _add_options(command, EXPLAIN_OPTIONS)
    add_imports(command)


def add_synthesise(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope synthesise`."""
    add = command.add_argument
    add("model", metavar="MODEL", help=MODEL)
    add("--method", required=True, metavar="NAME", help=f"one of {', '.join(SYNTHESES)}")
    add("--out", type=Path, metavar="BUNDLE", help="bundle to write, NAME.bundle")
    add("--into", type=Path, metavar="BUNDLE", help="a bundle of this model, to which the images are added")
    add("--overwrite", action="store_true", help="replace what is there")
    add("--layer", metavar="NAME", help="whose channels, features or textures")
    add("--channels", nargs="+", default=[], metavar="N", help="filter: 3, 0-15 or all; an image of each")
    add("--classes", nargs="+", default=[], metavar="CLASS", help="class_image: by name or number; an image of each")
    add("--at", type=place, metavar="ROW,COL", help="filter: one unit of the channel")
    add("--init", type=Path, metavar="IMAGE", help="begin with this picture (default: grey and noise)")
    add("--content", type=Path, metavar="IMAGE", help="inversion, style: whose content")
    add("--style", type=Path, metavar="IMAGE", help="texture, style: whose style")
    add("--size", type=size, metavar="WxH", help="of the images, where the model can take others than its own")
    add("--keep", type=keep, metavar="N", help="keep N of the steps, or all (default: 16; of several images the last)")
    add("--seed", type=int, default=0, metavar="N", help="of what is random (default: 0)")
    add("--png", type=Path, metavar="FOLDER", help="save the images there")
    add("--labels", type=Path, metavar="F", help=LABELS)
    _add_options(command, SYNTHESIS_OPTIONS)
    add_preprocessing(command)
    add_imports(command)


def _add_options(command: argparse.ArgumentParser, options: Mapping[str, tuple[Callable[[str], Any], str]]) -> None:
    """What single methods take."""
    for name, (read, words) in options.items():
        flag = f"--{name.replace('_', '-')}"
        if read is bool:
            command.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=words)
        else:
            command.add_argument(flag, type=read, metavar=_METAVARS.get(read, "NAME"), help=words)
