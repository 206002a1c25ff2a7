"""TensorFlow is silent: what it logs while it starts and works is nothing that a user can act on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.tf, pytest.mark.slow]

CHILD = """
import sys
from exporter.backend import keras
from exporter.pipeline import attack_bundle, export_model

keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile(optimizer="adam", loss="mse", jit_compile=False)
export_model(model, "mnist:2", sys.argv[1], untrained=True)
attack_bundle(sys.argv[1], model, "fgsm", input_id="000", target=9, keep=2, limit=0.012, warn=lambda line: None)
"""


def test_an_export_and_an_attack_print_nothing(tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path / "b.bundle")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failing_import_of_tensorflow_is_one_line_that_says_what_to_install(root: Path) -> None:
    child = (
        "import sys\nsys.modules['keras'] = None\n"
        "from exporter.bundle import KerascopeError\n"
        "try:\n    import exporter.backend\nexcept KerascopeError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", child], cwd=root, capture_output=True, text=True, timeout=300, check=True
    )
    assert len(done.stdout.splitlines()) == 1
    assert "pip install 'kerascope[export]'" in done.stdout
