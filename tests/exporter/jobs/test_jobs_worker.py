"""The worker itself, in its own process with TensorFlow: what it says to jobs, and what it keeps in the bundle."""

from __future__ import annotations

import base64
import io
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from exporter.bundle import read_bundle
from exporter.bundle.validate import validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]

WAIT_SECS = 120.0
Message = dict[str, Any]


class Spoken:
    """A worker, and all that it has said."""

    def __init__(self, folder: Path, root: Path) -> None:
        command = [sys.executable, "-P", "-m", "exporter.jobs"]
        env = {**os.environ, "PYTHONPATH": str(root)}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=folder)
        self.said: list[Message] = []
        self._begun = b""

    def say(self, **message: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def until(self, what: Callable[[Message], bool]) -> Message:
        """The first message of this kind that comes from now on."""
        assert self.process.stdout is not None
        while True:
            *lines, self._begun = self._begun.split(b"\n")
            self._begun = b"\n".join([*lines[1:], self._begun]) if lines else self._begun
            if lines:
                self.said.append(json.loads(lines[0]))
                if what(self.said[-1]):
                    return self.said[-1]
                continue
            assert select.select([self.process.stdout], [], [], WAIT_SECS)[0], self.said[-3:]
            more = os.read(self.process.stdout.fileno(), 2**16)
            assert more, "it has ended"
            self._begun += more

    def of(self, number: int, key: str) -> list[Any]:
        """What was said of a job under a key."""
        return [message[key] for message in self.said if message.get("job") == number and key in message]


@pytest.fixture(scope="module")
def bundle_path(learned_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the bundle of ten digits that may be added to."""
    return Path(shutil.copytree(learned_bundle, tmp_path_factory.mktemp("jobs") / "digits.bundle"))


@pytest.fixture(scope="module")
def worker(bundle_path: Path, learned: tuple[Any, Any], root: Path) -> Iterator[Spoken]:
    """It takes seconds to start: the only one of these tests. They go on where the one before has ended."""
    learned[0].save(bundle_path.parent / "digits.keras")
    spoken = Spoken(bundle_path.parent, root)
    checkpoint = read_bundle(bundle_path).final_checkpoint.id
    model = str(bundle_path.parent / "digits.keras")
    spoken.say(bundle=str(bundle_path), checkpoint=checkpoint, model=model, imports=[], unsafe=False)
    assert spoken.until(lambda message: True) == {"ready": ""}
    yield spoken
    with spoken.process:  # closes its pipes
        spoken.process.kill()


def test_pixels_are_found_as_the_command_line_finds_them(
    worker: Spoken, bundle_path: Path, learned: tuple[Any, Any]
) -> None:
    from exporter.explain.contract import Question
    from exporter.explain.saliency import SALIENCY
    from exporter.probing import Probe

    bundle = read_bundle(bundle_path)
    shown = next(bundle.captures_at(bundle.final_checkpoint.id))
    worker.say(job=1, kind="explain", method="saliency", input=shown.input)
    done = worker.until(lambda message: message.get("done") == 1)
    (values,) = worker.of(1, "values")
    (shape,) = worker.of(1, "shape")
    assert done["class"] == shown.predicted
    fed = bundle.output(shown.input, shown.checkpoint, bundle.manifest.model.inputs[0])
    question = Question(fed[None], None, np.array([shown.predicted]))
    expected = SALIENCY.run(Probe(learned[0]), question, SALIENCY.chosen()).maps[0].values[0]
    found = np.frombuffer(base64.b64decode(values), "<f4").reshape(shape)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_an_image_forms_step_by_step_rests_goes_on_and_is_kept(worker: Spoken, bundle_path: Path) -> None:
    bundle = read_bundle(bundle_path)
    layer = next(layer.name for layer in bundle.manifest.layers if layer.kind == "conv")
    shown = next(iter(bundle.inputs_at(bundle.final_checkpoint.id)))
    worker.say(job=2, kind="synthesise", method="filter", layer=layer, input=shown, steps=30)
    begun = worker.until(lambda message: message.get("begun") == 2)
    means = bundle.output(shown, bundle.final_checkpoint.id, layer).mean(axis=(0, 1))
    assert (begun["of"], begun["layer"], begun["channel"]) == (30, layer, int(means.argmax()))
    worker.until(lambda message: message.get("job") == 2 and message["step"] >= 2)
    worker.say(pause=2)
    worker.until(lambda message: message.get("paused") == 2)
    rests_at = worker.of(2, "step")[-1]
    worker.say(job=3, kind="explain", method="nonsense", input=shown)
    assert "no such explanation" in worker.until(lambda message: message.get("refused") == 3)["problem"]
    assert worker.of(2, "step")[-1] == rests_at, "it rests while others are served"
    worker.say(resume=2)
    worker.say(keep=2)
    done = worker.until(lambda message: message.get("done") == 2)
    losses = worker.of(2, "loss")
    assert len(losses) == 31, "each step once"
    assert losses[-1] > losses[0]
    assert len(done["scores"]) == 10
    kept = worker.until(lambda message: message.get("kept") == 2)
    written = read_bundle(bundle_path)
    run = next(run for run in written.manifest.runs if run.id == kept["run"])
    last = written.image(run.inputs[-1])
    sent = np.asarray(Image.open(io.BytesIO(base64.b64decode(worker.of(2, "picture")[-1]))))
    assert np.array_equal(sent, last[..., 0])
    assert (run.options["channel"], run.result["steps"]) == (begun["channel"], 30)
    assert validate_bundle(bundle_path) == []


def test_a_picture_that_a_lost_worker_had_come_to_is_gone_on_from(worker: Spoken) -> None:
    picture = worker.of(2, "picture")[-1]
    layer = next(message["layer"] for message in worker.said if message.get("begun") == 2)
    told = {"kind": "synthesise", "method": "filter", "layer": layer, "channel": 0, "steps": 30}
    worker.say(job=4, **told, first=28, init=picture)
    worker.until(lambda message: message.get("done") == 4)
    assert worker.of(4, "step")[0] == 28
    assert worker.of(4, "step")[-1] == 30
    assert worker.of(4, "picture")[0] == picture


def test_what_is_cancelled_is_forgotten_and_a_drawing_is_refused(worker: Spoken) -> None:
    worker.say(cancel=2)
    worker.until(lambda message: message.get("cancelled") == 2)
    worker.say(keep=2)
    assert worker.until(lambda message: "not_kept" in message)["not_kept"] == 2
    worker.say(job=5, kind="explain", method="saliency", input="drawing~1")
    assert "drawing" in worker.until(lambda message: message.get("refused") == 5)["problem"]
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.process.wait(20) == 0
