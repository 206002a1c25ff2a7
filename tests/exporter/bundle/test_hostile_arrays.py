"""Array files that somebody wrote to do harm, or that something damaged. What is asked for comes, or one clear line."""

from __future__ import annotations

import contextlib
import io
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import share_of_examples
from hypothesis import given
from hypothesis import strategies as st
from plain_bundle import plain_manifest, write_plain

from exporter.bundle import Bundle, BundleError, Limits, read_bundle, store, validate_bundle
from exporter.bundle.schema import TensorRef

KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)
Edit = Callable[[Callable[[Any], None]], Path]


def npy_bytes(array: np.ndarray[Any, Any], version: tuple[int, int] = (1, 0)) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=True)
    return stream.getvalue()


def replace_entry(path: Path, content: bytes, *, method: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path / "weights/000.npz", "w", method) as file:
        file.writestr("k.npy", content)


def refuse(path: Path, line: str) -> None:
    """All readers refuse the one tensor, also one that maps it; opening the bundle does not."""
    for mapped_bytes in (store.MAPPED_BYTES, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "MAPPED_BYTES", mapped_bytes)
            with pytest.raises(BundleError) as caught:
                read_bundle(path).weight("000", "a", "k")
        assert line in str(caught.value)
        assert "\n" not in str(caught.value)
        assert str(caught.value) in validate_bundle(path)


