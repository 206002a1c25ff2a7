"""The command line where a bundle leaves the house: what it says, where it writes, and one line for what cannot be."""

from __future__ import annotations

import base64
import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from tiny_bundle import make_tiny_bundle

import kerascope
from exporter.bundle import KerascopeError

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path: Path = make_tiny_bundle(tmp_path / "tiny.bundle")
    return path


def converted(capsys: Captured, *argv: object) -> tuple[str, str]:
    assert kerascope.main(["convert", *map(str, argv)]) == 0
    told = capsys.readouterr()
    return told.out, told.err


def refused(capsys: Captured, folder: Path, *argv: object) -> str:
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    assert kerascope.main(["convert", *map(str, argv)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(r"kerascope: [^\n]+\n", told.err), told.err
    assert "unexpected" not in told.err
    assert {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")} == before
    return told.err


def model_of(glb: bytes) -> dict[str, Any]:
    magic, version, length, json_length = struct.unpack("<4sIII", glb[:16])
    assert (magic, version, length) == (b"glTF", 2, len(glb))
    model: dict[str, Any] = json.loads(glb[20 : 20 + json_length])
    return model


def extras_of(glb: bytes) -> dict[str, Any]:
    """What the file says of its scene."""
    found: dict[str, Any] = next(node["extras"] for node in model_of(glb)["nodes"] if node["name"] == "kerascope")
    return found


def test_the_path_goes_to_stdout_and_words_to_stderr(bundle: Path, capsys: Captured) -> None:
    out = bundle.with_name("net.glb")
    said, told = converted(capsys, bundle, "--to", "glb", "--out", out)
    assert said == f"{out}\n"
    assert re.search(r"^net\.glb: [\d.]+ MB$", told, re.MULTILINE)
    assert extras_of(out.read_bytes())["scene"] == "flow"


def test_what_is_chosen_reaches_the_file(bundle: Path, capsys: Captured) -> None:
    out = bundle.with_name("net.glb")
    converted(capsys, bundle, "--to", "glb", "--scene", "training", "--theme", "light", "--out", out)
    seen = extras_of(out.read_bytes())
    assert (seen["scene"], seen["theme"]) == ("training", "light")
    converted(capsys, bundle, "--to", "glb", "--inputs", "clean-1", "--out", out, "--overwrite")
    nets = [node["extras"] for node in model_of(out.read_bytes())["nodes"] if "states" in node.get("extras", {})]
    assert [[state["input"] for state in net["states"]] for net in nets] == [
        [kerascope.open_bundle(bundle).input("clean-1").label]
    ]


def test_a_view_of_the_window_is_taken_along(bundle: Path, capsys: Captured) -> None:
    turned, plain = bundle.with_name("turned.glb"), bundle.with_name("plain.glb")
    converted(capsys, bundle, "--to", "glb", "--inputs", "clean-0", "--out", plain)
    view = '{"scene":"flow","input_id":"clean-0","theme":"light","offset":{"azimuth_deg":-30}}'
    converted(capsys, bundle, "--to", "glb", "--view", view, "--out", turned)
    assert extras_of(turned.read_bytes())["theme"] == "light"
    cameras = [
        next(node["rotation"] for node in model_of(path.read_bytes())["nodes"] if node["name"] == "camera")
        for path in (plain, turned)
    ]
    assert max(abs(a - b) for a, b in zip(*cameras, strict=True)) > 0.1


def test_what_of_a_view_has_no_place_in_the_file_is_told(bundle: Path, capsys: Captured) -> None:
    view = '{"scene":"flow","study":{"spread":1.5,"pinned":{"layer":"conv"},"muted":[{"layer":"conv","channel":1}]}}'
    _, told = converted(capsys, bundle, "--to", "glb", "--view", view, "--out", bundle.with_name("net.glb"))
    assert "left out of the view: what is pinned, the spread\n" in told


def test_a_page_holds_the_same_model(bundle: Path, capsys: Captured) -> None:
    page, glb = bundle.with_name("net.html"), bundle.with_name("net.glb")
    converted(capsys, bundle, "--to", "html", "--out", page)
    converted(capsys, bundle, "--to", "glb", "--out", glb)
    packed = re.search(r'<script[^>]*id="model"[^>]*>([^<]*)</script>', page.read_text(encoding="utf-8"))
    assert packed is not None
    assert base64.b64decode(packed[1]) == glb.read_bytes()


def test_what_is_too_large_is_made_smaller_and_told(bundle: Path, capsys: Captured) -> None:
    out = bundle.with_name("net.glb")
    converted(capsys, bundle, "--to", "glb", "--out", out)
    most_bytes = int(out.stat().st_size * 0.9)
    _, told = converted(capsys, bundle, "--to", "glb", "--out", out, "--overwrite", "--max-mb", most_bytes / 1e6)
    assert out.stat().st_size <= most_bytes
    assert len(told.splitlines()) > 1
    assert "--inputs" in refused(capsys, bundle.parent, bundle, "--to", "glb", "--out", "a.glb", "--max-mb", "0.001")


def test_a_folder_for_unity_is_told_of_and_examined(bundle: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "unity"
    said, told = converted(capsys, bundle, "--to", "unity", "--pool-size", 2, "--scale", 0.5, "--out", out)
    assert said == f"{out}\n"
    assert "Conv Shape" in told
    assert kerascope.main(["validate", str(out)]) == 0
    assert capsys.readouterr().out.startswith("accepted")
    assert kerascope.main(["validate", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "accepted"
    structure = out / "model_structure.json"
    structure.write_text("[" + structure.read_text(encoding="utf-8"), encoding="utf-8")
    assert kerascope.main(["validate", str(out)]) == 1
    assert "crash" in capsys.readouterr().out


def test_problems_of_a_bundle_are_a_list_for_programs(bundle: Path, capsys: Captured) -> None:
    assert kerascope.main(["validate", str(bundle), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    next(bundle.glob("inputs/*.npz")).unlink()
    assert kerascope.main(["validate", str(bundle), "--json"]) == 1
    problems = json.loads(capsys.readouterr().out)
    assert kerascope.main(["validate", str(bundle)]) == 1
    assert problems == capsys.readouterr().out.splitlines() != []


def test_fractions_are_numbers_too(bundle: Path, capsys: Captured) -> None:
    out = bundle.with_name("net.glb")
    converted(capsys, bundle, "--to", "glb", "--max-mb", "51/2", "--out", out)
    assert out.exists()


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("--to", "unity", "--scene", "flow"), "--scene means nothing for unity"),
        (("--to", "unity", "--max-mb", "3"), "--max-mb means nothing for unity"),
        (("--to", "unity", "--run", "attack"), "--run means nothing for unity"),
        (("--to", "glb", "--scale", "2"), "--scale means nothing for glb"),
        (("--to", "html", "--pool-size", "2"), "--pool-size means nothing for html"),
        (("--to", "glb", "--inputs", "nobody"), "no such input"),
        (("--to", "unity", "--inputs", "nobody"), "nobody"),
        (("--to", "glb", "--checkpoints", "999"), "999"),
        (("--to", "glb", "--scene", "nothing"), "no such scene"),
        (("--to", "html",), r"\.html"),
        (("--to", "glb",), r"\.glb"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(
    argv: tuple[str, ...], expected: str, bundle: Path, tmp_path: Path, capsys: Captured
) -> None:
    known_suffix = ".glb" if "glb" in argv and len(argv) > 2 else ".html" if len(argv) > 2 else ".txt"
    out = tmp_path / ("unity" if "unity" in argv else f"net{known_suffix}")
    assert re.search(expected, refused(capsys, tmp_path, bundle, *argv, "--out", out))


@pytest.mark.parametrize("word", ["activation", "weights", "structure"])
def test_a_place_that_the_loader_would_mistake_is_refused(word: str, bundle: Path, capsys: Captured) -> None:
    (bundle.parent / f"my_{word}").mkdir()
    told = refused(capsys, bundle.parent, bundle, "--to", "unity", "--out", bundle.parent / f"my_{word}" / "net")
    assert word in told


def test_nothing_is_overwritten_unasked(bundle: Path, tmp_path: Path, capsys: Captured) -> None:
    for to, name in (("glb", "net.glb"), ("html", "net.html"), ("unity", "unity")):
        out = tmp_path / name
        converted(capsys, bundle, "--to", to, "--out", out)
        assert "--overwrite" in refused(capsys, tmp_path, bundle, "--to", to, "--out", out)
        converted(capsys, bundle, "--to", to, "--out", out, "--overwrite")


def test_from_python_it_is_the_same(bundle: Path) -> None:
    report = kerascope.convert(bundle, "glb", bundle.with_name("net.glb"), input_ids=("clean-0",))
    assert report.path == bundle.with_name("net.glb")
    assert report.n_bytes == report.path.stat().st_size
    with pytest.raises(KerascopeError, match="expected nn-vis or unity or glb or html, got 'obj'"):
        kerascope.convert(bundle, "obj", bundle.with_name("net.obj"))
