"""Which arrays surveys, embeddings and neighbours are made of, and what is amiss with them (SPEC.md, "Surveys")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exporter.bundle.forms import Pattern, form_problems
from exporter.bundle.schema import Embedding, Layer, Manifest, Neighbours, Survey, SurveyLayer, SurveyPass, TensorRef
from exporter.bundle.statistics import statistics_layout

SURVEY: dict[str, Pattern] = {"names": (("B",), "uint8"), "name_ends": (("N",), "int64")}
SURVEY_MAY: dict[str, Pattern] = {
    "true_class": (("N",), "int64"),
    "thumbnails": (("N", "h", "w", "c"), "uint8"),
    "pictures": (("M", "H", "W", "c"), "uint8"),
    "picture_images": (("M",), "int64"),
}
PASS_MAY: dict[str, Pattern] = {
    "top_classes": (("N", "T"), "int32"),
    "top_scores": (("N", "T"), "float32"),
    "class_counts": (("L",), "int64"),
}
LAYER: dict[str, Pattern] = {
    "top_values": (("C", "K"), "float32"),
    "top_images": (("C", "K"), "int64"),
    "top_places": (("C", "K", "R"), "int32"),
}
LAYER_MAY: dict[str, Pattern] = {
    "class_mean": (("L", "C"), "float32"),
    "class_std": (("L", "C"), "float32"),
    "features": (("N", "C"), "float32"),
}
EMBEDDING: dict[str, Pattern] = {"points": (("P", "D"), "float32")}
EMBEDDING_MAY: dict[str, Pattern] = {"images": (("P",), "int64"), "input_points": (("I", "D"), "float32")}
NEIGHBOURS: dict[str, Pattern] = {"images": (("N", "K"), "int64"), "distances": (("N", "K"), "float32")}


def survey_problems(manifest: Manifest) -> Iterator[str]:
    """Every rule of SPEC.md that the surveys of a manifest, and what was made of them, break, a line each."""
    layers = {layer.name: layer for layer in manifest.layers}
    for survey in manifest.surveys:
        where = f"survey {survey.id!r}"
        yield from form_problems(where, survey.tensors, SURVEY, SURVEY_MAY, {"N": survey.images})
        if ("pictures" in survey.tensors) != ("picture_images" in survey.tensors):
            yield f"{where} has only one of 'pictures' and 'picture_images'"
        for each in survey.passes:
            yield from _pass_problems(f"{where} at checkpoint {each.checkpoint!r}", survey, each, layers)
    surveys = {survey.id: survey for survey in manifest.surveys}
    parts: tuple[Embedding | Neighbours, ...] = (*manifest.embeddings, *manifest.neighbours)
    for made in parts:
        if made.survey in surveys:
            yield from _made_problems(made, surveys[made.survey])


def _pass_problems(where: str, survey: Survey, made: SurveyPass, layers: Mapping[str, Layer]) -> Iterator[str]:
    sizes = {"N": survey.images, "L": len(made.classes)}
    yield from form_problems(where, made.tensors, {}, PASS_MAY, sizes)
    if bool(made.classes) != bool(made.classes_by):
        yield f"{where}: {len(made.classes)} classes were counted by {made.classes_by!r}"
    for each in made.layers:
        if each.layer in layers:
            yield from _layer_problems(f"{where}, layer {each.layer!r}", each, layers[each.layer], dict(sizes))


def _layer_problems(where: str, made: SurveyLayer, layer: Layer, sizes: dict[str, int]) -> Iterator[str]:
    shape = layer.outputs[0].shape if layer.outputs else (None,)
    sizes |= {"R": max(len(shape) - 1, 0)}
    if shape and shape[-1] is not None:
        sizes["C"] = shape[-1]
    spread: dict[str, Pattern] = {name: (size, dtype) for name, (size, dtype) in _statistics(made.tensors).items()}
    yield from form_problems(where, made.tensors, {**LAYER, **spread}, LAYER_MAY, sizes)


def _statistics(tensors: Mapping[str, TensorRef]) -> dict[str, tuple[tuple[int, ...], str]]:
    top = tensors.get("top_values")
    return statistics_layout(top.shape[0] if top is not None and top.shape else 0)


def _made_problems(made: Embedding | Neighbours, survey: Survey) -> Iterator[str]:
    where = f"{'embedding' if isinstance(made, Embedding) else 'neighbours'} {made.id!r}"
    if isinstance(made, Embedding):
        sizes = {"I": len(made.inputs)} | ({} if "images" in made.tensors else {"P": survey.images})
        yield from form_problems(where, made.tensors, EMBEDDING, EMBEDDING_MAY, sizes)
        if made.tensors.get("points") is not None and made.tensors["points"].shape[1:] not in ((2,), (3,)):
            yield f"{where}: its points are neither of a plane nor of space"
        if bool(made.inputs) != ("input_points" in made.tensors):
            yield f"{where} has {len(made.inputs)} inputs and {'no ' * bool(made.inputs)}points of them"
    else:
        yield from form_problems(where, made.tensors, NEIGHBOURS, {}, {"N": survey.images})
    if (made.layer is None) != (made.checkpoint is None):
        yield f"{where} names only one of a layer and a checkpoint"
    passes = {each.checkpoint: each for each in survey.passes}
    if made.checkpoint is not None and made.checkpoint not in passes:
        yield f"{where} is of checkpoint {made.checkpoint!r}, which the survey did not look at"
