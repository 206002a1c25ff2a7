"""Named data sets: `tfds:NAME[:SPLIT]`, on a tiny set that tensorflow-datasets itself writes."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from exporter.inputs import DataSet, InputError, InputSpec, PreprocessingOptions, open_dataset, read_inputs
from exporter.inputs.dataset_named import class_of
from exporter.inputs.named import _parted, within

pytestmark = [pytest.mark.tf, pytest.mark.slow]
SPEC = InputSpec("x", (6, 8, 3))
PICTURES = np.random.default_rng(5).integers(0, 256, (9, 6, 8, 3), dtype=np.uint8)
TRUNCATED = 4


def encoded(place: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PICTURES[place]).save(file, "png")
    return file.getvalue()[: -60 if place == TRUNCATED else None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine pictures with an unlabelled and a truncated one, in `train` (7, of three files) and `test` (2)."""
    import tensorflow_datasets as tfds

    folder = tmp_path_factory.mktemp("sets") / "tiny/1.0.0"
    folder.mkdir(parents=True)
    kinds = tfds.features
    shape = (None, None, 3)
    features = kinds.FeaturesDict(
        {
            "mask": kinds.Image(shape=(2, 2, 1)),
            "image": kinds.Image(shape=shape, encoding_format="png"),
            "kind": kinds.ClassLabel(names=["cat", "dog", "fox"]),
        }
    )
    identity = tfds.core.dataset_info.DatasetIdentity("tiny", tfds.core.Version("1.0.0"), str(folder), "")
    info = tfds.core.DatasetInfo(builder=identity, features=features, supervised_keys=("image", "kind"))
    writer = tfds.core.SequentialWriter(info, max_examples_per_shard=3)
    mask = np.zeros((2, 2, 1), np.uint8)
    for split, places in (("train", range(7)), ("test", range(7, 9))):
        writer.initialize_splits([split])
        kind = [-1, *[place % 3 for place in range(1, 9)]]
        examples: Iterator[Any] = ({"image": encoded(p), "kind": kind[p], "mask": mask} for p in places)
        writer.add_examples({split: list(examples)})
    writer.close_all()
    return folder


def opened(source: str, spec: InputSpec = SPEC, *, skip_bad: bool = False) -> DataSet:
    return open_dataset(source, [spec], options=PreprocessingOptions(), default_scale=0.5, skip_bad=skip_bad)


def test_pieces_are_the_records_in_their_order_whatever_they_are_cut_into(folder: Path) -> None:
    data = opened(f"tfds:{folder}:train+test", skip_bad=True)
    assert (data.count, data.class_names) == (9, ("cat", "dog", "fox"))
    for each, step in ((data, 4), (pickle.loads(pickle.dumps(data)), 9)):
        pieces = [each.read(start, start + step) for start in range(0, 9, step)]
        samples = [sample for piece in pieces for sample in piece.samples]
        good = [place for place in range(9) if place != TRUNCATED]
        assert [place for piece in pieces for place in piece.places] == good
        assert [sample.label for sample in samples] == [f"tiny {place}" for place in good]
        assert [sample.true_class for sample in samples] == [None, 1, 2, 0, 2, 0, 1, 2]
        np.testing.assert_array_equal(np.stack([sample.values[0] for sample in samples]), PICTURES[good])
        assert [(bad.place, bad.name) for piece in pieces for bad in piece.bad] == [(TRUNCATED, "tiny 4")]
    assert [sample.label for sample in data.read(6, 9).samples] == ["tiny 6", "tiny 7", "tiny 8"], "from anywhere"
    assert data.read(2, 3).samples[0].values[0].tobytes() == PICTURES[2].tobytes()
    with pytest.raises(InputError, match=r"the picture cannot be read.*\(tiny 4\)"):
        opened(f"tfds:{folder}:train").read(3, 6)


def test_the_split_and_the_size_that_are_taken_where_nothing_is_said(folder: Path) -> None:
    data = opened(f"tfds:{folder.parent}", InputSpec("x", (None, None, 1)))
    assert data.count == 2
    found = read_inputs(
        f"tfds:{folder}:test", [InputSpec("x", (6, 8, 1))], options=PreprocessingOptions(), default_scale=0.5
    )
    for mine, theirs in zip(data.read(0, 2).samples, found.samples, strict=True):
        np.testing.assert_array_equal(mine.values[0], theirs.values[0])
    assert opened(f"tfds:{folder}:train[2:]").read(0, 1).samples[0].true_class == 2
    assert opened(f"tfds:{folder}:train").signature != data.signature


@pytest.mark.parametrize(
    ("names", "known", "found"),
    [
        ("cat dog fox", "", [None, 0, 1, 2]),
        ("cat dog fox", "fox cow cat hen", [None, 2, None, 0]),
        ("cat dog fox", "a b c", [None, 0, 1, 2]),
        ("cat dog fox", "a b", [None, None, None, None]),
        ("", "a b c", [None, None, None, None]),
    ],
)
def test_labels_are_recognised_by_name_else_by_number(names: str, known: str, found: list[int | None]) -> None:
    assert [class_of(label, names.split(), known.split()) for label in range(-1, 3)] == found


def test_what_cannot_be_had_is_told_in_a_line(folder: Path, tmp_path: Path) -> None:
    for source, told in (
        (f"tfds:{folder}:valid", "there is no such split of .*expected test, train, got valid"),
        (f"tfds:{folder}:train[7:]", "has no records"),
        ("tfds:there_is_no_such_set", "tensorflow-datasets knows no set 'there_is_no_such_set'"),
        ("tfds:", "this names no data set"),
        ("tfds:a:b:c", "this names no data set"),
        (f"tfds:{tmp_path}", "no set is prepared in this folder"),
    ):
        with pytest.raises(InputError, match=told) as failed:
            opened(source)
        assert len(str(failed.value)) < 400
    with pytest.raises(InputError, match="does not take pictures"):
        opened(f"tfds:{folder}", InputSpec("x", (7,)))


def test_a_set_without_pictures_is_refused(tmp_path: Path) -> None:
    import tensorflow_datasets as tfds

    features = tfds.features.FeaturesDict({"words": tfds.features.Text()})
    identity = tfds.core.dataset_info.DatasetIdentity("said", tfds.core.Version("1.0.0"), str(tmp_path), "")
    writer = tfds.core.SequentialWriter(tfds.core.DatasetInfo(builder=identity, features=features), 3)
    writer.initialize_splits(["train"])
    writer.add_examples({"train": [{"words": "dear model"}]})
    writer.close_all()
    with pytest.raises(InputError, match="has no pictures: got words"):
        opened(f"tfds:{tmp_path}")


def test_names_have_a_configuration_a_version_and_a_split() -> None:
    assert _parted("mnist") == ("mnist", "")
    assert _parted("mnist:3.0.1:train[:10]") == ("mnist:3.0.1", "train[:10]")
    assert _parted("a/b:1.*.*") == ("a/b:1.*.*", "")
    assert _parted("mnist:train[:10]+test[5:]") == ("mnist", "train[:10]+test[5:]")
    assert within([("a", 2, 5), ("b", 0, 2)], 0, 99) == (("a", 2, 5), ("b", 0, 2))
    assert within([("a", 2, 5), ("b", 0, 2)], 3, 4) == (("b", 0, 1),)
