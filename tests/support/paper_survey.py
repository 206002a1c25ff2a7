"""A survey of a bundle that was never written: every tensor of it by brute force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from paper_bundle import PaperBundle
from surveyed_bundle import layer_arrays

from exporter.bundle.schema import Survey, SurveyLayer, SurveyPass, TensorRef

Array = np.ndarray[Any, Any]
Forward = Callable[[PaperBundle, Array], Mapping[str, Array]]


def surveyed(
    bundle: PaperBundle,
    pictures: Array,
    forward: Forward,
    layers: Sequence[str],
    *,
    top: int = 9,
    true_class: Array | None = None,
    without: Sequence[str] = (),
) -> PaperBundle:
    """The same bundle with a survey of pictures (N, H, W, c), of which `forward` makes every layer's output; `without`
    are tensors of the survey that were not kept.
    """
    names = [f"image {row}".encode() for row in range(len(pictures))]
    whole: dict[str, Array] = {
        "names": np.frombuffer(b"".join(names), np.uint8),
        "name_ends": np.cumsum([len(each) for each in names], dtype=np.int64),
        "thumbnails": pictures,
        "pictures": pictures,
        "picture_images": np.arange(len(pictures), dtype=np.int64),
        **({} if true_class is None else {"true_class": true_class}),
    }
    whole = {key: array for key, array in whole.items() if key not in without}
    made = [forward(bundle, picture) for picture in pictures]
    found = {name: layer_arrays(np.stack([each[name] for each in made]), np.zeros(0), (), top) for name in layers}
    arrays = {f"survey/{key}": array for key, array in whole.items()}
    arrays |= {f"survey/{name}/{key}": array for name, of in found.items() for key, array in of.items()}
    entries = tuple(SurveyLayer(layer=name, tensors=_refs(f"survey/{name}/", of)) for name, of in found.items())
    survey = Survey(
        id="000",
        source="made",
        images=len(pictures),
        tensors=_refs("survey/", whole),
        passes=(SurveyPass(checkpoint=bundle.final_checkpoint.id, tensors={}, layers=entries),),
    )
    return PaperBundle(replace(bundle.manifest, surveys=(survey,)), {**bundle.arrays, **arrays}, bundle.fill)


def _refs(start: str, arrays: Mapping[str, Array]) -> dict[str, TensorRef]:
    return {
        key: TensorRef(file="surveys/000.npz", key=f"{start}{key}", shape=array.shape, dtype=str(array.dtype))
        for key, array in arrays.items()
    }
