"""The entries of a file, taken one by one as the loader does: by place, `[name, shape, values]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from exporter.interchange.unity.loader_report import Finding, counted, remark, shown, times
from exporter.interchange.unity.loader_tensors import Taken, taken, whole_number

Kind = Literal["conv", "image", "fc", "maxpool"]
KIND_BY_WORD: tuple[tuple[str, Kind], ...] = (
    ("conv", "conv"),
    ("input", "image"),
    ("fc", "fc"),
    ("maxpool", "maxpool"),
)
STRUCTURE_RANK: dict[Kind, int] = {"image": 4, "conv": 4, "maxpool": 2, "fc": 2}
MAX_LAYERS = 1_000
MAX_RANK = 32  # no array of the loader's language has more
REPEAT = "write it as nested lists of the size in its shape"


def kind_of(name: str) -> Kind:
    """What the loader makes of a layer, by words in its name, case-sensitive; anything else becomes an image.

    >>> kind_of("conv2d_input"), kind_of("fc0"), kind_of("Conv0")
    ('conv', 'fc', 'image')
    """
    return next((kind for word, kind in KIND_BY_WORD if word in name), "image")


@dataclass(frozen=True)
class Tensor:
    """An entry of weights or activations as the loader keeps it: name, shape, and what its values are like."""

    name: str
    shape: tuple[int, ...]
    values: Taken
    file: str


@dataclass(frozen=True)
class Layer:
    """A layer of the structure; ``weights`` and ``activations`` have one tensor per epoch, None where it stopped."""

    index: int
    name: str
    shape: tuple[int, ...]
    weights: list[Tensor | None] = field(default_factory=list)
    activations: list[Tensor | None] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """What the loader makes of it."""
        return kind_of(self.name)

    def finding(
        self,
        verdict: Literal["accepted", "scrambled", "crash"],
        what: str,
        why: str = "",
        remedy: str = "",
        file: str = "",
    ) -> Finding:
        """A finding that is about this layer."""
        return Finding(verdict, what, why, remedy, file, self.index, shown(self.name))

    def remark(self, what: str, why: str = "", remedy: str = "", file: str = "") -> Finding:
        """A remark that is about this layer."""
        return Finding("accepted", what, why, remedy, file, self.index, shown(self.name), is_remark=True)


def shape_of(value: object) -> tuple[int, ...] | str:
    """The sizes that an entry's shape holds, or why the loader stops at it."""
    if not isinstance(value, list):
        return "no shape where one is expected, as the second thing of its entry"
    if len(value) > MAX_RANK:
        return f"its shape has more than {MAX_RANK} numbers"
    sizes = [whole_number(each) for each in value]
    if any(size is None for size in sizes):
        return "its shape holds something that is not a whole number"
    known = tuple(size for size in sizes if size is not None)
    if not known:
        return "its shape is empty, `[]`"
    if any(size < 0 for size in known):
        return "its shape holds a negative size"
    return known


# ---- the structure


def read_structure(value: object, file: str) -> tuple[tuple[Layer, ...], tuple[Finding, ...]]:
    """The layers of the structure: all entries but the last, which is taken for the class list whatever it is."""
    if not isinstance(value, list):
        return (), (Finding("crash", "no list at the top of the file", "", "write one list of layers", file),)
    if len(value) > MAX_LAYERS:
        what = f"{len(value) - 1} layers are more than is examined here ({MAX_LAYERS})"
        return (), (Finding("crash", what, "", "leave layers out", file),)
    layers, findings = [], []
    for index, entry in enumerate(value[:-1]):
        layer, told = _structure_layer(index, entry, file)
        layers.append(layer)
        findings += told
    return tuple(layers), (*findings, *_class_list_findings(value, file))


def _structure_layer(index: int, entry: object, file: str) -> tuple[Layer, list[Finding]]:
    if not isinstance(entry, list) or not entry or not isinstance(entry[0], str | int | float):
        layer = Layer(index, "", ())
        what = "the loader stops: no entry of a name and a shape"
        return layer, [layer.finding("crash", what, remedy="write [name, shape]", file=file)]
    name = str(entry[0])
    shape = shape_of(entry[1] if len(entry) > 1 else None)
    if isinstance(shape, str):
        layer = Layer(index, name, ())
        return layer, [layer.finding("crash", f"the loader stops: {shape}", remedy="write its shape", file=file)]
    layer = Layer(index, name, shape)
    return layer, [*_rank_findings(layer, file), *_name_findings(layer, file)]


