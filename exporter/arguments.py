"""What can be asked of the exporter on the command line. Imports nothing heavy: every command builds this."""

from __future__ import annotations

import argparse
import contextlib
import math
from pathlib import Path

MODEL = "a .keras or .h5 file, a TF.js model.json, a SavedModel folder, applications:NAME[:none], or squeezenet:FILE"

ATTACKS = ("fgsm", "ifgsm", "pgd", "targeted-l2", "deepfool", "cw", "boundary", "hopskipjump", "noise")
"""The names of the attacks there are, for who wants to know before TensorFlow is there."""

LABELS = "text file with a class name a line, or imagenet"
IMAGES = "a folder, files, a .npy, a .npz, mnist:N, mnist-all:N, or tfds:NAME[:SPLIT]"


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
    add("model", metavar="MODEL", help=f"{MODEL}; or a .pro.npz or .imp.npz of nn_vis, which needs no --inputs")
    add("--inputs", nargs="+", default=[], metavar="IMAGES", help=IMAGES)
    add_out(command, "bundle to write, NAME.bundle")
    add("--labels", type=Path, metavar="F", help=LABELS)
    add("--checkpoint", nargs="+", action="extend", default=[], metavar="F", help="earlier weights, in order of time")
    add("--untrained", action="store_true", help="add the same network with fresh weights as checkpoint 000")
    add("--seed", type=int, default=0, metavar="N", help="of the fresh weights (default: 0)")
    _add_bounds(command)
    add_preprocessing(command)
    add_imports(command)


def add_preprocessing(command: argparse.ArgumentParser) -> None:
    """How pictures become what a model is fed."""
    add = command.add_argument
    add("--scale", type=number, metavar="X", help="fed = (picture - mean) * scale / std; may be 1/255")
    add("--mean", type=numbers, metavar="X,...", help="one for each channel, in the model's order")
    add("--std", type=numbers, metavar="X,...", help="one for each channel, in the model's order")
    add("--color-order", choices=("rgb", "bgr", "grey"), help="channels as the model takes them")


def _add_bounds(command: argparse.ArgumentParser) -> None:
    """What of the model is kept."""
    add = command.add_argument
    words = "keep the outputs of layers whose names fit, such as 'conv*' (default: all); inputs and outputs always"
    add("--layers", action="append", default=[], metavar="PATTERN,...", help=words)
    add("--channels", type=int, metavar="N", help="keep only the first N channels of maps and sequences")
    add("--dtype", choices=("float32", "float16"), default="float32", help="of what is stored (default: float32)")
    words = "checkpoints to keep the weights of: none, full or ids such as 000,003 (default: full)"
    add("--weights", default="full", metavar="WHICH", help=words)


def keep(text: str) -> int | str:
    """How many steps are kept: a number, or all of them.

    >>> keep("all"), keep("32")
    ('all', 32)
    """
    if text == "all":
        return text
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a number or all, got {text!r}")
    return int(text)


