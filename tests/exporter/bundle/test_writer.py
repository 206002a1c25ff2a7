"""What is not committed was never there; what is there is replaced only when asked; failures are one clear line."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plain_bundle import names_in, plain_manifest, write_plain

from exporter.bundle import BundleError, BundleWriter, KerascopeError, durable, read_bundle, validate_bundle
from exporter.bundle.schema import TensorRef

WHOLE = ["manifest.json", "weights", "weights/000.npz"]


def refs_of(path: Path) -> dict[str, TensorRef]:
    weights = read_bundle(path).manifest.checkpoints[0].weights
    return {name.removeprefix("a/"): ref for name, ref in weights.items()}


def content_of(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in names_in(path) if (path / name).is_file()}


def test_leaving_without_commit_leaves_nothing(tmp_path: Path) -> None:
    with BundleWriter.create(tmp_path / "new/er/x.bundle") as writer:
        writer.write("weights/000.npz", {"k": np.zeros(3)})
    assert list(tmp_path.iterdir()) == []


def write_and_fail(writer: BundleWriter, error: Exception) -> None:
    with writer, writer.open("weights/000.npz") as stream:
        stream.add("k", np.ones(7))
        raise error


def test_an_error_inside_leaves_nothing_and_passes_through_as_it_is(tmp_path: Path) -> None:
    own = OSError(errno.ENOENT, "a picture of the user")
    with pytest.raises(OSError, match="a picture") as caught:
        write_and_fail(BundleWriter.create(tmp_path / "x.bundle"), own)
    assert caught.value is own
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_failed_can_be_written_again(tmp_path: Path) -> None:
    with BundleWriter.create(tmp_path / "x.bundle") as writer:
        with pytest.raises(BundleError):
            writer.write("weights/000.npz", {"k": np.array([None])})
        writer.commit(plain_manifest(writer.write("weights/000.npz", {"k": np.ones(2)})))
    assert validate_bundle(tmp_path / "x.bundle") == []


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_plain(tmp_path / "a/b/x.bundle", {"k": np.zeros(1)})
    assert names_in(tmp_path / "a/b/x.bundle") == WHOLE


def test_a_new_bundle_has_the_rights_of_any_new_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    path = write_plain(tmp_path / "x.bundle", {"k": np.zeros(1)})
    assert path.stat().st_mode == (tmp_path / "folder").stat().st_mode
    assert (path / "manifest.json").stat().st_mode == (tmp_path / "file").stat().st_mode
    assert (path / "weights/000.npz").stat().st_mode == (tmp_path / "file").stat().st_mode


@pytest.mark.parametrize("what", ["bundle", "folder", "file", "dangling link"])
def test_nothing_is_overwritten_unasked(plain: Path, tmp_path: Path, what: str) -> None:
    places = {"bundle": plain, "folder": tmp_path / "d", "file": tmp_path / "f", "dangling link": tmp_path / "l"}
    places["folder"].mkdir()
    places["file"].write_text("precious")
    (tmp_path / "l").symlink_to(places["file"])
    before = names_in(tmp_path)
    with pytest.raises(BundleError, match="; pass --overwrite "):
        BundleWriter.create(places[what])
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("what", ["folder", "file", "other manifest", "no json"])
def test_what_is_no_bundle_is_not_overwritten_even_when_asked(tmp_path: Path, what: str) -> None:
    place = tmp_path / "home"
    if what == "file":
        place.write_text("precious")
    else:
        place.mkdir()
        text = {"folder": None, "other manifest": '{"format": "web extension"}', "no json": "{"}[what]
        (place / ("notes.txt" if text is None else "manifest.json")).write_text(text or "precious")
    before = names_in(tmp_path)
    with pytest.raises(BundleError, match="is no bundle, so it is not overwritten; remove it yourself"):
        BundleWriter.create(place, overwrite=True)
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_appeared_while_a_bundle_was_written_is_not_overwritten(tmp_path: Path, overwrite: bool) -> None:
    path = tmp_path / "x.bundle"
    with BundleWriter.create(path, overwrite=overwrite) as writer:
        refs = writer.write("weights/000.npz", {"k": np.zeros(1)})
        path.mkdir()
        (path / "notes.txt").write_text("precious")
        with pytest.raises(BundleError, match="no bundle" if overwrite else "pass --overwrite"):
            writer.commit(plain_manifest(refs))
    assert names_in(tmp_path) == ["x.bundle", "x.bundle/notes.txt"]


def test_overwriting_replaces_the_whole_folder_at_commit(plain: Path, tmp_path: Path) -> None:
    (plain / "stray.npz").touch()
    with BundleWriter.create(plain, overwrite=True) as writer:
        refs = writer.write("weights/000.npz", {"k": np.ones(7)})
        assert read_bundle(plain).weight("000", "a", "k").shape == (2, 3)
        opened = read_bundle(plain)
        opened.weight("000", "a", "k")
        writer.commit(plain_manifest(refs))
    assert names_in(tmp_path) == ["x.bundle", *(f"x.bundle/{name}" for name in WHOLE)]
    assert read_bundle(plain).weight("000", "a", "k").shape == (7,)


def test_a_failed_overwrite_keeps_the_old_bundle(plain: Path, tmp_path: Path) -> None:
    before = content_of(plain)
    with pytest.raises(ZeroDivisionError):
        write_and_fail(BundleWriter.create(plain, overwrite=True), ZeroDivisionError())
    assert content_of(plain) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.bundle"]


def test_a_newer_or_damaged_bundle_can_be_overwritten(edit: Any) -> None:
    path = edit(lambda manifest: manifest.update(version=99, layers=[]))
    assert validate_bundle(write_plain(path, {"k": np.zeros(1)}, overwrite=True)) == []


def test_a_bundle_behind_a_link_is_overwritten_where_it_is(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(plain)
    write_plain(tmp_path / "link", {"k": np.ones(7)}, overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert read_bundle(plain).weight("000", "a", "k").shape == (7,)


def test_appending_adds_and_changes_no_file_that_was_there(plain: Path) -> None:
    before = content_of(plain)
    with BundleWriter.append(plain) as writer:
        more = writer.write("derived/a/b.npz", {"m": np.arange(4)})
        assert validate_bundle(plain) == []
        writer.commit(plain_manifest({**refs_of(plain), **more}))
    after = content_of(plain)
    assert {name for name in after if after[name] != before.get(name)} == {"manifest.json", "derived/a/b.npz"}
    np.testing.assert_array_equal(read_bundle(plain).weight("000", "a", "m"), np.arange(4))


def test_appending_refuses_to_touch_a_named_file(plain: Path) -> None:
    before = content_of(plain)
    with BundleWriter.append(plain) as writer, pytest.raises(BundleError, match="has this file already"):
        writer.write("weights/000.npz", {"k": np.zeros(1)})
    assert content_of(plain) == before


def test_abandoning_an_append_leaves_the_bundle_as_it_was(plain: Path) -> None:
    before = names_in(plain), content_of(plain)
    with BundleWriter.append(plain) as writer:
        writer.write("derived/a/b.npz", {"m": np.arange(4)})
    assert (names_in(plain), content_of(plain)) == before


def test_appending_needs_a_valid_bundle(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="not a Kerascope bundle"):
        BundleWriter.append(tmp_path / "nowhere")
    (plain / "weights/000.npz").unlink()
    with pytest.raises(BundleError, match="missing"):
        BundleWriter.append(plain)


@pytest.mark.parametrize("what", ["file", "folder", "manifest"])
def test_links_in_a_foreign_bundle_do_not_lead_the_writer_out(plain: Path, tmp_path: Path, what: str) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "b.npz").write_text("precious")
    if what == "folder":
        (plain / "derived").symlink_to(precious)
    elif what == "file":
        (plain / "derived").mkdir()
        (plain / "derived/b.npz").symlink_to(precious / "b.npz")
    else:
        (plain / ".manifest.json.tmp").symlink_to(precious / "b.npz")
    refused = pytest.raises(BundleError, match="is a link that leaves it")
    with refused if what == "folder" else contextlib.nullcontext(), BundleWriter.append(plain) as writer:
        writer.commit(plain_manifest({**refs_of(plain), **writer.write("derived/b.npz", {"m": np.zeros(1)})}))
    assert (precious / "b.npz").read_text() == "precious"
    assert names_in(precious) == ["b.npz"]
    assert validate_bundle(plain) == []


@pytest.mark.parametrize(
    "name", ["../x.npz", "/x.npz", "x.npy", "manifest.json", "", "a\\b.npz", "a b.npz", "conv:1.npz"]
)
def test_only_names_that_a_reader_takes_can_be_written(tmp_path: Path, name: str) -> None:
    with (
        BundleWriter.create(tmp_path / "x.bundle") as writer,
        pytest.raises(BundleError, match="not a name for a file"),
    ):
        writer.write(name, {})


def test_a_manifest_that_does_not_hold_together_is_not_committed(plain: Path) -> None:
    before = content_of(plain)
    lost = TensorRef(file="lost.npz", key="k", shape=(1,), dtype="float32")
    with BundleWriter.append(plain) as writer:
        with pytest.raises(BundleError, match=r"'lost\.npz' is named, but was not written"):
            writer.commit(plain_manifest({**refs_of(plain), "l": lost}))
        with pytest.raises(BundleError, match="there is no checkpoint"):
            writer.commit(plain_manifest(refs_of(plain), checkpoints=()))
        (plain / "lost.npz").touch()  # a stray file is none
        with pytest.raises(BundleError, match="but was not written"):
            writer.commit(plain_manifest({**refs_of(plain), "l": lost}))
    assert content_of(plain) == {**before, "lost.npz": b""}


def test_nothing_goes_into_a_finished_bundle(tmp_path: Path) -> None:
    with BundleWriter.create(tmp_path / "x.bundle") as writer:
        refs = writer.write("weights/000.npz", {"k": np.zeros(1)})
        writer.commit(plain_manifest(refs))
        for late in (lambda: writer.write("b.npz", {}), lambda: writer.commit(plain_manifest(refs))):
            with pytest.raises(BundleError, match="finished"):
                late()
    assert names_in(tmp_path / "x.bundle") == WHOLE


def test_a_place_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file/x.bundle", tmp_path / "file/deeper/x.bundle", Path("/proc/x.bundle")):
        with pytest.raises(KerascopeError, match=r"^the bundle could not be written: got .*; choose a place that can"):
            BundleWriter.create(place)
    assert names_in(tmp_path) == ["file"]


@pytest.fixture
def small_files() -> Iterator[None]:
    """Files may have 64 KiB at most, as if the disk were full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("size", [2**16 - 100, 2**20])
