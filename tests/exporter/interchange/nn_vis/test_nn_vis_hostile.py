"""Damaged and hostile files give one line, take little memory, execute nothing and leave nothing behind."""

from __future__ import annotations

import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import nn_vis_hostile as hostile
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nn_vis_files import importance_parts, npy_bytes, processed_parts, save_npy, save_parts

from exporter.bundle import BundleError
from exporter.interchange.nn_vis.archive import MEMBER
from exporter.interchange.nn_vis.open import open_nn_vis
from exporter.interchange.nn_vis.reading import read_nn_vis

MOST_BYTES = 48 * 2**20
MACHINE, ARRAYS = hostile.machine_pickles(), hostile.array_pickles()
VALUES = [(f"processed: {name}", parts) for name, parts in hostile.value_parts()]
VALUES += [(f"importance: {name}", parts) for name, parts in hostile.importance_value_parts()]


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What hostile files would execute leaves a file behind."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "canary").exists()


def refusal(file: Path) -> str:
    """The one line that a file is refused with; memory is bounded, and no bundle is left."""
    before = sorted(file.parent.iterdir())
    tracemalloc.start()
    try:
        with pytest.raises(BundleError) as refused:
            open_nn_vis(file, file.parent / "out.bundle")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    line = str(refused.value)
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 600
    assert str(file) in line
    assert peak < MOST_BYTES
    assert sorted(file.parent.iterdir()) == before
    return line


def saved(path: Path, pickled: bytes) -> Path:
    return save_npy(path / "a.imp.npz", hostile.file_bytes(pickled))


def test_there_are_enough_of_them() -> None:
    assert len(hostile.NAMES) * 3 + len(MACHINE) + len(ARRAYS) + len(VALUES) >= 250


@pytest.mark.parametrize("name", hostile.NAMES, ids=lambda each: ".".join(each).encode("unicode_escape").decode()[:40])
@pytest.mark.parametrize("spelling", ["global", "stack", "instance"])
def test_a_name_that_no_array_needs_is_refused_by_name(tmp_path: Path, name: tuple[str, str], spelling: str) -> None:
    line = refusal(saved(tmp_path, hostile.row_of(b"](" + hostile.call(*name, spelling) + b"e", hostile.EMPTY)))
    told = ".".join(part if part.isprintable() else repr(part) for part in (name[0][:80], name[1]))
    assert f"names {told}, which arrays of numbers do not need" in line


@pytest.mark.parametrize("name", ["_reconstruct", "ndarray", "dtype"])
def test_even_allowed_names_make_no_instances(tmp_path: Path, name: str) -> None:
    module = "numpy.core.multiarray" if name == "_reconstruct" else "numpy"
    line = refusal(saved(tmp_path, hostile.row_of(hostile.call(module, name, "instance"), hostile.EMPTY)))
    assert f"names {module}.{name}" in line


def test_a_name_deep_inside_is_found(tmp_path: Path) -> None:
    class Hidden:
        def __reduce__(self) -> Any:
            return eval, ("open('canary', 'w')",)

    parts = list(processed_parts((5, 4, 3)))
    parts[2][1].append(np.array([np.array([1, {"a": (Hidden(),)}], object), None], object))
    line = refusal(save_parts(tmp_path / "a.pro.npz", parts))
    assert "builtins.eval" in line or "EMPTY_DICT" in line
    (tmp_path / "a.pro.npz").unlink()
    parts[2][1][-1] = [[np.array([Hidden()], object)]]
    assert "names builtins.eval" in refusal(save_parts(tmp_path / "a.pro.npz", parts))


@pytest.mark.parametrize("what", MACHINE)
def test_a_pickle_that_is_none(tmp_path: Path, what: str) -> None:
    refusal(saved(tmp_path, MACHINE[what]))


@pytest.mark.parametrize("what", ARRAYS)
def test_an_array_that_is_none(tmp_path: Path, what: str) -> None:
    refusal(saved(tmp_path, ARRAYS[what]))


def test_a_hand_made_file_without_a_fault_is_read(tmp_path: Path) -> None:
    """The negative control of both tests above."""
    pickled = hostile.row_of(b"](" + hostile.TABLE * 2 + b"e", b"](" + hostile.TABLE + b"e")
    read = read_nn_vis(saved(tmp_path, pickled))
    assert [len(layer) for layer in read.units] == [2, 2]  # type: ignore[union-attr]


