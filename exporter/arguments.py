"""What can be asked of the exporter on the command line. Imports nothing heavy: every command builds this."""

from __future__ import annotations

import argparse
import contextlib
import math
from pathlib import Path

MODEL = "a .keras or .h5 file, a TF.js model.json, a SavedModel folder, or applications:NAME[:none]"


def number(text: str) -> float:
    """A finite number, which may be written as a fraction.

    >>> number("1/4"), number("-2e1")
    (0.25, -20.0)
    """
    top, _, bottom = text.partition("/")
    with contextlib.suppress(ValueError, ZeroDivisionError):
        value = float(top) / (float(bottom) if bottom else 1.0)
        if math.isfinite(value):
            return value
    raise argparse.ArgumentTypeError(f"expected a number, such as 0.5 or 1/255, got {text!r}")


def numbers(text: str) -> tuple[float, ...]:
    """Finite numbers between commas."""
    return tuple(map(number, text.split(",")))


def add_out(command: argparse.ArgumentParser, what: str, default: Path | None = None) -> None:
    """Where to write, and whether over what is there."""
    command.add_argument("--out", type=Path, metavar="PATH", required=default is None, default=default, help=what)
    command.add_argument("--overwrite", action="store_true", help="replace what is there")


def add_export(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope export`."""
    add = command.add_argument
    add("model", metavar="MODEL", help=MODEL)
    add("--inputs", nargs="+", required=True, metavar="IMAGES", help="a folder, files, a .npy, a .npz, or mnist:N")
    add_out(command, "bundle to write, NAME.bundle")
    add("--labels", type=Path, metavar="F", help="text file with a class name a line")
    add("--checkpoint", nargs="+", action="extend", default=[], metavar="F", help="earlier weights, in order of time")
    add("--untrained", action="store_true", help="add the same network with fresh weights as checkpoint 000")
    add("--seed", type=int, default=0, metavar="N", help="of the fresh weights (default: 0)")
    _add_bounds(command)
    add("--scale", type=number, metavar="X", help="fed = (picture - mean) * scale / std; may be 1/255")
    add("--mean", type=numbers, metavar="X,...", help="one for each channel, in the model's order")
    add("--std", type=numbers, metavar="X,...", help="one for each channel, in the model's order")
    add("--color-order", choices=("rgb", "bgr", "grey"), help="channels as the model takes them")
    _add_imports(command)


def _add_bounds(command: argparse.ArgumentParser) -> None:
    """What of the model is kept."""
    add = command.add_argument
    words = "keep the outputs of layers whose names fit, such as 'conv*' (default: all); inputs and outputs always"
    add("--layers", action="append", default=[], metavar="PATTERN,...", help=words)
    add("--channels", type=int, metavar="N", help="keep only the first N channels of maps and sequences")
    add("--dtype", choices=("float32", "float16"), default="float32", help="of what is stored (default: float32)")
    words = "checkpoints to keep the weights of: none, full or ids such as 000,003 (default: full)"
    add("--weights", default="full", metavar="WHICH", help=words)


def add_attack(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope attack`."""
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add("--model", required=True, metavar="MODEL", help=f"the model that the bundle was made of: {MODEL}")
    add("--method", required=True, choices=("fgsm",), metavar="NAME", help="fgsm")
    add("--input", metavar="ID", help="which input (default: the first that is classified right)")
    add("--start", type=number, metavar="X", help="first epsilon that is tried")
    add("--step", type=number, metavar="X", help="how much epsilon grows")
    add("--limit", type=number, metavar="X", help="largest epsilon that is tried")
    add("--keep", type=int, metavar="N", help="keep N of the tried steps (default: all)")
    _add_imports(command)


def add_chosen(command: argparse.ArgumentParser) -> None:
    """What of a bundle is converted, and what only the folder for Unity asks for."""
    add = command.add_argument
    add("--inputs", nargs="+", default=[], metavar="ID", help="of these inputs (default: a few clean ones, and told)")
    add(
        "--checkpoints", nargs="+", default=[], metavar="ID", help="at these checkpoints (default: as suits the format)"
    )
    add("--scale", type=number, metavar="S", help="unity: multiply weights and activations, which saturate at 1")
    words = "unity: for a MaxPoolLayer prefab whose Conv Shape was set to 2,2 (default: as published)"
    add("--pool-size", type=int, choices=(2,), help=words)


def _add_imports(command: argparse.ArgumentParser) -> None:
    words = "import this first: it registers custom layers"
    command.add_argument("--import", action="append", default=[], dest="imports", metavar="MODULE", help=words)
    words = "run code that the model file brings (Lambda layers); only for files that you trust"
    command.add_argument("--unsafe", action="store_true", help=words)