@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(plain: Path, tmp_path: Path, size: int) -> None:
    before = content_of(plain)
    for writer in (BundleWriter.create(tmp_path / "new.bundle"), BundleWriter.append(plain)):
        with (
            pytest.raises(KerascopeError, match=r"^the bundle could not be written: got File too large; choose"),
            writer,
        ):
            writer.write("weights/001.npz", {"k": np.zeros(size, np.uint8)})
    assert content_of(plain) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.bundle"]


@pytest.mark.parametrize("function", ["fsync", "rename", "replace"])
@pytest.mark.parametrize("command", ["create", "overwrite", "append"])
@pytest.mark.parametrize("nth", range(6))
def test_any_failing_step_is_one_clear_line_and_leaves_what_was_there(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, command: str, nth: int
) -> None:
    """The n-th `fsync`, `rename` or `replace` fails as on a full disk; folders cannot be exchanged in one step."""
    real, calls = getattr(os, function), iter(range(1000))

    def fail(*arguments: Any, **options: Any) -> Any:
        if next(calls) == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments, **options)

    path = tmp_path / "new.bundle" if command == "create" else plain
    before = content_of(path) if command != "create" else {}
    refs = refs_of(path) if command == "append" else {}
    monkeypatch.setattr(durable, "_exchange_names", lambda *_names: False)
    monkeypatch.setattr(os, function, fail)
    error = ""
    try:
        overwrite = command == "overwrite"
        with (
            BundleWriter.append(path)
            if command == "append"
            else BundleWriter.create(path, overwrite=overwrite) as writer
        ):
            refs |= writer.write("derived/m.npz", {"m": np.ones(4)})
            writer.commit(plain_manifest(refs))
    except KerascopeError as caught:
        error = str(caught)
    monkeypatch.undo()
    found = content_of(path) if path.exists() else {}
    committed = "derived/m.npz" in found
    assert "got No space left on device; free some space" in error if error else committed
    assert committed or found == before
    assert not committed or validate_bundle(path) == []
    assert {entry.name for entry in tmp_path.iterdir()} <= {"x.bundle", "new.bundle"}