@pytest.mark.parametrize(("what", "parts"), VALUES, ids=[name for name, _ in VALUES])
def test_values_that_cannot_be(tmp_path: Path, what: str, parts: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = save_parts(tmp_path / "a.pro.npz", parts)
    refusal(file)


# --- The zip and the header -------------------------------------------------------------------------------------------


def good_npy() -> bytes:
    return hostile.file_bytes(hostile.row_of(b"](" + hostile.TABLE * 2 + b"e", b"](" + hostile.TABLE + b"e"))


@pytest.mark.slow
def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    file = save_npy(tmp_path / "a.pro.npz", npy_bytes(bytes(64 * 2**20)), method=zipfile.ZIP_DEFLATED)
    assert file.stat().st_size < 2**17
    assert "is not as long as it says" in refusal(file)


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    file = save_npy(tmp_path / "a.npz", good_npy(), method=zipfile.ZIP_DEFLATED)
    assert len(read_nn_vis(file).units) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_refused(tmp_path: Path, method: int) -> None:
    refusal(save_npy(tmp_path / "a.imp.npz", good_npy(), method=method))


@pytest.mark.parametrize("names", [(), ("x.npy",), (MEMBER, "b.npy"), ("../arr_0.npy",), (MEMBER, MEMBER)])
def test_other_entries_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    file = tmp_path / "a.imp.npz"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(name, good_npy())
    refusal(file)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (b"PK\x01\x02", (24, b"\xff\xff\xff\x7f")), (b"PK\x01\x02", (20, b"\xff\xff\xff\x7f")),
        (b"PK\x01\x02", (8, b"\x01")), (b"PK\x03\x04", (14, b"\x00\x00\x00\x00")),
    ],
    ids=["longer unpacked", "longer packed", "encrypted", "another checksum"],
)  # fmt: skip
def test_a_directory_that_lies(tmp_path: Path, place: bytes, value: tuple[int, bytes]) -> None:
    file = save_npy(tmp_path / "a.imp.npz", good_npy())
    content = bytearray(file.read_bytes())
    at = content.index(place) + value[0]
    content[at : at + len(value[1])] = value[1]
    if place == b"PK\x03\x04":
        at = content.index(b"PK\x01\x02") + 16
        content[at : at + 4] = b"\x00\x00\x00\x00"
    file.write_bytes(content)
    refusal(file)


@pytest.mark.parametrize(
    "npy",
    [
        b"", b"\x93NUMPY", b"\x93NUMPY\x09\x00" + bytes(90), b"PK" * 40,
        npy_bytes(b"]", descr="'<f4'"), npy_bytes(b"]", descr="__import__('os').system('touch canary')"),
        npy_bytes(b"]", shape="(1000000000,)"), npy_bytes(b"]", shape="()"), npy_bytes(b"]", shape="(2, 2)"),
        npy_bytes(b"]", descr="[('a', '|O')]"), npy_bytes(b"]", shape="(2,)" + " " * 70_000, version=b"\x02\x00"),
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff", hostile.file_bytes(good_npy()[128:], entries=5),
    ],
)  # fmt: skip
def test_a_header_that_is_none(tmp_path: Path, npy: bytes) -> None:
    refusal(save_npy(tmp_path / "a.imp.npz", npy))


def test_no_file_no_zip_and_a_folder(tmp_path: Path) -> None:
    refusal(tmp_path / "missing.pro.npz")
    (tmp_path / "text.imp.npz").write_text("not a zip")
    refusal(tmp_path / "text.imp.npz")
    (tmp_path / "folder.imp.npz").mkdir()
    refusal(tmp_path / "folder.imp.npz")


def read_or_refused(file: Path) -> None:
    """Nothing but `BundleError` comes of a file, and that in one line."""
    lines: list[str] = []
    try:
        read_nn_vis(file)
    except BundleError as error:
        lines.append(str(error))
    assert "\n" not in "".join(lines)


def whole_file(folder: Path, name: str) -> bytes:
    parts = importance_parts((4, 3, 2)) if name == "imp" else processed_parts((4, 3, 2), slots=5)
    return save_parts(folder / "whole.npz", parts).read_bytes()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["imp", "pro"]),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=3),
)
def test_any_damage_is_refused_in_one_line_or_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, name: str, cut: float, flips: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    content = bytearray(whole_file(folder, name))
    for place, change in flips:
        content[int(place * len(content))] ^= change
    npy = content[: int(cut * len(content)) + 1] if not flips else content
    file = folder / f"a.{name}.npz"
    file.write_bytes(npy)
    read_or_refused(file)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["imp", "pro"]), place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_any_changed_byte_of_a_pickle_is_refused_or_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: float, byte: int
) -> None:
    """The zip's checksum fits, so that the pickle itself is what is looked at."""
    folder = tmp_path_factory.mktemp("bytes")
    whole_file(folder, name)
    with zipfile.ZipFile(folder / "whole.npz") as archive:
        npy = bytearray(archive.read(MEMBER))
    npy[int(place * len(npy))] = byte
    file = save_npy(folder / f"a.{name}.npz", bytes(npy))
    read_or_refused(file)
