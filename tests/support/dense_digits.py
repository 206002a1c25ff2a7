"""A bundle of 784, 81, 49 and 10 units that reads digits, before and after training, sculpted, for the pictures of the
README: `dense_digits.py OUT.bundle`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pruning_nets import DENSE, NETS, trained

import kerascope

SEED = 0


def make(out: Path) -> None:
    """Train, export with an untrained twin, and sculpt both."""
    build, epochs = NETS[DENSE]
    model = trained(build, SEED, epochs)
    kerascope.export(model, inputs="mnist:20", out=out, untrained=True, overwrite=True)
    kerascope.importance(out, model, inputs="mnist:1000")
    kerascope.sculpt(out)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