@pytest.mark.parametrize("cuts", [(), (0,), (3,), (1, 1, 6), (7,)])
def test_an_array_in_pieces_has_the_bytes_of_the_whole(cuts: tuple[int, ...], tmp_path: Path) -> None:
    whole = np.arange(7 * 2 * 3, dtype=np.int32).reshape(7, 2, 3)
    for name in ("whole", "pieces"):
        with BundleWriter.create(tmp_path / f"{name}.bundle") as writer:
            with writer.open("weights/000.npz") as stream:
                if name == "whole":
                    ref = stream.add("k", whole)
                else:
                    pieces = iter(np.split(whole, cuts))
                    ref = stream.add_rows("k", whole.shape, whole.dtype, pieces)
            assert (ref.shape, ref.dtype) == ((7, 2, 3), "int32")
            writer.commit(plain_manifest({"k": ref}))
    assert content_of(tmp_path / "pieces.bundle") == content_of(tmp_path / "whole.bundle")


@pytest.mark.parametrize(
    ("pieces", "pattern"),
    [
        ([np.zeros(2)], r"do not make an array.*3 values.*-1 values"),
        ([np.zeros(2), np.zeros(9)], r"do not make an array"),
        ([np.zeros(3, np.float32)], "another dtype"),
        ([], "do not make an array"),
    ],
)
def test_pieces_that_make_no_array_leave_nothing(pieces: list[Any], pattern: str, tmp_path: Path) -> None:
    def add(writer: BundleWriter) -> None:
        with writer, writer.open("weights/000.npz") as stream:
            stream.add_rows("k", (3,), np.dtype(np.float64), iter(pieces))

    with pytest.raises(BundleError, match=pattern):
        add(BundleWriter.create(tmp_path / "x.bundle"))
    assert list(tmp_path.iterdir()) == []
