"""Shards done by workers: the bytes of a local survey. Here workers are threads of this process; what takes several of
them is in `test_on_processes.py`.
"""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle.errors import KerascopeError

pytestmark = [pytest.mark.tf, pytest.mark.slow]
TOLD = {"scale": 1.0, "shard": 4, "warn": lambda line: None}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from surveyed_nets import save_mixed

    folder = tmp_path_factory.mktemp("survey")
    save_mixed(folder)
    return folder


def survey(model: Any, inputs: Path, out: Path, **options: Any) -> Path:
    from exporter.surveying.survey import survey_asked

    return survey_asked(model, str(inputs), out=out, **(TOLD | options))


def same(one: Path, other: Path) -> bool:
    """Whether two folders have the same files with the same bytes."""
    names = [{path.relative_to(root) for path in root.rglob("*") if path.is_file()} for root in (one, other)]
    return names[0] == names[1] and filecmp.cmpfiles(one, other, names[0], shallow=False)[1:] == ([], [])


def test_the_same_bytes_whoever_does_the_shards(
    folder: Path, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.surveying.on_cluster import runner_on

    monkeypatch.chdir(folder)
    model, inputs = Path("mixed.keras"), Path("pictures21.npz")
    here = survey(model, inputs, tmp_path / "here.bundle")
    there = survey(model, inputs, tmp_path / "there.bundle", runner=runner_on(client))
    assert same(here, there)
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["here.bundle", "there.bundle"]
    other = survey(model, inputs, tmp_path / "other.bundle", top=2)
    assert not same(here, other), "the comparison itself"


def test_a_shard_that_fails_ends_all_in_a_line(folder: Path, client: Any, tmp_path: Path) -> None:
    from PIL import Image

    from exporter.surveying.on_cluster import runner_on

    with np.load(folder / "pictures21.npz") as file:
        for number, picture in enumerate(file["x"]):
            Image.fromarray(picture[..., 0]).save(tmp_path / f"{number:02d}.png")
    (tmp_path / "07.png").write_text("dear model")
    told: dict[str, Any] = {"runner": runner_on(client), "labels": list("abcd")}
    words = r"not a picture \(on the worker tcp://127.*\): .*07\.png"
    with pytest.raises(KerascopeError, match=words):
        survey(folder / "mixed.keras", tmp_path, folder / "bad.bundle", **told)
    assert not (folder / "bad.bundle").exists()


def test_a_model_in_memory_has_no_file_to_be_opened_elsewhere(folder: Path, client: Any, tmp_path: Path) -> None:
    from surveyed_nets import mixed_net

    from exporter.surveying.on_cluster import runner_on

    with pytest.raises(KerascopeError, match="opens the model from its file: got a model in memory; save it"):
        survey(mixed_net(), folder / "pictures21.npz", tmp_path / "a.bundle", runner=runner_on(client))


def test_names_of_models_hold_wherever_a_worker_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter.surveying.on_cluster import _absolute

    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.keras").touch()
    assert _absolute("net.keras") == str(tmp_path / "net.keras")
    assert _absolute("squeezenet:net.keras") == f"squeezenet:{tmp_path / 'net.keras'}"
    assert _absolute("applications:MobileNetV2:none") == "applications:MobileNetV2:none"
