"""Of what images are compared: in which order, by which names, and what is said where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from surveyed_shapes import shapes, surveyed_shapes, with_nan

from exporter.bundle import Bundle, BundleWriter, KerascopeError, read_bundle
from exporter.surveyed.origins import Origin, origins_of, survey_named
from exporter.surveyed.rows import evenly_spread, rows_of, words_of


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = tmp_path_factory.mktemp("surveyed") / "shapes.bundle"
    return read_bundle(surveyed_shapes(path, 8, features=("conv", "pool")))


def names(bundle: Bundle, layers: tuple[str, ...] = (), checkpoints: tuple[str, ...] = ()) -> list[str]:
    return [origin.name for origin in origins_of(bundle, survey_named(bundle), layers, checkpoints)]


def test_pixels_and_the_last_hidden_layer_at_the_last_checkpoint_are_usual(bundle: Bundle) -> None:
    assert names(bundle) == ["pixels", "pool@002"]


def test_layers_come_in_the_order_of_the_network_and_checkpoints_in_time(bundle: Bundle) -> None:
    asked = ("pool", "conv", "pixels", "conv"), ("002", "000")
    assert names(bundle, *asked) == ["pixels", "conv@000", "conv@002", "pool@000", "pool@002"]


def test_all_is_everything_of_which_features_were_kept(bundle: Bundle) -> None:
    at = ("000", "001", "002")
    assert names(bundle, ("all",), ("all",)) == ["pixels", *(f"{layer}@{c}" for layer in ("conv", "pool") for c in at)]


def test_a_name_may_say_the_checkpoint(bundle: Bundle) -> None:
    assert names(bundle, ("conv@001", "pool")) == ["conv@001", "pool@002"]


@pytest.mark.parametrize(
    ("layers", "checkpoints", "line"),
    [
        (("cnov",), (), "no such layer.*got 'cnov'; did you mean conv"),
        (
            ("scores",),
            (),
            "keeps no features of the layer 'scores' at the checkpoint '002': expected one of conv, pool",
        ),
        (("conv",), ("009",), "no such checkpoint in the survey: expected one of 000, 001, 002, got '009'"),
        (("conv@7",), (), "no such checkpoint in the survey"),
    ],
)
def test_what_is_not_there_is_said(
    bundle: Bundle, layers: tuple[str, ...], checkpoints: tuple[str, ...], line: str
) -> None:
    with pytest.raises(KerascopeError, match=line):
        names(bundle, layers, checkpoints)


def changed(path: Path, change: Callable[[Any], Any]) -> Bundle:
    """A bundle whose survey was changed."""
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(path).manifest
        writer.commit(structs.replace(manifest, surveys=tuple(map(change, manifest.surveys))))
    return read_bundle(path)


def test_no_survey_one_image_and_no_thumbnails_are_said(tmp_path: Path, tiny_bundle_path: Path) -> None:
    with pytest.raises(KerascopeError, match="no survey of a data set; survey a data set with `kerascope survey`"):
        survey_named(read_bundle(tiny_bundle_path))
    one = surveyed_shapes(tmp_path / "one.bundle", 1, checkpoints=("002",))
    with pytest.raises(KerascopeError, match="nothing to compare: expected 2 images or more, got 1"):
        survey_named(read_bundle(one))
    path = surveyed_shapes(tmp_path / "two.bundle", 2, checkpoints=("002",), layers=("conv",))
    kept = ("names", "name_ends")
    bundle = changed(path, lambda made: structs.replace(made, tensors={name: made.tensors[name] for name in kept}))
    assert names(bundle) == names(bundle, ("all",)) == ["conv@002"]
    with pytest.raises(KerascopeError, match="keeps no thumbnails, so there are no pixels"):
        names(bundle, ("pixels",))
    with pytest.raises(KerascopeError, match="no such survey in the bundle: expected one of 000, got '001'"):
        survey_named(bundle, "001")


def test_nothing_kept_is_said(tmp_path: Path) -> None:
    path = surveyed_shapes(tmp_path / "none.bundle", 3, checkpoints=("002",), features=())
    assert names(read_bundle(path)) == ["pixels"]
    bundle = changed(
        path, lambda made: structs.replace(made, tensors={n: made.tensors[n] for n in ("names", "name_ends")})
    )
    with pytest.raises(KerascopeError, match=r"keeps no features of any layer; survey again with --features$"):
        names(bundle)


def test_rows_are_pixels_in_whole_numbers_and_features_as_they_are(bundle: Bundle) -> None:
    survey, (pictures, _) = survey_named(bundle), shapes(8)
    pixels = rows_of(bundle, survey, Origin(), np.array([1, 5]))
    assert np.array_equal(pixels.values, pictures[[1, 5]].reshape(2, 36))
    assert (pixels.unit, pixels.words) == (1 / 255, "pixels of the 6x6 thumbnails")
    features = rows_of(bundle, survey, Origin("conv", "001"))
    made = survey.passes[1].layers[0]
    assert np.array_equal(features.values, bundle.load(made.tensors["features"]))
    assert (features.unit, words_of(survey, Origin("conv", "001"))) == (1.0, "features of conv at 001")


def test_what_is_not_finite_is_counted(tmp_path: Path) -> None:
    bundle = read_bundle(with_nan(surveyed_shapes(tmp_path / "nan.bundle", 6, checkpoints=("002",)), "pool", (2, 5)))
    rows_of(bundle, survey_named(bundle), Origin("conv", "002"))
    with pytest.raises(KerascopeError, match=r"features of pool are not all finite.* for 2 of 6 images; ask for other"):
        rows_of(bundle, survey_named(bundle), Origin("pool", "002"))


@given(st.integers(1, 500), st.integers(1, 500))
def test_what_is_spread_rises_from_the_first_image(images: int, most: int) -> None:
    rows = evenly_spread(images, most)
    if images <= most:
        assert rows is None
    else:
        assert rows is not None
        assert (len(rows), rows[0]) == (most, 0)
        assert (np.diff(rows) >= 1).all()
        assert rows[-1] < images
        assert np.ptp(np.diff(np.append(rows, images))) <= 1
