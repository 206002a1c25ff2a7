"""Manifests that somebody wrote to do harm, or that something damaged: one clear line each, before anything is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter.bundle import BundleError, Limits, read_bundle, validate_bundle
from exporter.bundle.tensors import is_file_name

Edit = Callable[[Callable[[Any], None]], Path]


def weight(manifest: Any) -> Any:
    return manifest["checkpoints"][0]["weights"]["a/k"]


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd.npz", "../x.npz", "weights/../../x.npz", "weights/./000.npz", "..", "C:\\x.npz", "C:/x.npz",
        "c:x.npz", "weights\\000.npz", "\\\\server\\x.npz", "//server/x.npz", "weights//000.npz", "", ".npz",
        "weights/.npz", "a/.x.npz", "weights/000.npz/", "weights/000.npz\n", "weights/000.npz\x00", "manifest.json",
        "weights/000", "größe.npz",
    ],
)  # fmt: skip
def test_names_that_could_leave_the_folder_are_refused_at_once(edit: Edit, name: str) -> None:
    path = edit(lambda manifest: weight(manifest).update(file=name))
    assert not is_file_name(name)
    with pytest.raises(BundleError, match="not a file name that stays inside"):
        read_bundle(path)
    assert len(validate_bundle(path)) == 1


@pytest.mark.parametrize("what", ["file", "folder"])
def test_links_that_leave_the_folder_are_refused_at_once(plain: Path, tmp_path: Path, what: str) -> None:
    inside, outside = plain / "weights", tmp_path / "outside"
    inside.rename(outside)
    if what == "folder":
        inside.symlink_to(outside)
    else:
        inside.mkdir()
        (inside / "000.npz").symlink_to(outside / "000.npz")
    with pytest.raises(BundleError, match="leaves the bundle's folder by a link"):
        read_bundle(plain)
    assert len(validate_bundle(plain)) == 1


def test_a_link_to_a_folder_with_a_similar_name_is_outside(plain: Path, tmp_path: Path) -> None:
    twin = tmp_path / "x.bundle-twin"
    (plain / "weights").rename(twin)
    (plain / "weights").symlink_to(twin)
    with pytest.raises(BundleError, match="by a link"):
        read_bundle(plain)


def test_a_bundle_may_itself_be_reached_by_a_link(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(plain)
    assert read_bundle(tmp_path / "link").weight("000", "a", "k").shape == (2, 3)


def test_a_pipe_in_place_of_a_file_does_not_hang_the_reader(plain: Path) -> None:
    (plain / "weights/000.npz").unlink()
    os.mkfifo(plain / "weights/000.npz")
    with pytest.raises(BundleError, match="plain file"):
        read_bundle(plain)
    (plain / "manifest.json").unlink()
    os.mkfifo(plain / "manifest.json")
    with pytest.raises(BundleError, match="to be a file"):
        read_bundle(plain)


def test_a_newer_version_says_which_one_is_read_and_what_to_do(edit: Edit) -> None:
    path = edit(lambda manifest: manifest.update(version=2, something_new={"a": 1}))
    with pytest.raises(BundleError) as caught:
        read_bundle(path)
    assert "format version 1" in str(caught.value)
    assert "got version 2; update Kerascope" in str(caught.value)
    assert validate_bundle(path) == [str(caught.value)]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda m: m.update(surprise=1), "unknown field `surprise`"),
        (lambda m: weight(m).update(offset=1), "unknown field `offset`"),
        (lambda m: m.pop("layers"), "missing required field `layers`"),
        (lambda m: m["layers"][0].update(kind="banana"), "Invalid enum value 'banana'"),
        (lambda m: weight(m).update(shape="6"), "Expected `array`, got `str`"),
        (lambda m: m.update(format="zip"), "expected format 'kerascope-bundle', got 'zip'"),
        (lambda m: m.pop("format"), "missing required field `format`"),
        (lambda m: m.update(version=0), "format version does not exist"),
        (lambda m: m.update(version="1"), "Expected `int`, got `str`"),
        (lambda m: m.update(checkpoints=[]), "there is no checkpoint"),
        (lambda m: weight(m).update(dtype="object"), "dtype 'object' with shape (2, 3) is nothing that a"),
        (lambda m: weight(m).update(dtype="complex64"), "dtype 'complex64' with shape (2, 3) is nothing that a"),
        (lambda m: weight(m).update(shape=[-2, -3]), ") is nothing that a bundle can hold"),
        (lambda m: weight(m).update(shape=[1] * 33), ") is nothing that a bundle can hold"),
        (lambda m: weight(m).update(key="a\\b"), "not a name for a tensor"),
        (lambda m: m["layers"].append(m["layers"][0]), "layer 'a' is there 2 times"),
        (lambda m: m["model"].update(inputs=["b"]), "the model names layer 'b', which is not there"),
        (lambda m: m["layers"][0].update(variables=[]), "names the variable 'a/k', which is not there"),
        (lambda m: m["edges"].append({"source": "a", "target": "z"}), "names layer 'z', which is not there"),
        (lambda m: m["edges"].append({"source": "a", "target": "a"}), "goes against the order"),
    ],
)
def test_each_flaw_of_a_manifest_is_told(edit: Edit, change: Callable[[Any], None], line: str) -> None:
    path = edit(change)
    with pytest.raises(BundleError) as caught:
        read_bundle(path)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(f"({path / 'manifest.json'})")
    assert any(line in problem for problem in validate_bundle(path))


def group(manifest: Any, places: list[int]) -> dict[str, Any]:
    names = [manifest["layers"][place]["name"] for place in places]
    name = "g" + "".join(map(str, places))
    return {"name": name, "kind": "block", "class_name": "b", "layers": names, "output": names[-1]}


def test_groups_may_be_nested_or_apart(edit_tiny: Edit) -> None:
    path = edit_tiny(lambda m: m["groups"].extend([group(m, [1]), group(m, [0, 1]), group(m, [2])]))
    assert [each.name for each in read_bundle(path).manifest.groups] == ["g1", "g01", "g2"]
    assert validate_bundle(path) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda m: m["captures"][0].update(input="nobody"), "names input 'nobody'"),
        (lambda m: m["captures"][0].update(checkpoint="999"), "names checkpoint '999'"),
        (
            lambda m: m["captures"][0]["outputs"].update({"relu#1": m["inputs"][0]["image"]}),
            "names the output 'relu#1'",
        ),
        (lambda m: m["captures"][0].update(predicted=3), "predicts class 3 of 3"),
        (lambda m: m["captures"].append(m["captures"][0]), "'clean-0 at 000' is there 2 times"),
        (lambda m: m["inputs"][2].update(parent="nobody"), "names input 'nobody'"),
        (lambda m: m["inputs"][2].update(run="none"), "names run 'none'"),
        (lambda m: m["runs"][0].update(checkpoint="999"), "names checkpoint '999'"),
        (lambda m: m["runs"][0].update(inputs=["nobody"]), "names input 'nobody'"),
        (lambda m: m["derived"][0].update(layer="nowhere"), "names layer 'nowhere'"),
        (lambda m: m["derived"].append(m["derived"][0]), "is there 2 times"),
        (lambda m: m["layers"][1].update(shares_weights_with="nowhere"), "names layer 'nowhere'"),
        (lambda m: m["edges"][0].update(source_output=1), "uses output 1 of 1"),
        (lambda m: m["layers"].reverse(), "goes against the order"),
        (lambda m: m["groups"].append(group(m, [0, 1]) | {"layers": ["nowhere"]}), "names layer 'nowhere'"),
        (lambda m: m["groups"].append(group(m, [0, 1]) | {"output": m["layers"][2]["name"]}), "which is not in it"),
        (lambda m: m["groups"].append(group(m, [1, 0])), "does not name its layers in their order"),
        (lambda m: m["groups"].extend([group(m, [0, 1]), group(m, [1, 2])]), "lies half over another"),
        (lambda m: m["groups"].extend([group(m, [0, 1])] * 2), "group 'g01' is there 2 times"),
        (lambda m: m["groups"].append(group(m, [0]) | {"layers": []}), "is empty"),
    ],
)
def test_everything_that_is_named_must_be_there(edit_tiny: Edit, change: Callable[[Any], None], line: str) -> None:
    path = edit_tiny(change)
    with pytest.raises(BundleError, match="the manifest does not hold together"):
        read_bundle(path)
    assert any(line in problem for problem in validate_bundle(path))


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": "kerascope-bundle", "version": 1', b"[" * 100_000,
        b'{"format": "kerascope-bundle", "version": 1, "x": ' + b'{"x":' * 100_000, b'{"format": "\xff"}', b'"\\ud800"',
        b'{"format": "kerascope-bundle", "version": 1e999}',
        b'{"format": "kerascope-bundle", "version": ' + b"9" * 9999 + b"}",
    ],
    ids=range(12),
)  # fmt: skip
def test_a_manifest_that_is_no_manifest_is_one_clear_line(plain: Path, text: bytes) -> None:
    (plain / "manifest.json").write_bytes(text)
    with pytest.raises(BundleError) as caught:
        read_bundle(plain)
    assert str(caught.value).endswith(f"({plain / 'manifest.json'})")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("where", ["empty", "nowhere", "file"])
def test_what_is_no_bundle_is_called_so(tmp_path: Path, where: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    got = {"empty": "a folder without one", "nowhere": "nothing at this place", "file": "a file"}[where]
    with pytest.raises(BundleError, match=f"^not a Kerascope bundle: expected .* got {got}; pass a folder"):
        read_bundle(tmp_path / where)
    assert len(validate_bundle(tmp_path / where)) == 1


def test_a_missing_file_is_told_when_the_bundle_is_opened(plain: Path) -> None:
    (plain / "weights/000.npz").unlink()
    with pytest.raises(BundleError, match=r"a file of the bundle is missing: got weights/000\.npz; export .* again"):
        read_bundle(plain)


@pytest.mark.parametrize(
    ("limits", "line"),
    [
        (Limits(manifest_bytes=100), "the manifest is over the limit: expected at most 100 bytes"),
        (Limits(tensor_bytes=23), "24 bytes are over the limit of 23 for a tensor"),
        (Limits(files=0), "names 1 files, over the limit of 0"),
        (Limits(total_bytes=23), "declares 24 bytes of tensors, over the limit of 23"),
    ],
)
def test_each_limit_is_kept(plain: Path, limits: Limits, line: str) -> None:
    with pytest.raises(BundleError) as caught:
        read_bundle(plain, limits=limits)
    assert line in str(caught.value)
    assert read_bundle(plain, limits=Limits(tensor_bytes=24, files=1, total_bytes=24)).weight("000", "a", "k").size == 6