class Bomb:
    """Unpickling it would create a file."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("unpickled"),))


def test_pickles_are_never_opened(plain: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pickle, "load", lambda *_args, **_options: pytest.fail("it was unpickled"))
    replace_entry(plain, npy_bytes(np.array([Bomb()] * 6, object).reshape(2, 3)))
    refuse(plain, "'|O', which a bundle cannot hold")
    replace_entry(plain, pickle.dumps(Bomb()))
    refuse(plain, "not what the manifest declares")
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize(
    ("array", "line"),
    [
        (KERNEL.T.copy(), "got <f4 (3, 2)"),
        (KERNEL.astype(np.float64), "got <f8 (2, 3)"),
        (KERNEL.astype(">f4"), "'>f4', which a bundle cannot hold"),
        (np.asfortranarray(KERNEL), "in Fortran order"),
        (KERNEL.reshape(-1), "got <f4 (6,)"),
        (np.zeros((2, 3), "f4,f4"), "not what the manifest declares"),
        (np.zeros((2, 3), "U1"), "'<U1', which a bundle cannot hold"),
    ],
)
def test_another_array_than_declared_is_refused(plain: Path, array: np.ndarray[Any, Any], line: str) -> None:
    replace_entry(plain, npy_bytes(array))
    refuse(plain, line)


GOOD = npy_bytes(KERNEL)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x93NUMPY", GOOD[:9], GOOD[:40], GOOD[:-1], GOOD + b"\0",
        npy_bytes(KERNEL, (2, 0)), npy_bytes(KERNEL, (3, 0)),
        GOOD.replace(b"(2, 3)", b"(2,-3)"), GOOD.replace(b"(2, 3)", b"(2,9**9)"), GOOD.replace(b"'<f4'", b"'\\f4'"),
        GOOD.replace(b"False", b"0    "), GOOD.replace(b"}", b"("), b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535,
        GOOD.replace(b"(2, 3)", b"(" + b"9" * 60 + b",)"),
    ],
    ids=range(15),
)  # fmt: skip
def test_headers_that_are_none_are_refused(plain: Path, content: bytes) -> None:
    replace_entry(plain, content)
    refuse(plain, "expected")


def test_an_entry_of_another_name_is_a_missing_tensor(plain: Path) -> None:
    with zipfile.ZipFile(plain / "weights/000.npz", "w") as file:
        file.writestr("other.npy", GOOD)
    refuse(plain, "a tensor is missing: expected 'k'")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_than_deflate_are_refused(plain: Path, method: int) -> None:
    replace_entry(plain, GOOD, method=method)
    refuse(plain, "a stored or deflated entry")


def test_an_encrypted_entry_is_refused(plain: Path) -> None:
    content = bytearray((plain / "weights/000.npz").read_bytes())
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(marker) + offset] |= 1
    (plain / "weights/000.npz").write_bytes(content)
    refuse(plain, "encryption")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_is_there_twice_is_a_problem(plain: Path) -> None:
    with zipfile.ZipFile(plain / "weights/000.npz", "a") as file:
        file.writestr("k.npy", GOOD)
    assert "'k.npy' is in the file 2 times" in validate_bundle(plain)[0]


def peak_bytes(bundle: Bundle, line: str) -> int:
    """The most memory that was taken while the tensor was refused with this line."""
    tracemalloc.start()
    try:
        with pytest.raises(BundleError) as caught:
            bundle.weight("000", "a", "k")
        assert line in str(caught.value)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_size_that_is_a_lie_allocates_nothing(edit: Edit) -> None:
    huge = [2**14, 2**14]  # 1 GiB of float32, within the limits
    path = edit(lambda manifest: manifest["checkpoints"][0]["weights"]["a/k"].update(shape=huge))
    header = GOOD.replace(b"(2, 3)", b"(16384, 16384)").replace(b" " * 8 + b"\n", b"\n")
    for content in (GOOD, header):
        replace_entry(path, content)
        assert peak_bytes(read_bundle(path), "expected 1073741824 bytes of values, got 152 bytes in the file") < 2**20


def test_a_stored_size_beyond_the_file_allocates_nothing(edit: Edit) -> None:
    """The ZIP directory, header and manifest agree on 1 GiB, the file is tiny."""
    path = edit(lambda manifest: manifest["checkpoints"][0]["weights"]["a/k"].update(shape=[2**28]))
    header = npy_bytes(np.broadcast_to(np.float32(0), (2**28,))[:0]).replace(b"(0,), }", b"(268435456,), }")
    header = header.replace(b" " * 8 + b"\n", b"\n")
    replace_entry(path, header)
    content = bytearray((path / "weights/000.npz").read_bytes())
    size = (len(header) + 2**30).to_bytes(4, "little") * 2
    for marker, offset in ((b"PK\x03\x04", 18), (b"PK\x01\x02", 20)):
        at = content.index(marker) + offset
        content[at : at + 8] = size
    (path / "weights/000.npz").write_bytes(content)
    assert peak_bytes(read_bundle(path), "expected 1073741824 bytes of values") < 2**20


def test_a_zip_bomb_is_not_unpacked_beyond_what_is_declared(plain: Path) -> None:
    replace_entry(plain, GOOD + bytes(2**24), method=zipfile.ZIP_DEFLATED)
    assert peak_bytes(read_bundle(plain), "expected 24 bytes of values, got 16777240 bytes") < 2**20


def test_a_zip_bomb_that_hides_its_size_is_stopped_at_what_is_declared(plain: Path) -> None:
    """The directory says the entry is as large as declared, while its stream unpacks to 16 MiB."""
    replace_entry(plain, GOOD + bytes(2**24), method=zipfile.ZIP_DEFLATED)
    content = bytearray((plain / "weights/000.npz").read_bytes())
    for marker, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(marker) + offset
        content[at : at + 4] = len(GOOD).to_bytes(4, "little")
    (plain / "weights/000.npz").write_bytes(content)
    assert peak_bytes(read_bundle(plain), "damaged") < 2**20


def test_references_from_elsewhere_are_refused(plain: Path, tmp_path: Path) -> None:
    bundle = read_bundle(plain, limits=Limits(tensor_bytes=24))
    for file, shape in (("../other.npz", (2, 3)), ("weights/000.npz", (7,))):
        ref = TensorRef(file=file, key="k", shape=shape, dtype="float32")
        with pytest.raises(BundleError, match="not a tensor of this bundle"):
            bundle.load(ref)


def bundle_of(tmp_path_factory: pytest.TempPathFactory, compress: bool) -> tuple[Bundle, Path, bytes]:
    path = write_plain(tmp_path_factory.mktemp("cut") / "x.bundle", {"k": KERNEL, "z": KERNEL}, compress=compress)
    return read_bundle(path), path / "weights/000.npz", (path / "weights/000.npz").read_bytes()


@given(data=st.data(), compress=st.booleans())
def test_a_truncated_file_is_always_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, compress: bool
) -> None:
    bundle, file, content = bundle_of(tmp_path_factory, compress)
    file.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(BundleError, match="damaged"):
        bundle.weight("000", "a", "k")


@share_of_examples(2.5)
@given(data=st.data(), compress=st.booleans())
def test_a_damaged_file_gives_the_array_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, compress: bool
) -> None:
    bundle, file, content = bundle_of(tmp_path_factory, compress)
    damaged = bytearray(content)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        damaged[at] = data.draw(st.integers(0, 255))
    file.write_bytes(damaged)
    with contextlib.suppress(BundleError):
        np.testing.assert_array_equal(bundle.weight("000", "a", "k"), KERNEL)


def test_a_bundle_says_all_of_its_problems(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "x.bundle", {"k": KERNEL, "m": KERNEL, "n": KERNEL})
    with zipfile.ZipFile(path / "weights/000.npz", "w") as file:
        file.writestr("k.npy", npy_bytes(KERNEL.T.copy()))
        file.writestr("n.npy", GOOD)
    assert [("'k'" in line, "'m'" in line) for line in validate_bundle(path)] == [(True, False), (False, True)]
    assert plain_manifest({}).checkpoints[0].weights == {}
