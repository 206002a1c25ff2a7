"""Published models by name: how each is fed, which weights it gets, and what is told where they cannot be had."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import read_bundle
from exporter.inputs import InputSpec, PreprocessingOptions, Sample, feed
from exporter.inputs.preprocessing import preprocessing_for

pytestmark = pytest.mark.tf
PICTURE = np.random.default_rng(3).integers(0, 256, (7, 6, 3), dtype=np.uint8)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keras: Any) -> Path:
    """An empty cache, a network that is not there, and no package with the names of ImageNet's classes."""

    def no_network(*_: Any, **__: Any) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr("exporter.models.applications.imagenet_names", lambda: ())
    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", no_network)
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path / "cache"))
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tiny(keras: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model of `keras.applications` that is quick to build, under this name."""
    from exporter.models import applications

    def TinyNet(weights: str | None = "imagenet") -> Any:  # noqa: N802 - as Keras names them
        model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(1000)])
        if weights:
            model.load_weights(
                keras.utils.get_file("tiny.weights.h5", "https://example.org/tiny", cache_subdir="models")
            )
        return model

    TinyNet.__module__ = keras.applications.MobileNet.__module__
    monkeypatch.setattr(keras.applications, "TinyNet", TinyNet, raising=False)
    monkeypatch.setattr(applications, "application_names", lambda: ("MobileNet", "TinyNet"))
    return "tinynet"


def test_every_model_is_fed_as_its_own_preprocess_input_feeds_it(keras: Any) -> None:
    from exporter.models.applications import application_names, preprocessing_of

    names = application_names()
    assert {"ResNet50", "VGG16", "MobileNetV2", "EfficientNetB0", "ConvNeXtTiny", "NASNetMobile"} <= set(names)
    assert len(names) >= 38
    modes = set()
    for name in names:
        build = getattr(keras.applications, name)
        options = preprocessing_of(build)
        assert options is not None, name
        modes.add(options)
        preprocessing = preprocessing_for(InputSpec("x", PICTURE.shape), options, default_scale=9.0)
        found = feed([Sample("a", (PICTURE,))], [InputSpec("x", PICTURE.shape)], preprocessing)[0][0]
        expected = sys.modules[build.__module__].preprocess_input(PICTURE.astype(np.float32))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4, err_msg=name)
        ends = [sys.modules[build.__module__].preprocess_input(np.full((1, 1, 3), v, np.float32)) for v in (0, 255)]
        assert preprocessing.low == pytest.approx(ends[0].min(), abs=1e-4)
        assert preprocessing.high == pytest.approx(ends[1].max(), rel=1e-5)
    assert len(modes) == 4, "as it is, -1 to 1, less a mean colour, normalised"


def test_a_way_of_feeding_that_is_not_known_is_said_to_be_so(
    keras: Any, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.models import open_source

    monkeypatch.setattr(f"{keras.applications.MobileNet.__module__}.preprocess_input", lambda x: np.sqrt(x))
    opened = open_source(f"applications:{tiny}:none")
    assert opened.preprocessing is None
    assert opened.notes == ("how TinyNet takes pictures is not known: state it with --scale, --mean, --std",)


def test_random_weights_are_the_same_each_time_and_names_have_no_case() -> None:
    from exporter.models import open_source

    one, other = (open_source(f"applications:{name}:none") for name in ("mobilenet", "MobileNet"))
    assert all(np.array_equal(a, b) for a, b in zip(one.model.get_weights(), other.model.get_weights(), strict=True))
    assert len(np.unique(one.model.get_weights()[0])) > 100
    assert one.preprocessing == PreprocessingOptions(1 / 127.5, (127.5,) * 3)
    assert (one.class_names, one.notes) == ((), ())


@pytest.mark.parametrize(("name", "told"), [
    ("resnet5", "no model 'resnet5': expected ResNet50 or"), ("vgg", "VGG16"), ("", "ConvNeXtBase, "),
    ("mobilenet:/none/such.h5", "no such weights: expected imagenet, none, or a .h5 file"),
])  # fmt: skip
def test_what_there_is_not(name: str, told: str) -> None:
    from exporter.models import ModelError, open_source

    with pytest.raises(ModelError) as caught:
        open_source(f"applications:{name}")
    assert told in str(caught.value)


def test_weights_that_cannot_be_fetched_are_one_line(offline: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from exporter.models import ModelError, open_source
    from exporter.models.applications import imagenet_classes

    with pytest.raises(ModelError) as caught:
        open_source("applications:mobilenet")
    told = str(caught.value)
    assert told.startswith("the weights of MobileNet cannot be fetched: got ")
    assert told.endswith("pass applications:MobileNet:none for random weights, or applications:MobileNet:FILE with the "
                         "file of weights")  # fmt: skip
    assert imagenet_classes() == ()
    assert capfd.readouterr().out == ""


def test_weights_and_class_names_from_files(
    offline: Path, tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keras: Any
) -> None:
    from exporter.models import ModelError, applications, open_source

    model = keras.applications.TinyNet(weights=None)
    (offline / "models").mkdir(parents=True)
    path = offline / "models/tiny.weights.h5"  # where Keras keeps what it has fetched
    model.save_weights(path)
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]).save_weights(other)
    for source in (f"applications:{tiny}:{path}", f"applications:{tiny}", f"applications:{tiny}:imagenet"):
        found = open_source(source).model
        assert np.array_equal(found.get_weights()[0], model.get_weights()[0])
    with pytest.raises(ModelError, match="the weights do not fit the model"):
        open_source(f"applications:{tiny}:{other}")

    assert "classes are numbered" in open_source(f"applications:{tiny}").notes[0]
    index = {str(number): [f"n{number:08}", f"class_{number}"] for number in range(1000)}
    (offline / "models/imagenet_class_index.json").write_text(json.dumps(index))
    monkeypatch.setattr(applications, "_CLASS_INDEX_MD5", None)
    opened = open_source(f"applications:{tiny}")
    assert opened.class_names[:2] == ("class 0", "class 1")
    assert (len(opened.class_names), opened.notes) == (1000, ())


def test_an_export_takes_preprocessing_and_classes_from_the_source(tiny: str, tmp_path: Path, keras: Any) -> None:
    """What the user states goes before; the means of another colour order change places."""
    from exporter.pipeline import export_model

    picture = PICTURE[:4, :4][None]
    stated: list[tuple[dict[str, Any], Any]] = [
        ({}, (1 / 127.5, (127.5,) * 3, "rgb")),
        ({"scale": 0.5}, (0.5, (), "rgb")),
        ({"mean": (1.0,), "std": (2.0,), "scale": 1.0}, (1.0, (1.0,) * 3, "rgb")),
    ]
    for number, (options, expected) in enumerate(stated):
        path = export_model(f"applications:{tiny}:none", picture, tmp_path / f"{number}.bundle", **options)
        found = read_bundle(path).manifest.preprocessing
        assert (found.scale, found.mean, found.colour_order) == expected
        assert found.std == ((2.0,) * 3 if "std" in options else ())
    caffe = PreprocessingOptions(1.0, (1.0, 2.0, 3.0), "bgr")
    assert PreprocessingOptions(colour_order="rgb").over(caffe) == PreprocessingOptions(1.0, (3.0, 2.0, 1.0), "rgb")
    assert PreprocessingOptions(colour_order="bgr").over(caffe) == caffe
