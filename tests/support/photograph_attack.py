"""A bundle of SqueezeNet, two photographs and an attack on one of them, for the documentation:
`photograph_attack.py OUT.bundle`.
"""

from __future__ import annotations

import sys

from photographs import photographs, weights_file

import kerascope

SIZES = ("--epsilon", "2/255", "--step-size", "0.5/255", "--steps", "10", "--no-random-start")


def make(out: str) -> None:
    """Export the network with both photographs, and attack the first, a cup of coffee, as the page on attacks does."""
    model = f"squeezenet:{weights_file()}"
    run("export", model, "--inputs", *map(str, photographs()), "--out", out, "--overwrite")
    run("attack", out, "--model", model, "--method", "pgd", "--input", "000", *SIZES)


def run(*words: str) -> None:
    """One command of Kerascope."""
    if code := kerascope.main(words):
        sys.exit(code)


if __name__ == "__main__":
    make(sys.argv[1])
