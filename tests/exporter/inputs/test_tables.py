"""Arrays from `.npy` and `.npz` files and from memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.inputs import InputError, InputSet, InputSpec, PreprocessingOptions, feed, read_inputs

GREY, FLAT = InputSpec("picture", (4, 5, 1)), InputSpec("features", (6,))
RNG = np.random.default_rng(2)
BYTES = RNG.integers(0, 256, (3, 4, 5, 1), dtype=np.uint8)


def read(source: Any, *specs: InputSpec, scale: float | None = None) -> InputSet:
    return read_inputs(source, specs, options=PreprocessingOptions(scale), default_scale=1 / 255)


def fed(found: InputSet, *specs: InputSpec) -> list[np.ndarray]:
    return feed(found.samples, specs, found.preprocessing)


@pytest.mark.parametrize("values", [BYTES, BYTES[..., 0]])
def test_uint8_values_are_pictures(tmp_path: Path, values: np.ndarray) -> None:
    np.save(tmp_path / "digits.npy", values)
    found = read(tmp_path / "digits.npy", GREY)
    assert [sample.label for sample in found.samples] == ["digits 0", "digits 1", "digits 2"]
    np.testing.assert_array_equal(np.stack([sample.picture for sample in found.samples]), BYTES)  # type: ignore[arg-type]
    np.testing.assert_array_equal(fed(found, GREY)[0], BYTES / np.float32(255))


def test_floats_in_0_to_1_are_fed_as_they_are_and_shown_as_pictures() -> None:
    values = RNG.random((3, 4, 5, 1))
    found = read(values, GREY)
    np.testing.assert_array_equal(fed(found, GREY)[0], values.astype(np.float32))
    np.testing.assert_array_equal(np.stack([s.picture for s in found.samples]), np.rint(values * 255))  # type: ignore[arg-type]
    preprocessing = found.preprocessing
    assert (preprocessing.scale, preprocessing.low, preprocessing.high) == (1 / 255, 0, 1)


def test_a_stated_scale_is_for_the_picture_also_of_floats() -> None:
    values = np.linspace(0, 1, 20).reshape(1, 4, 5, 1)
    found = read(values, GREY, scale=2.0)
    np.testing.assert_array_equal(fed(found, GREY)[0], np.rint(values * 255) * 2)


def test_other_floats_are_fed_as_they_are_and_not_shown() -> None:
    values = RNG.normal(size=(3, 6))
    found = read(values, FLAT)
    np.testing.assert_array_equal(fed(found, FLAT)[0], values.astype(np.float32))
    assert {sample.picture is None for sample in found.samples} == {True}
    assert (found.preprocessing.low, found.preprocessing.high) == (values.min(), values.max())
    with pytest.raises(InputError, match="scale and mean are for pictures"):
        read(values, FLAT, scale=2.0)


def test_several_inputs_by_name_and_classes(tmp_path: Path) -> None:
    features = RNG.normal(size=(3, 6)).astype(np.float32)
    np.savez(tmp_path / "both.npz", features=features, picture=BYTES, y=np.array([2, 0, 1]))
    found = read(tmp_path / "both.npz", GREY, FLAT)
    picture, extra = fed(found, GREY, FLAT)
    np.testing.assert_array_equal(picture, BYTES / np.float32(255))
    np.testing.assert_array_equal(extra, features)
    assert [sample.true_class for sample in found.samples] == [2, 0, 1]


@pytest.mark.parametrize("name", ["x", "picture", "anything"])
def test_one_input_by_any_name_and_classes_as_one_hot(tmp_path: Path, name: str) -> None:
    np.savez(tmp_path / "one.npz", **{name: BYTES, "y": np.eye(3, dtype=np.int64)[[1, 2, 0]]})
    assert [sample.true_class for sample in read(tmp_path / "one.npz", GREY).samples] == [1, 2, 0]


def test_whole_numbers_stay_whole_for_a_model_that_takes_them() -> None:
    spec = InputSpec("tokens", (4,), "int32")
    (tokens,) = fed(read(np.arange(8, dtype=np.uint8).reshape(2, 4), spec), spec)
    assert tokens.dtype == np.int32
    assert tokens.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_flat_uint8_values_are_scaled_like_pictures_and_not_shown() -> None:
    values = RNG.integers(0, 256, (3, 6), dtype=np.uint8)
    options = PreprocessingOptions(0.5, (10.0,))
    found = read_inputs(values, [FLAT], options=options, default_scale=1)
    np.testing.assert_array_equal(fed(found, FLAT)[0], (values - np.float32(10)) / 2)
    assert found.samples[0].picture is None


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((3, 4, 6, 1), r"expected N x 4 x 5 x 1 \(rank 4\), got 3 x 4 x 6 x 1"),
        ((3, 4, 5, 3), r"got 3 x 4 x 5 x 3"),
        ((4, 5), r"got 4 x 5"),
        ((), r"got a single number"),
        ((0, 4, 5, 1), r"the array is empty"),
    ],
)
def test_a_shape_that_the_model_does_not_take(shape: tuple[int, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(np.zeros(shape, np.uint8), GREY)


def test_a_wrong_number_of_features_says_the_right_one() -> None:
    with pytest.raises(InputError, match=r"'features': expected N x 6 \(rank 2\), got 3 x 7"):
        read(np.zeros((3, 7)), FLAT)


def test_arrays_that_do_not_belong_together(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", picture=BYTES, features=np.zeros((2, 6)))
    with pytest.raises(InputError, match=r"same number of rows, got \[2, 3\]"):
        read(tmp_path / "a.npz", GREY, FLAT)
    np.savez(tmp_path / "b.npz", picture=BYTES)
    with pytest.raises(InputError, match=r"no array for the input 'features'.*got picture"):
        read(tmp_path / "b.npz", GREY, FLAT)


class Explosive:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_nothing_is_unpickled(tmp_path: Path, suffix: str) -> None:
    values = np.array([Explosive(tmp_path / "boom")], dtype=object)
    path = tmp_path / f"a{suffix}"
    (np.save if suffix == ".npy" else np.savez)(path, values)
    with pytest.raises(InputError, match="plain numbers"):
        read(path, GREY)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize(
    ("shape", "told"),
    [((2**20, 2**20), "over the limit"), ((1000, 100), "the array is damaged: expected 800000 bytes")],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_what_a_header_claims_is_checked_before_it_is_allocated(
    tmp_path: Path, suffix: str, shape: tuple[int, ...], told: str
) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    path = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        path.write_bytes(stream.getvalue() + bytes(64))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x.npy", stream.getvalue() + bytes(64))
    with pytest.raises(InputError, match=told):
        read(path, GREY)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_files_that_are_no_arrays(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / name, GREY)
    (tmp_path / name).write_bytes(b"Dear model,")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / name, GREY)
