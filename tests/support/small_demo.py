"""`kerascope demo OPTIONS` with recordings of small frames: all that a person gets, in a fifth of the time.

At their real size the recordings are the same frames with more pixels. A large film is recorded by the README's tests.
"""

from __future__ import annotations

import sys

import kerascope
from exporter.lean import claim_process
from scenes import apart

SMALL = ("--size", "320x180", "--fps", "3")
SMALLEST = ("--size", "320x180", "--fps", "2")
"""Of the scene that takes longest."""


def main(*options: str) -> int:
    """The exit status of the demo."""
    run_apart = apart.run_apart

    def run_small(*args: object, **how: bool) -> str:
        small = () if args[0] != "record" else SMALLEST if "sculpture" in args else SMALL
        return run_apart(*args, *small, **how)

    apart.run_apart = run_small
    claim_process("kerascope")
    return kerascope.main(["demo", *options])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
