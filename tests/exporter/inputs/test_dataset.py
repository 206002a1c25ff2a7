"""Data sets that are streamed: the samples are those of `read_inputs`, whatever pieces they are read in."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from exporter.inputs import InputError, InputSpec, PreprocessingOptions, Sample, dataset_files, read_inputs
from exporter.inputs.dataset import DataSet, open_dataset
from exporter.inputs.mapped import Mapped

COLOUR, ANY = InputSpec("x", (6, 8, 3)), InputSpec("x", (None, None, 3))
RNG = np.random.default_rng(11)
BYTES = RNG.integers(0, 256, (5, 6, 8, 3), dtype=np.uint8)


def opened(source: Any, *specs: InputSpec, scale: float | None = None, skip_bad: bool = False) -> DataSet:
    options, names = PreprocessingOptions(scale), ("cat", "dog")
    return open_dataset(source, specs, options=options, default_scale=0.5, class_names=names, skip_bad=skip_bad)


def same(one: Sequence[Sample], other: Sequence[Sample]) -> None:
    """Nothing differs: labels, classes, values and pictures, to the bit and the dtype."""
    assert [(a.label, a.true_class) for a in one] == [(b.label, b.true_class) for b in other]
    for a, b in zip(one, other, strict=True):
        assert (a.picture is None) == (b.picture is None)
        pairs = [*zip(a.values, b.values, strict=True), *([(a.picture, b.picture)] if a.picture is not None else [])]
        for mine, theirs in pairs:
            assert mine is not None
            assert theirs is not None
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)


def check_pieces(source: Any, *specs: InputSpec, scale: float | None = None) -> DataSet:
    """Read in pieces of every size, here and after a trip through pickle, it is what `read_inputs` reads at once."""
    whole = read_inputs(
        source, specs, options=PreprocessingOptions(scale), default_scale=0.5, class_names=("cat", "dog")
    )
    data = opened(source, *specs, scale=scale)
    assert (data.count, data.preprocessing) == (len(whole.samples), whole.preprocessing)
    for each in (data, pickle.loads(pickle.dumps(data))):
        for step in (1, 2, data.count + 3):
            pieces = [each.read(start, start + step) for start in range(0, data.count, step)]
            same([sample for piece in pieces for sample in piece.samples], whole.samples)
            assert [place for piece in pieces for place in piece.places] == list(range(data.count))
    assert data.read(data.count, data.count + 5).samples == ()
    assert len(pickle.dumps(data)) < 4000
    return data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, values in zip(("dog/one", "cat/two", "else/three", "four", ".no/x"), BYTES, strict=True):
        (tmp_path / f"{name}.png").parent.mkdir(exist_ok=True)
        Image.fromarray(values[: 3 + len(name)]).save(tmp_path / f"{name}.png")
    return tmp_path


@pytest.mark.parametrize("spec", [COLOUR, ANY, InputSpec("x", (6, 8, 1))])
def test_a_folder_in_pieces(folder: Path, spec: InputSpec) -> None:
    data = check_pieces(folder, spec)
    assert (data.source, data.count) == (str(folder), 4)
    assert [sample.true_class for sample in data.read(0, 4).samples] == [0, 1, None, None]


def test_files_named_one_by_one_keep_their_order(folder: Path) -> None:
    data = check_pieces([folder / "four.png", folder / "cat/two.png"], COLOUR)
    assert data.source == f"{folder / 'four.png'} and 1 more"


def test_nothing_is_decoded_before_it_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    real = dataset_files.read_picture

    def counted(path: Path, *others: Any) -> Any:
        decoded.append(path.name)
        return real(path, *others)

    monkeypatch.setattr(dataset_files, "read_picture", counted)
    data = opened(folder, COLOUR)
    assert decoded == []
    data.read(1, 3)
    assert decoded == ["one.png", "three.png"]
    decoded.clear()
    opened(folder, ANY)
    assert decoded == ["two.png"], "where the model takes any size, the first one decides"


def test_the_signature_tells_a_set_that_has_changed(folder: Path) -> None:
    data = opened(folder, COLOUR)
    assert opened(folder, COLOUR).signature == data.signature
    Image.fromarray(BYTES[0]).save(folder / "five.png")
    assert opened(folder, COLOUR).signature != data.signature
    dataset_files._listed.cache_clear()  # as in another process
    with pytest.raises(InputError, match="the pictures are other ones than before"):
        data.read(0, 1)


def test_bad_pictures_stop_or_are_named_and_left_out(folder: Path) -> None:
    whole = (folder / "dog/one.png").read_bytes()
    (folder / "cat/a.png").write_bytes(whole[:-60])
    (folder / "cat/notes.txt").write_text("dear model")
    with pytest.raises(InputError, match=r"the picture cannot be read.*a\.png"):
        opened(folder, COLOUR).read(0, 6)
    data = opened(folder, COLOUR, skip_bad=True)
    piece = data.read(0, 3)
    assert data.count == 6
    assert ([sample.label for sample in piece.samples], piece.places) == (["two"], (2,))
    assert [(bad.place, bad.name) for bad in piece.bad] == [(0, "cat/a.png"), (1, "cat/notes.txt")]
    assert piece.bad[1].reason == "not a picture: expected a file that Pillow can read"
    assert all("\n" not in bad.reason for bad in piece.bad)
    first = opened(folder, ANY, skip_bad=True).read(0, 3).samples[0]
    assert first.picture is not None
    assert first.picture.shape == (6, 8, 3), "the first good one decides"
    (folder / "only").mkdir()
    (folder / "only/bad.png").write_bytes(b"no")
    with pytest.raises(InputError, match="none of the pictures can be read"):
        opened(folder / "only", ANY, skip_bad=True)


def test_what_is_not_there_or_not_taken_is_told_when_it_is_opened(folder: Path) -> None:
    for source, told in (
        (folder / "no.png", "no such file"),
        (folder / "no.npy", "no such file"),
        ([], "there are no inputs"),
        (["mnist:3", "mnist:4"], "too many inputs"),
        ("mnist-all:x", "expected mnist-all:N"),
    ):
        with pytest.raises(InputError, match=told):
            opened(source, COLOUR, skip_bad=True)
    with pytest.raises(InputError, match="6 x 8 x 4 values"):
        opened(folder, InputSpec("x", (6, 8, 4)))
    with pytest.raises(InputError, match="several inputs"):
        opened(folder, COLOUR, COLOUR)


@pytest.mark.parametrize("values", [BYTES, BYTES[..., :1].astype(np.float32) / 255, BYTES[..., 0] - 3.5, BYTES > 9])
@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_of_a_file_in_pieces(tmp_path: Path, values: np.ndarray, order: Any) -> None:
    np.save(tmp_path / "rows.npy", np.asarray(values, order=order))
    spec = InputSpec("x", values.shape[1:])
    data = check_pieces(tmp_path / "rows.npy", spec)
    if values.dtype == np.float32:
        check_pieces(tmp_path / "rows.npy", spec, scale=2.0)
    np.save(tmp_path / "rows.npy", values[:4])
    assert opened(tmp_path / "rows.npy", spec).signature != data.signature
    with pytest.raises(InputError, match="has changed meanwhile"):
        data.read(0, 1)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("y", [np.arange(5), np.arange(5)[:, None], np.eye(5)])
def test_arrays_of_an_archive_in_pieces(tmp_path: Path, save: Any, y: np.ndarray) -> None:
    save(tmp_path / "rows.npz", x=BYTES, y=y)
    data = check_pieces(tmp_path / "rows.npz", COLOUR)
    assert [sample.true_class for sample in data.read(1, 4).samples] == [1, 2, 3]


def test_the_inputs_of_a_model_that_takes_several(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", first=BYTES, second=RNG.normal(size=(5, 2)))
    check_pieces(tmp_path / "two.npz", InputSpec("first", (6, 8, 3)), InputSpec("second", (2,)))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_damaged_archive_is_told_before_anything_is_computed(tmp_path: Path, save: Any) -> None:
    path = tmp_path / "rows.npz"
    save(path, x=BYTES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        opened(path, COLOUR).read(0, 5)


@pytest.mark.parametrize(
    ("shape", "dtype", "told"), [((900, 6, 8, 3), "|u1", "the array is damaged"), ((5,), "|O", "plain numbers")]
)
def test_a_header_that_promises_too_much_is_refused(tmp_path: Path, shape: Any, dtype: str, told: str) -> None:
    with (tmp_path / "rows.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
        file.write(BYTES.tobytes())
    with pytest.raises(InputError, match=told):
        opened(tmp_path / "rows.npy", COLOUR)


def test_values_beyond_the_first_block_count_where_pictures_are_told_by_their_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.inputs.rows._BLOCK_BYTES", 1)
    values = RNG.random((5, 6, 8, 1))
    for last, drawn in ((0.5, True), (1.5, False), (np.nan, False)):
        values[4, 5, 7, 0] = last
        np.save(tmp_path / "rows.npy", values)
        data = check_pieces(tmp_path / "rows.npy", InputSpec("x", (6, 8, 1)))
        assert (data.read(0, 1).samples[0].picture is not None) == drawn


def test_an_array_is_never_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = Mapped.read

    def counted(rows: Mapped, start: int, stop: int) -> Any:
        read.append(stop - start)
        return real(rows, start, stop)

    np.save(tmp_path / "rows.npy", BYTES)
    data = opened(tmp_path / "rows.npy", COLOUR)
    monkeypatch.setattr(Mapped, "read", counted)
    data.read(2, 4)
    assert read == [2]


@pytest.mark.slow  # the digits come as a table of text
def test_digits_in_pieces() -> None:
    data = check_pieces("mnist:23", InputSpec("x", (784,)))
    assert data.class_names == tuple("0123456789")
    assert data.read(17, 18).samples[0].label == "digit 7 (2)"
    assert opened("mnist-training:23", InputSpec("x", (784,))).signature != data.signature


@pytest.mark.slow
def test_all_the_digits_once_each_balanced_the_held_out_ones_first() -> None:
    spec = InputSpec("x", (28, 28, 1))
    data = opened("mnist-all:5000", spec)
    samples = data.read(0, 5000).samples
    same(samples[:1000], opened("mnist:1000", spec).read(0, 1000).samples)
    assert [sample.true_class for sample in samples] == [*range(10)] * 500
    assert len({sample.values[0].tobytes() for sample in samples}) == 5000
    with pytest.raises(InputError, match="N from 1 to 5000"):
        opened("mnist-all:5001", spec)