def add_attack(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope attack`."""
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add("--model", required=True, metavar="MODEL", help=f"the model that the bundle was made of: {MODEL}")
    add("--method", required=True, metavar="NAME", help=f"one of {', '.join(ATTACKS)}")
    words = "which inputs, or all (default: the first that is classified right)"
    add("--input", nargs="+", default=[], metavar="ID", help=words)
    add("--inputs", nargs="+", default=[], metavar="IMAGES", help=f"more to attack, which are added: {IMAGES}")
    add("--target", metavar="CLASS", help="a class to reach, by name or number (default: any but the predicted one)")
    add("--survive-rounding", action="store_true", help="what counts is the saved picture: 8 bits a channel")
    add("--keep", type=keep, metavar="N", help="keep N of the tried steps, or all (default: all; of several inputs 16)")
    words = "run what was made through the model at these checkpoints as well, or at all"
    add("--at", nargs="+", default=[], metavar="ID", help=words)
    add("--png", type=Path, metavar="FOLDER", help="save the clean and the attacked pictures there")
    add("--overwrite", action="store_true", help="replace PNG files that are there")
    add("--seed", type=int, default=0, metavar="N", help="of what is random (default: 0)")
    _add_attack_options(command)
    add_imports(command)


def _add_attack_options(command: argparse.ArgumentParser) -> None:
    """What can be asked of attacks. Sizes are shares of the way from black to white, whatever the model is fed."""
    sizes = command.add_argument_group(
        "options of the attack", "sizes are shares of the way from black to white: 8/255"
    )
    add = sizes.add_argument
    add("--epsilon", type=number, metavar="X", help="how far a pixel, or in l2 the whole picture, may move")
    add("--start", type=number, metavar="X", help="fgsm: first epsilon that is tried")
    add("--step", type=number, metavar="X", help="fgsm: how much epsilon grows")
    add("--limit", type=number, metavar="X", help="fgsm: largest epsilon that is tried")
    add("--steps", type=int, metavar="N", help="how many steps at most")
    add("--step-size", type=number, metavar="X", help="ifgsm, pgd, targeted-l2, cw: how far a step goes")
    add("--norm", choices=("linf", "l2"), help="pgd, noise: what stays within epsilon")
    add("--restarts", type=int, metavar="N", help="pgd: how often it begins anew, elsewhere")
    words = "pgd: begin at the picture itself, not near it"
    add("--no-random-start", dest="random_start", action="store_false", default=None, help=words)
    add("--overshoot", type=number, metavar="X", help="deepfool: how far beyond the border it goes")
    add("--candidates", type=int, metavar="N", help="deepfool: how many classes it looks at")
    add("--searches", type=int, metavar="N", help="cw: how often it weighs size against success anew")
    add("--confidence", type=number, metavar="X", help="cw: by how much the logit is to lead")
    add("--first-weight", type=number, metavar="X", help="cw: of success against size, at first")
    for name in ("--spherical-step", "--source-step"):
        add(name, type=number, metavar="X", help="boundary: of its first steps, along the border and to the picture")
    for name in ("--evaluations", "--most-evaluations"):
        add(name, type=int, metavar="N", help="hopskipjump: how many pictures a gradient is estimated from")


def add_robustness(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope robustness`."""
    add = command.add_argument
    add("models", nargs="+", metavar="MODEL", help=f"each gets a curve: {MODEL}")
    _add_labelled(command)
    add("--methods", nargs="+", metavar="NAME", help="attacks (default: fgsm pgd noise)")
    words = "how far a pixel may move, as shares of the way from black to white (default: 1/255 2/255 4/255 8/255)"
    add("--epsilons", nargs="+", type=number, metavar="X", help=words)
    add("--survive-rounding", action="store_true", help="what counts is the saved picture: 8 bits a channel")
    add_out(command, "folder to write: a table, JSON and a plot")
    add_preprocessing(command)
    add_imports(command)


def add_transfer(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope transfer`."""
    add = command.add_argument
    add("model", metavar="MODEL", help=f"on which pictures are attacked: {MODEL}")
    add("--to", nargs="+", required=True, metavar="MODEL", help="to which the same pictures are shown")
    _add_labelled(command)
    add("--method", default="pgd", metavar="NAME", help=f"one of {', '.join(ATTACKS)} (default: pgd)")
    add("--epsilon", type=number, metavar="X", help="how far a pixel may move (default: 8/255)")
    add("--show", type=int, metavar="N", help="how many inputs go into the bundles (default: 1)")
    add_out(command, "folder to write: a table, JSON, a plot, and a bundle of each model")
    add_preprocessing(command)
    add_imports(command)


def add_harden(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope harden`."""
    add = command.add_argument
    add("model", metavar="MODEL", help=f"to be trained further: {MODEL}")
    _add_labelled(command)
    words = "how far a pixel may move (default: 8/255; of mnist:N 0.15)"
    add("--epsilon", type=number, metavar="X", help=words)
    add("--method", choices=("fgsm", "pgd"), metavar="NAME", help="what it is trained against (default: pgd)")
    add("--steps", type=int, metavar="N", help="of pgd")
    add("--epochs", type=int, metavar="N", help="how long is trained (default: 10)")
    add("--share", type=number, metavar="X", help="of each batch that is attacked (default: 1)")
    add("--rate", type=number, metavar="X", help="the learning rate (default: 0.001)")
    add_out(command, "file to write, NAME.keras")
    add_preprocessing(command)
    add_imports(command)


def _add_labelled(command: argparse.ArgumentParser) -> None:
    """Inputs whose classes are known."""
    add = command.add_argument
    add("--inputs", nargs="+", required=True, metavar="IMAGES", help=f"with classes that are known: {IMAGES}")
    add("--labels", type=Path, metavar="F", help=LABELS)
    add("--seed", type=int, metavar="N", help="of what is random")


def add_importance(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope importance`."""
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add("--model", required=True, metavar="MODEL", help=f"the model that the bundle was made of: {MODEL}")
    words = f"with classes that are known: {IMAGES}; weight needs none"
    add("--inputs", nargs="+", default=[], metavar="IMAGES", help=words)
    words = "gradient: of the answer, times activation; batch_norm: scales that are trained; weight: no data at all"
    add("--method", default="gradient", choices=("gradient", "batch_norm", "weight"), metavar="NAME", help=words)
    add("--labels", type=Path, metavar="F", help=LABELS)
    add("--checkpoints", nargs="+", default=[], metavar="ID", help="at these (default: the final and the first one)")
    add("--epochs", type=int, metavar="N", help="batch_norm: how long is trained")
    add("--rate", type=number, metavar="X", help="batch_norm: the learning rate")
    add("--seed", type=int, metavar="N", help="of what is random (default: 0)")
    add("--prune", type=Path, metavar="FOLDER", help="also write what pruning by importance does to the accuracy")
    add_imports(command)


def add_sculpt(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope sculpt`."""
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    words = "by which importance (default: the one added last, or by weight where there is none)"
    add("--importance", metavar="METHOD", help=words)
    add("--checkpoints", nargs="+", default=[], metavar="ID", help="of these (default: the final and the first one)")
    add("--edges", type=int, metavar="N", help="keep at most the N strongest edges")
    _add_parameters(command)


def add_generate(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope generate`."""
    add = command.add_argument
    add("units", nargs="+", type=int, metavar="N", help="units of each layer, such as 784 81 49 10")
    add_out(command, "bundle to write, NAME.bundle")
    add("--seed", type=int, default=0, metavar="N", help="of the random weights (default: 0)")
    _add_parameters(command)


def _add_parameters(command: argparse.ArgumentParser) -> None:
    """How units are placed and edges are gathered, with the names of nn_vis."""
    add = command.add_argument
    add("--sampling-rate", type=number, metavar="X", help="points of an edge in a unit of length (default: 15)")
    add("--layer-distance", type=number, metavar="X", help="from layer to layer (default: 0.4)")
    add("--layer-width", type=number, metavar="X", help="of the square of a layer's units (default: 1)")
    words = "share of the edges that is left out, the least important first (default: 0)"
    add("--prune-percentage", type=number, metavar="X", help=words)
    for what, wide, less in (("node", "0.75", "0.95"), ("edge", "0.5", "0.9")):
        add(f"--{what}-bandwidth", type=number, metavar="X", help=f"how far {what}s attract at first (default: {wide})")
        words = f"what that is multiplied by from iteration to iteration (default: {less})"
        add(f"--{what}-bandwidth-reduction", type=number, metavar="X", help=words)
    add("--smoothing-iterations", type=int, metavar="N", help="after each iteration (default: 8)")
    words = "how importance and weight are joined, as nn_vis counts them (default: 0)"
    add("--edge-importance-type", type=int, choices=range(4), help=words)


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


def add_imports(command: argparse.ArgumentParser) -> None:
    """What a model file needs beside itself."""
    words = "import this first: it registers custom layers"
    command.add_argument("--import", action="append", default=[], dest="imports", metavar="MODULE", help=words)
    words = "run code that the model file brings (Lambda layers); only for files that you trust"
    command.add_argument("--unsafe", action="store_true", help=words)
