"""What a tour says of a network is true of it: of its size, of its training, of its answer."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, paper_bundle
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from scenes.options import SceneOptions
from scenes.tour.choosing import candidates
from scenes.tour.sayings import fact_at, said, said_between

SCORES = 0.1, 0.7, 0.2


def classifier(true_class: int | None = None, names: tuple[str, ...] = ("cat", "red_panda", "owl")) -> PaperBundle:
    """A network of 20 numbers that says class 1."""
    layers = [
        layer("picture", "input", 4, 5, 1),
        layer("hidden", "dense", 6),
        layer("out", "dense", 3, activation="softmax"),
    ]
    bundle = paper_bundle(layers)
    manifest = bundle.manifest
    captures = tuple(structs.replace(each, scores=SCORES, predicted=1) for each in manifest.captures)
    inputs = tuple(structs.replace(each, true_class=true_class) for each in manifest.inputs)
    model = structs.replace(manifest.model, class_names=names, parameters=1234567)
    return PaperBundle(
        structs.replace(manifest, captures=captures, inputs=inputs, model=model), bundle.arrays, bundle.fill
    )


def saying(bundle: Bundle, scene: str, layer_name: str | None, language: Any = "en") -> str:
    fact = fact_at(bundle, scene, SceneOptions(language=language, layer=layer_name))
    return " ".join(said(fact, language))


def test_how_it_begins(tmp_path: Any) -> None:
    assert KEY[1] == "000", "before training"
    untrained = saying(classifier(), "network", None)
    assert "2 layers and 1,234,567 numbers, which no training has touched yet" in untrained
    assert "20 numbers" in untrained
    tiny = read_bundle(make_tiny_bundle(tmp_path / "tiny.bundle"))
    trained = saying(tiny, "network", "picture", "zh")
    assert "训练为它找到了" in trained
    assert "36 个数：6×6×1" in trained


@pytest.mark.parametrize(
    ("true_class", "english", "chinese"),
    [
        (None, "“red panda”, 70.0 %. On", "“red panda”，70.0%。"),
        (1, "“red panda”, 70.0 %, and it is right. On", "70.0%，答对了。"),
        (2, "“red panda”, 70.0 %, but this is “owl”. On", "70.0%，但这其实是“owl”。"),
    ],
)
def test_how_it_ends(true_class: int | None, english: str, chinese: str) -> None:
    assert english in saying(classifier(true_class), "network", "out")
    assert chinese in saying(classifier(true_class), "network", "out", "zh")


def test_classes_without_names_have_numbers() -> None:
    assert "“1”" in saying(classifier(names=()), "network", "out")


def test_a_network_without_classes_has_no_answer() -> None:
    table = paper_bundle([layer("table", "input", 8), layer("price", "dense", 1)])
    assert "8 numbers went in, 1 have come out" in saying(table, "network", "price")


def test_in_the_middle_it_says_how_many_numbers_there_are() -> None:
    assert saying(classifier(), "network", "hidden") == "The light has come to hidden: 6 numbers now."


def test_what_the_light_passes() -> None:
    assert said_between("en", (), "out") == "On to out."
    assert said_between("en", ("a", "b"), "out") == "The light goes on through a, b to out."
    assert said_between("zh", ("a", "b"), "out") == "光继续向前，经过 a、b，来到 out。"
    assert said_between("en", tuple("abcd"), "out") == "The light goes on through 4 layers to out."


def test_of_convolutions_the_first_with_a_window_and_of_dense_layers_the_last_come_first() -> None:
    net = paper_bundle(
        [
            layer("picture", "input", 8, 8, 3),
            layer("point", "conv", 8, 8, 4, kernel_size=(1, 1)),
            layer("each", "depthwise", 8, 8, 4, kernel_size=(3, 3)),
            layer("window", "conv", 8, 8, 4, kernel_size=(3, 3)),
            layer("all", "global_pool", 4),
            layer("part", "pool", 4, 4, 4, pool_size=(2, 2)),
            layer("hidden", "dense", 9, activation="relu"),
            layer("out", "dense", 3, activation="softmax"),
        ]
    )
    assert candidates(net, "convolution") == ("window", "point", "each")
    assert candidates(net, "pooling") == ("part", "all")
    assert candidates(net, "dense") == ("out", "hidden")
    assert candidates(net, "softmax") == ("out",)
    assert candidates(net, "activation") == ("hidden",)
    assert candidates(net, "attention") == ()
