"""TensorFlow and a software driver in one process, in every order that can be mended; without care each crashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TRAIN = """
import numpy as np
model = tf.keras.Sequential([tf.keras.Input((8, 8, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(3)])
model.compile("sgd", "mse", jit_compile=True)
model.fit(np.zeros((8, 8, 8, 1)), np.zeros((8, 3)), verbose=0)
"""
DRAW = """
import kerascope
argv = ["frame", BUNDLE, "--scene", "flow", "--size", "160x90", "--out", "f.png", "--overwrite"]
assert kerascope.main(argv) == 0
"""
ORDERS = {
    "TensorFlow first": ["import tensorflow as tf", TRAIN, DRAW, TRAIN],
    "drawing first": [DRAW, "from exporter.backend import tf", TRAIN, DRAW],
}


@pytest.mark.gl
@pytest.mark.tf
@pytest.mark.parametrize("order", ORDERS)
def test_both_work(order: str, tiny_bundle_path: Path, tmp_path: Path) -> None:
    lines = [f"import sys; sys.path.insert(0, {str(ROOT)!r}); BUNDLE = {str(tiny_bundle_path)!r}", *ORDERS[order]]
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False)
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stderr[-2000:]}"
