"""Small networks with windows of every kind, computed in numpy, and what a change of a picture reaches in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from paper_bundle import PaperBundle, paper_bundle

from exporter.bundle import Bundle
from exporter.bundle.schema import Layer, Output
from viewer.forward.network import network_of
from viewer.forward.node import Node
from viewer.forward.registry import compute

Array = np.ndarray[Any, Any]
Fields = dict[str, Any]
BUMP = 1e4
KINDS = {"Conv2D": "conv", "DepthwiseConv2D": "depthwise", "MaxPooling2D": "pool", "AveragePooling2D": "pool",
         "ZeroPadding2D": "padding", "Cropping2D": "padding", "UpSampling2D": "resize", "Conv2DTranspose": "conv",
         "Add": "merge", "Concatenate": "merge", "ReLU": "activation", "Flatten": "flatten", "Dense": "dense",
         "GlobalAveragePooling2D": "global_pool"}  # fmt: skip
SETTINGS: dict[str, Fields] = {
    "UpSampling2D": {"size": (2, 2), "interpolation": "nearest"},
    "Conv2DTranspose": {"output_padding": None},
    "Concatenate": {"axis": -1},
    "ReLU": {"negative_slope": 0.0, "threshold": 0.0, "max_value": None},
}


def positive(key: str, shape: tuple[int, ...]) -> Array:
    """Weights that hide nothing: no sum of them is 0."""
    return np.random.default_rng(len(key)).uniform(0.5, 1.5, shape).astype(np.float32)


def conv(
    size: int | tuple[int, int], stride: int = 1, padding: str = "same", dilation: int = 1, of: str = "Conv2D"
) -> Fields:
    kernel = size if isinstance(size, tuple) else (size, size)
    window = {"kernel_size": kernel, "strides": (stride, stride), "dilation": (dilation, dilation), "padding": padding}
    return {"class_name": of, "filters": 2, "variables": ("kernel",), "activation": "linear", **window}


def pool(size: int, stride: int | None = None, padding: str = "valid", how: str = "Max") -> Fields:
    steps = {"strides": (stride or size,) * 2, "padding": padding}
    return {"class_name": f"{how}Pooling2D", "pool_size": (size, size), "mode": how.lower(), **steps}


def plain(class_name: str, **fields: Any) -> Fields:
    return {"class_name": class_name, **fields}


PAD = plain("ZeroPadding2D", padding="1,2;0,1", mode="zeros")
CROP = plain("Cropping2D", padding="1,0;2,1", mode="cropping")
UP = plain("UpSampling2D", mode="nearest")


def net_of(
    parts: list[Fields], size: tuple[int, int], sources: dict[int, tuple[int, ...]] | None = None
) -> PaperBundle:
    """A bundle of layers `l0` (the input, one channel), `l1`, ... after each other, or each after its `sources`."""
    names = [f"l{at}" for at in range(len(parts) + 1)]
    shapes: list[tuple[int, ...]] = [(*size, 1)]
    layers = [Layer(name="l0", kind="input", class_name="InputLayer", outputs=_output(shapes[0]), value="input")]
    edges, weights = [], {}
    for at, part in enumerate(parts, start=1):
        before = (sources or {}).get(at, (at - 1,))
        edges += [(names[source], names[at]) for source in before]
        kind: Any = KINDS[part["class_name"]]
        told = {"computed_by": part["class_name"], **SETTINGS.get(part["class_name"], {})}
        layer = Layer(name=names[at], kind=kind, outputs=(), value="value", settings=told, **part)
        if layer.variables:
            weights[f"{names[at]}/kernel"] = positive(names[at], _kernel(layer, shapes[before[0]]))
        node = Node(layer, lambda variable, name=names[at]: weights[f"{name}/{variable}"])
        made = compute(node, [np.ones((1, *shapes[source]), np.float32) for source in before])[0]
        shapes.append(made.shape[1:])
        fields = {field: getattr(layer, field) for field in layer.__struct_fields__}
        layers.append(Layer(**fields | {"outputs": _output(shapes[-1])}))
    return paper_bundle(layers, edges, arrays=weights, fill=positive)


def _output(shape: tuple[int, ...]) -> tuple[Output, ...]:
    return (Output(shape=shape, dtype="float32"),)


def _kernel(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    if layer.kind == "dense":
        return shape[-1], 3
    taps = layer.kernel_size or ()
    if layer.kind == "depthwise":
        return *taps, shape[-1], 1
    return (*taps, 2, shape[-1]) if "Transpose" in layer.class_name else (*taps, shape[-1], 2)


def forward(bundle: Bundle, picture: Array) -> dict[str, Array]:
    """Every layer's output for a picture (H, W, 1), computed in numpy from the bundle's weights."""
    network = network_of(bundle, bundle.final_checkpoint.id)
    values = {}
    for name, node in network.nodes.items():
        sources = network.sources[name]
        values[name] = compute(node, [values[source] for source, _ in sources])[0] if sources else picture[None]
    return {name: value[0] for name, value in values.items()}


def support(answer: Callable[[Array], Array], size: tuple[int, int]) -> tuple[Array, Array]:
    """For each row and each column of a picture, which values of the answer a change there reaches."""
    picture = np.random.default_rng(0).uniform(0.5, 1.5, (*size, 1)).astype(np.float32)
    before = answer(picture)
    found = []
    for axis in (0, 1):
        changed = []
        for at in range(size[axis]):
            other = picture.copy()
            other[(slice(None),) * axis + (at,)] += BUMP
            changed.append(answer(other) != before)
        found.append(np.array(changed))
    return found[0], found[1]


def box_of(rows: Array, columns: Array, index: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    reached = [np.flatnonzero(each[(slice(None), *index)]) for each in (rows, columns)]
    if not all(map(len, reached)):
        return None
    (top, bottom), (left, right) = ((int(each[0]), int(each[-1]) + 1) for each in reached)
    return (top, left), (bottom, right)


NETS: dict[str, tuple[list[Fields], dict[int, tuple[int, ...]]]] = {
    "same": ([conv(3), conv(3)], {}),
    "even kernels": ([conv(2), conv(4, 2), conv((2, 3))], {}),
    "strides that leave cells over": ([conv(2, 3, "valid"), conv(3), conv(3, 2)], {}),
    "dilated": ([conv(3, 1, "same", 2), conv(2, 1, "valid", 3)], {}),
    "pooled": ([conv(3), pool(2), conv(3, 1, "valid"), pool(3, 2, "same", "Average")], {}),
    "padded and cropped": ([PAD, conv(3, 2, "valid"), CROP, conv(3)], {}),
    "depthwise": ([conv(3), conv(3, 2, of="DepthwiseConv2D"), conv(1)], {}),
    "residual": ([conv(3, 2), conv(3), conv(3), plain("Add", mode="add"), pool(2)], {4: (1, 3)}),
    "joined": ([conv(1), conv(5), plain("Concatenate", mode="concatenate"), conv(2, 2)], {2: (0,), 3: (1, 2)}),
    "transposed": ([conv(3, 3), conv(4, 2, of="Conv2DTranspose"), conv(2, 1, "valid")], {}),
    "enlarged": ([conv(3, 2), UP, conv(2)], {}),
    "flattened": ([conv(3, 2, "valid"), pool(2), plain("ReLU", activation="relu"), plain("Flatten")], {}),
    "dense": ([conv(3, 2, "valid"), plain("Flatten"), plain("Dense", units=3, variables=("kernel",))], {}),
    "pooled whole": ([CROP, conv(3, 1, "valid"), plain("GlobalAveragePooling2D", mode="average")], {}),
}
