"""Folders and files of pictures."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exporter.inputs import InputError, InputSet, InputSpec, PreprocessingOptions, read_inputs

COLOUR, GREY = InputSpec("x", (6, 8, 3)), InputSpec("x", (6, 8, 1))


def read(sources: object, spec: InputSpec = COLOUR, names: tuple[str, ...] = ()) -> InputSet:
    return read_inputs(sources, [spec], options=PreprocessingOptions(), default_scale=1 / 255, class_names=names)  # type: ignore[arg-type]


def gradient(mode: str = "RGB", size: tuple[int, int] = (8, 6)) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    values = np.random.default_rng(3).integers(0, 256, (size[1], size[0], channels), dtype=np.uint8)
    return Image.fromarray(values[..., 0] if channels == 1 else values, mode=None)


def test_a_picture_of_the_right_size_is_taken_as_it_is(tmp_path: Path) -> None:
    gradient().save(tmp_path / "a.png")
    sample = read(tmp_path).samples[0]
    np.testing.assert_array_equal(sample.picture, np.asarray(gradient()))
    assert sample.label == "a"


def test_other_sizes_and_modes_become_what_the_model_takes(tmp_path: Path) -> None:
    gradient(size=(31, 17)).save(tmp_path / "a.jpg")
    gradient("L").save(tmp_path / "b.png")
    gradient("L").convert("P").save(tmp_path / "c.gif")
    for spec in (COLOUR, GREY):
        pictures = [sample.picture for sample in read(tmp_path, spec).samples]
        assert [p.shape for p in pictures if p is not None] == [spec.shape] * 3
    np.testing.assert_array_equal(read(tmp_path, GREY).samples[1].picture[..., 0], np.asarray(gradient("L")))  # type: ignore[index]


def test_transparency_lies_on_white_and_16_bits_become_8(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 6), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    Image.fromarray(np.full((6, 8), 257 * 200, np.uint16)).save(tmp_path / "deep.png")
    clear, deep = (sample.picture for sample in read(tmp_path, GREY).samples)
    assert clear is not None
    assert deep is not None
    assert (clear == 255).all()
    assert (deep == 200).all()


def test_the_camera_says_which_side_is_up(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    gradient(size=(6, 8)).save(tmp_path / "a.png", exif=exif)
    expected = np.rot90(np.asarray(gradient(size=(6, 8))), -1)
    np.testing.assert_array_equal(read(tmp_path).samples[0].picture, expected)


def test_sub_folders_name_the_class(tmp_path: Path) -> None:
    for name in ("dog/one.png", "cat/two.png", "else/three.png", "four.png", ".hidden/no.txt", "cat/.DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        gradient().save(tmp_path / name, format="png")
    samples = read(tmp_path, names=("cat", "dog")).samples
    assert {sample.label: sample.true_class for sample in samples} == {"one": 1, "two": 0, "three": None, "four": None}


def test_files_keep_the_order_they_are_named_in(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        gradient().save(tmp_path / name)
    assert [s.label for s in read([tmp_path / "b.png", str(tmp_path / "a.png")]).samples] == ["b", "a"]


def test_an_empty_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder is empty"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"no such file \(.*nowhere\.png\)"):
        read(tmp_path / "nowhere.png")
    with pytest.raises(InputError, match="there are no inputs"):
        read([])


@pytest.mark.parametrize(("content", "told"), [(b"Dear model,", "not a picture"), (b"", "not a picture")])
def test_a_text_file_among_pictures_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    gradient().save(tmp_path / "a.png")
    (tmp_path / "notes.txt").write_bytes(content)
    with pytest.raises(InputError, match=rf"{told}.*notes\.txt"):
        read(tmp_path)


def test_half_a_picture_is_told(tmp_path: Path) -> None:
    gradient(size=(300, 300)).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:9000])
    with pytest.raises(InputError, match=r"cannot be read.*a\.png"):
        read(tmp_path)


def test_a_picture_that_claims_to_be_huge_is_not_unpacked(tmp_path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b""))
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))
    with pytest.raises(InputError, match=r"over the limit|cannot be read"):
        read(tmp_path)


def test_a_model_that_takes_no_pictures_says_what_it_takes(tmp_path: Path) -> None:
    gradient().save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"does not take pictures: expected 12 values for the input 'f'"):
        read(tmp_path, InputSpec("f", (12,)))
    with pytest.raises(InputError, match=r"6 x 8 x 4"):
        read(tmp_path, InputSpec("f", (6, 8, 4)))


def test_where_the_model_takes_any_size_the_first_picture_decides(tmp_path: Path) -> None:
    gradient(size=(10, 12)).save(tmp_path / "a.png")
    gradient(size=(30, 7)).save(tmp_path / "b.png")
    pictures = [sample.picture for sample in read(tmp_path, InputSpec("x", (None, None, 3))).samples]
    assert [p.shape for p in pictures if p is not None] == [(12, 10, 3)] * 2