def _rank_findings(layer: Layer, file: str) -> list[Finding]:
    rank = STRUCTURE_RANK[layer.kind]
    if len(layer.shape) == rank or (layer.kind == "image" and layer.index):
        return []
    what = f"the loader refuses its shape {times(layer.shape)}: it has {len(layer.shape)} numbers"
    return [layer.finding("crash", what, f"a layer of this kind has {rank}", "write the shape of the format", file)]


def _name_findings(layer: Layer, file: str) -> list[Finding]:
    capital = kind_of(layer.name.lower())
    if layer.kind != "image" or "input" in layer.name or capital == "image":
        return []
    what = f"its capital letters hide the word that says what it is: taken for a picture, not for {capital}"
    remedy = f"call it `{shown(layer.name.lower())}`"
    return [
        layer.finding("crash" if capital == "conv" else "scrambled", what, "names are case-sensitive", remedy, file)
    ]


def looks_like_a_layer(entry: object) -> bool:
    """Whether an entry is a layer, not a class list or labels: a name, then a list."""
    return isinstance(entry, list) and len(entry) > 1 and isinstance(entry[0], str) and isinstance(entry[1], list)


def _class_list_findings(value: list[object], file: str) -> list[Finding]:
    if len(value) < 2:
        return [
            Finding("crash", "the structure has no layers", "its last entry is the class list", "add the layers", file)
        ]
    last = value[-1]
    if looks_like_a_layer(last):
        name = shown(last[0]) if isinstance(last, list) else ""
        what = f"the class list is missing: `{name}` is taken for it, and is no layer any more"
        return [Finding("crash", what, "the last entry is the class list, always", "add the list of class names", file)]
    if not isinstance(last, list):
        return [
            remark("the class list is no list; the loader never reads it", remedy="write the class names", file=file)
        ]
    return []


# ---- weights and activations


def read_tensors(entries: Sequence[object], layers: Sequence[Layer], file: str, what: str) -> list[Finding]:
    """Takes one entry per layer from a file and adds it to the layer; what the loader finds there.

    ``what``: "weights" or "activations". Entries and layers of different number: as many as both have.
    """
    findings: list[Finding] = []
    names = {layer.name for layer in layers}
    for layer, entry in zip(layers, entries, strict=False):
        tensor, problem = _tensor(entry, file)
        kept = layer.weights if what == "weights" else layer.activations
        kept.append(tensor)
        if problem:
            remedy = "write [name, shape, values]" if "shape" in problem else REPEAT
            findings.append(layer.finding("crash", f"the loader stops at its {what}: {problem}", "", remedy, file))
        elif tensor is not None:
            findings += _tensor_findings(layer, tensor, what, names)
    return findings


def _tensor(entry: object, file: str) -> tuple[Tensor | None, str]:
    if not isinstance(entry, list) or not entry:
        return None, "no entry of a name, a shape and values"
    shape = shape_of(entry[1] if len(entry) > 1 else None)
    if isinstance(shape, str):
        return None, shape
    if len(entry) < 3:
        return None, "no values after its shape"
    values = taken(entry[2], shape)
    name = entry[0] if isinstance(entry[0], str) else ""
    return (None, values.problem) if values.problem else (Tensor(name, shape, values, file), "")


def _tensor_findings(layer: Layer, tensor: Tensor, what: str, names: set[str]) -> list[Finding]:
    findings = []
    if tensor.name in names - {layer.name}:
        told = f"drawn with the {what} of `{shown(tensor.name)}`"
        why = "layers are matched by their place in the file, never by name"
        findings.append(
            layer.finding("scrambled", told, why, "write the layers in the order of the structure", tensor.file)
        )
    elif tensor.name and tensor.name != layer.name:
        told = f"its {what} are called `{shown(tensor.name)}`"
        findings.append(layer.remark(told, "names are not read there, only places", "", tensor.file))
    if tensor.values.n_cut:
        told = f"in its {what}, {counted(tensor.values.n_cut, 'list')} longer than its shape {times(tensor.shape)} says"
        findings.append(
            layer.finding("scrambled", told, "what is beyond the shape is cut silently", REPEAT, tensor.file)
        )
    if tensor.values.n_odd:
        told = f"{tensor.values.n_odd} of its {what} are NaN or infinite"
        findings.append(layer.remark(told, "they are taken, and have no colour of their own", "", tensor.file))
    return findings
