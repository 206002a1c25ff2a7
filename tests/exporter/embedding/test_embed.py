"""`kerascope embed`: what it adds to a bundle, where inputs land, and that a flight through embeddings is coherent."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from surveyed_bundle import add_survey
from surveyed_shapes import shapes, surveyed_shapes, with_nan
from tiny_bundle import ATTACKED_IDS

import kerascope
from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle
from exporter.embedding import embed_bundle
from exporter.embedding.aligned import motion
from exporter.embedding.chain import chain_of, links_of
from exporter.embedding.landed import inputs_asked, landed, own_images
from exporter.embedding.methods import Array, Given, Placed, Task
from exporter.surveyed.origins import Origin, origins_of, survey_named

Captured = pytest.CaptureFixture[str]
TRACK = ("clean-0", *ATTACKED_IDS)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return surveyed_shapes(tmp_path_factory.mktemp("embedded") / "shapes.bundle")


@pytest.fixture
def path(surveyed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(surveyed, tmp_path / "shapes.bundle"))


def points_of(bundle: Bundle, id_: str, name: str = "points") -> Array:
    return bundle.load(bundle.embedding(id_).tensors[name]).astype(np.float64)


def test_everything_is_added_in_the_order_in_which_it_was_made(path: Path) -> None:
    told: list[str] = []
    done: list[tuple[str, int, int]] = []
    made = kerascope.embed(
        path,
        method="pca",
        layers=("all",),
        checkpoint_ids=("000", "002"),
        tell=told.append,
        progress=lambda *each: done.append(each),
    )
    layers = [f"pca-{layer}@{at}" for layer in ("conv", "pool", "scores") for at in ("002", "000")]
    assert made == ("pca-pixels", *layers)
    bundle = read_bundle(path)
    assert [each.id for each in bundle.manifest.embeddings] == list(made)
    assert validate_bundle(path) == []
    assert done == [("PCA", each, 7) for each in range(8)]
    entry = bundle.embedding("pca-pool@002")
    assert (entry.survey, entry.layer, entry.checkpoint, entry.inputs) == ("000", "pool", "002", TRACK)
    assert entry.options.items() >= {"dimensions": 2, "seed": 0, "after": "pca-conv@002"}.items()
    assert bundle.embedding("pca-pixels").options["after"] is None
    assert set(entry.result) >= {"explained_variance", "trustworthiness"}
    assert told[0] == "7 embeddings by PCA of 40 images and 4 inputs: about 1 s"
    assert told[1].startswith("pca-pixels: pixels of the 6x6 thumbnails, trustworthiness 0.")
    assert (
        told[-1]
        == "3 inputs are not among the images of conv@000, pool@000, scores@000: not captured there, or not whole"
    )


def test_an_input_that_is_an_image_lands_on_it(path: Path) -> None:
    embed_bundle(path, method="pca", layers=("pixels", "pool", "scores"), inputs=("clean-0",))
    bundle = read_bundle(path)
    for id_ in ("pca-pixels", "pca-pool@002", "pca-scores@002"):
        points = points_of(bundle, id_)
        np.testing.assert_allclose(points_of(bundle, id_, "input_points")[0], points[0], atol=1e-4 * abs(points).max())


def test_inputs_are_pooled_as_the_survey_pools(surveyed: Path) -> None:
    bundle = read_bundle(surveyed)
    survey = survey_named(bundle)
    among = landed(bundle, survey, Origin("pool", "002"), TRACK, 4, {})
    features = bundle.load(survey.passes[-1].layers[1].tensors["features"])
    assert among.ids == TRACK
    np.testing.assert_allclose(among.values[0], features[0], rtol=1e-6)
    np.testing.assert_allclose(among.values[3], bundle.output("attack-3", "002", "pool").mean(axis=(0, 1)), rtol=1e-6)
    assert landed(bundle, survey, Origin("pool", "000"), TRACK, 4, {}).left_out == ATTACKED_IDS
    assert landed(bundle, survey, Origin("pool", "002"), TRACK, 5, {}).ids == ()
    pixels = landed(bundle, survey, Origin(), TRACK, 36, {})
    assert np.array_equal(pixels.values[0], shapes_picture(bundle))


def test_an_input_is_the_image_that_it_began_as(surveyed: Path) -> None:
    bundle = read_bundle(surveyed)
    survey = survey_named(bundle)
    assert own_images(bundle, survey, (*TRACK, "clean-1"), None) == dict.fromkeys(TRACK, 0)
    assert own_images(bundle, survey, TRACK, np.array([3, 4])) == {}
    among = landed(bundle, survey, Origin("pool", "002"), ("clean-1", *TRACK), 4, {"attack-1": 7, "clean-0": 0})
    assert among.own.tolist() == [-1, 0, 7, -1, -1]


def shapes_picture(bundle: Bundle) -> np.ndarray:
    image = bundle.image("clean-0")
    assert image is not None
    return image.reshape(-1).astype(np.float32)


def test_inputs_are_asked_for_by_id_by_run_or_all(surveyed: Path) -> None:
    manifest = read_bundle(surveyed).manifest
    assert inputs_asked(manifest, ("all",)) == inputs_asked(manifest, ("attack",)) == TRACK
    assert inputs_asked(manifest, ("attack-2", "clean-1", "attack-2")) == ("attack-2", "clean-1")
    assert inputs_asked(manifest, ("none",)) == ()
    with pytest.raises(KerascopeError, match=r"no such input or run in the bundle.*did you mean"):
        inputs_asked(manifest, ("atack-2",))


class Anyhow:
    """Points of rows, turned and shifted by chance: so an embedding without a start may come out."""

    def __init__(self) -> None:
        self.chance = np.random.default_rng(0)

    def __call__(self, given: Given, task: Task) -> Placed:
        turn = np.linalg.qr(self.chance.normal(size=(2, 2)))[0]

        def placed(rows: np.ndarray, _: object = None) -> Array:
            return rows[:, :2].astype(np.float64) @ turn + 50

        return Placed(placed(given.values), placed, {})


def test_a_flight_is_coherent(surveyed: Path) -> None:
    """Neighbours in the chain move less than without being turned onto each other, and inputs move with images."""
    bundle = read_bundle(surveyed)
    survey = survey_named(bundle)
    origins = origins_of(bundle, survey, ("conv", "pool"), ("all",))
    asked: dict[str, Any] = {"images": None, "input_ids": ("clean-0",), "told": lambda _: None}
    chain, method = chain_of(origins), Anyhow()
    made = {link.origin: link for link in links_of(bundle, survey, chain, method, Task(), **asked)}
    loose = ((origin, None) for origin in origins)
    raw = {link.origin: link.points for link in links_of(bundle, survey, tuple(loose), method, Task(), **asked)}
    pairs = [(made[origin], made[before]) for origin, before in chain if before]
    assert len(pairs) == 5
    for link, before in pairs:
        assert motion(before.points, link.points) < 0.9 * motion(raw[before.origin], raw[link.origin])
        np.testing.assert_allclose(link.input_points[0], link.points[0], atol=1e-5)


@pytest.mark.slow
def test_tsne_begins_where_the_one_before_ended(path: Path) -> None:
    made = embed_bundle(path, layers=("pool",), checkpoint_ids=("001", "002"), task=Task(perplexity=8))
    bundle = read_bundle(path)
    assert made == ("tsne-pool@002", "tsne-pool@001")
    chained = motion(*(points_of(bundle, id_) for id_ in made))
    embed_bundle(path, layers=("pool@001",), task=Task(perplexity=8), inputs=("none",))
    alone = read_bundle(path)
    assert chained < motion(points_of(bundle, made[0]), points_of(alone, made[1]))
    assert alone.embedding(made[1]).inputs == ()
    assert alone.embedding(made[1]).options["after"] is None
    assert len(alone.manifest.embeddings) == 2
    assert validate_bundle(path) == []


def test_of_many_images_some_are_placed(path: Path) -> None:
    told: list[str] = []
    embed_bundle(path, method="pca", most=10, task=Task(dimensions=3), tell=told.append)
    bundle = read_bundle(path)
    entry = bundle.embedding("pca3-pixels")
    assert bundle.load(entry.tensors["images"]).tolist() == list(range(0, 40, 4))
    assert entry.tensors["points"].shape == (10, 3)
    assert told[0] == "10 of 40 images are placed, evenly spread; --most says how many"
    assert validate_bundle(path) == []


def test_the_same_id_is_replaced_and_another_survey_keeps_its_own(path: Path) -> None:
    asked: dict[str, Any] = {"method": "pca", "layers": ("conv",)}
    assert embed_bundle(path, **asked, survey_id="000") == ("pca-conv@002",)
    add_survey(path, shapes(7)[0], shapes(7)[1], id_="001", checkpoints=("002",), layers=("conv",))
    assert embed_bundle(path, **asked) == ("pca-conv@002-001",)
    assert embed_bundle(path, **asked) == ("pca-conv@002-001",)
    assert embed_bundle(path, **asked, survey_id="000", inputs=("none",)) == ("pca-conv@002",)
    kept = read_bundle(path).manifest.embeddings
    assert [(each.id, each.survey, each.inputs) for each in kept] == [
        ("pca-conv@002-001", "001", TRACK),
        ("pca-conv@002", "000", ()),
    ]
    assert validate_bundle(path) == []


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["--layer", "pol"], "no such layer: .*got 'pol'; did you mean pool"),
        (["--checkpoint", "009"], "no such checkpoint in the survey"),
        (["--survey", "7"], "no such survey in the bundle"),
        (["--perplexity", "30"], "t-SNE cannot have this perplexity: expected 1 to 13, less than a third of the 40"),
        (["--method", "umap", "--neighbours", "40"], "UMAP cannot have so many neighbours: expected 2 to 39"),
        (["--inputs", "nobody"], "no such input or run in the bundle"),
        (["--seed", "-1"], "no such seed: expected 0 to 4294967295, got -1"),
        (["--most", "1"], "so few images cannot be compared"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(path: Path, argv: list[str], line: str, capsys: Captured) -> None:
    before = (path / "manifest.json").read_bytes()
    assert kerascope.main(["embed", str(path), *argv]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert re.search(line, told.err)
    assert (path / "manifest.json").read_bytes() == before


def test_what_is_no_number_stops_before_anything_is_made(path: Path, capsys: Captured) -> None:
    with_nan(path, "scores", (1, 2, 3))
    assert kerascope.main(["embed", str(path), "--method", "pca", "--layer", "all"]) == 1
    told = capsys.readouterr().err
    assert "the features of scores at 002 are not all finite: expected numbers, got NaN or infinity for 3 of 40" in told
    assert read_bundle(path).manifest.embeddings == ()


def test_a_package_that_is_missing_is_named_with_its_extra(
    path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.decomposition", None)
    assert kerascope.main(["embed", str(path), "--method", "pca"]) == 1
    assert "pip install 'kerascope[survey]'" in capsys.readouterr().err


def test_the_command_prints_ids_and_says_the_rest(path: Path, capsys: Captured) -> None:
    assert kerascope.main(["embed", str(path), "--method", "pca", "--dimensions", "3"]) == 0
    told = capsys.readouterr()
    assert told.out == "pca3-pixels\npca3-pool@002\n"
    assert "trustworthiness" in told.err
