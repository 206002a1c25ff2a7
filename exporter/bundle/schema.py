"""The typed, frozen objects of a bundle's `manifest.json`, format 1 (see SPEC.md).

Every object is immutable, refuses unknown fields and is decoded once by msgspec; the JSON Schema that is shipped
beside this file is generated from these classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from exporter.bundle.frozen import Frozen as Frozen
from exporter.bundle.frozen import TensorRef as TensorRef
from exporter.bundle.surveys import Embedding as Embedding
from exporter.bundle.surveys import Neighbours as Neighbours
from exporter.bundle.surveys import Survey as Survey
from exporter.bundle.surveys import SurveyLayer as SurveyLayer
from exporter.bundle.surveys import SurveyPass as SurveyPass

FORMAT_NAME: Final = "kerascope-bundle"
FORMAT_VERSION: Final = 1

Kind = Literal[
    "input",
    "dense",
    "conv",
    "depthwise",
    "pool",
    "global_pool",
    "activation",
    "normalisation",
    "dropout",
    "flatten",
    "reshape",
    "padding",
    "merge",
    "recurrent",
    "attention",
    "embedding",
    "resize",
    "preprocessing",
    "other",
]
"""What a viewer draws a layer as. `other` is drawn by the rank of its output."""

Value = Literal["input", "pre-activation", "post-activation", "value"]
"""What the numbers of a layer's output are.

`input`: what was fed. `pre-activation`: a linear layer whose activation is a later layer. `post-activation`: after the
layer's own activation function (or an activation layer). `value`: neither, e.g. a pooled or reshaped tensor.
"""

ColourOrder = Literal["rgb", "bgr", "grey"]

Setting = bool | int | float | str | None | tuple[int | float, ...]
"""What a layer is set to: tuples are flat."""


class Output(Frozen, frozen=True):
    """One output tensor of a layer: shape without the batch axis (`None`: not fixed) and dtype name.

    `name` says what it is where it is not what the layer hands on: `attention scores`, `hidden states`, `cell states`.
    `stored_channels` is how many channels captures keep, the first ones, where that is not all.
    """

    shape: tuple[int | None, ...]
    dtype: str
    name: str | None = None
    stored_channels: int | None = None


class Layer(Frozen, frozen=True):
    """One call of a Keras layer: a node of the graph.

    A layer that is called twice is two nodes, `name` and `name:1`; the later ones name the first in
    `shares_weights_with` and count no parameters of their own. A layer inside a model inside the model is named by its
    path, `encoder/conv_1`; of the second call of that model, `encoder:1/conv_1`.
    """

    name: str
    kind: Kind
    class_name: str
    outputs: tuple[Output, ...]
    value: Value
    parameters: int = 0
    shares_weights_with: str | None = None
    variables: tuple[str, ...] = ()
    activation: str | None = None
    units: int | None = None
    filters: int | None = None
    kernel_size: tuple[int, ...] | None = None
    strides: tuple[int, ...] | None = None
    dilation: tuple[int, ...] | None = None
    padding: str | None = None
    pool_size: tuple[int, ...] | None = None
    groups: int | None = None
    rate: float | None = None
    mode: str | None = None
    """Which of its kind: `max`/`average` for pools, `add`/`concatenate`/... for merges, `8 heads of 64` for attention,
    `backwards` for recurrent layers, `zeros`/`cropping` for padding, `nearest`/... for resizing; else `None`."""

    settings: dict[str, Setting] = {}
    """What else must be known to compute the layer without Keras, by the names that SPEC.md lists; axes count the batch
    axis. Empty where the class has code of its own, which nothing but itself can compute."""


class Edge(Frozen, frozen=True):
    """A tensor that goes from output `source_output` of `source` into argument `target_input` of `target`."""

    source: str
    target: str
    source_output: int = 0
    target_input: int = 0


class Group(Frozen, frozen=True):
    """Layers that may be drawn as one: a model inside the model, a composite layer, or a block that repeats.

    Groups are nested or apart, never half over each other; `layers` are all that are inside, those of inner groups too,
    in topological order. `output` is the one of them whose output stands for the group.
    """

    name: str
    kind: Literal["model", "layer", "block"]
    class_name: str
    layers: tuple[str, ...]
    output: str


class Model(Frozen, frozen=True):
    """The model as a whole. `class_names` is empty where no labels are known."""

    name: str
    class_name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: int
    class_names: tuple[str, ...] = ()


class Producer(Frozen, frozen=True):
    """What wrote the bundle."""

    name: str
    version: str
    keras: str
    backend: str


class Preprocessing(Frozen, frozen=True):
    """How a picture became what was fed: `fed = (picture - mean) * scale / std`, channels in `colour_order`.

    `mean` has one entry per channel (in `colour_order`) or is empty (zero), `std` likewise (one); `low` and `high` are
    the valid range of what is fed.
    """

    scale: float = 1.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    colour_order: ColourOrder = "rgb"
    low: float = 0.0
    high: float = 255.0


class Checkpoint(Frozen, frozen=True):
    """The weights at one moment. Id `000` is before training where training was watched.

    `weights` maps `<layer>/<variable>` to its tensor; empty where the weights of this moment were not kept.
    """

    id: str
    label: str
    weights: dict[str, TensorRef]
    epoch: int | None = None
    step: int | None = None
    metrics: dict[str, float | None] = {}


class Input(Frozen, frozen=True):
    """One thing that was shown to the network.

    `image` is the picture as a person sees it, (H, W, C) uint8 with C 1 or 3, or `None` where the input is no picture.
    An attacked or synthesised input names its clean `parent`, the `run` that made it, its `step` and its `epsilon`
    (how far a value may have moved, as a share of the valid range of what is fed: of a picture, of black to white). A
    drawn one is a moment of a drawing: its `run`, how many points of the strokes were there (`step`), and as its
    `parent` the finished drawing, which has none.
    """

    id: str
    label: str
    kind: Literal["clean", "attacked", "synthesised", "drawn"] = "clean"
    image: TensorRef | None = None
    true_class: int | None = None
    parent: str | None = None
    run: str | None = None
    step: int | None = None
    epsilon: float | None = None


class Capture(Frozen, frozen=True):
    """What one input did in the network at one checkpoint.

    `outputs` maps a layer's name to its output without the batch axis (`name#1` for a second output tensor); the entry
    of an input layer is what was fed. `scores` is the first model output, flattened, where it has at most 10,000
    values.
    """

    input: str
    checkpoint: str
    outputs: dict[str, TensorRef]
    scores: tuple[float | None, ...] = ()
    predicted: int | None = None


class Run(Frozen, frozen=True):
    """One attack, explanation, synthesis or drawing: what was asked, which inputs it made, how it ended."""

    id: str
    kind: Literal["attack", "explain", "synthesise", "drawing"]
    method: str
    checkpoint: str
    options: dict[str, bool | int | float | str | None]
    result: dict[str, bool | int | float | str | None]
    parent: str | None = None
    inputs: tuple[str, ...] = ()


class Derived(Frozen, frozen=True):
    """Arrays computed of a layer at a checkpoint. `kind` `statistics` and `importance` have the entries that SPEC.md
    lists.

    `sampled` is how many values of each channel the percentiles and the histogram are of, where that is not all.
    `method` is how an importance was found, `None` of statistics. `classes` are the classes that its columns stand for;
    empty: all of the model's, in order, or, of a model without classes, one column for all that it does.
    """

    kind: Literal["statistics", "importance"]
    layer: str
    checkpoint: str
    tensors: dict[str, TensorRef]
    inputs: tuple[str, ...] = ()
    sampled: int | None = None
    method: str | None = None
    classes: tuple[int, ...] = ()


class UnitLayer(Frozen, frozen=True):
    """A layer of a sculpture: the layer of the model whose units or channels it shows, how many, and on which plane
    along the spine they lie, the inputs on plane 0.
    """

    name: str
    units: int
    plane: int


class Sculpture(Frozen, frozen=True):
    """The network of one checkpoint with its units pulled together by importance and its edges gathered into cables.

    `method` is how the importance was found, `classes` what its columns stand for, as in `Derived`. `options` are the
    parameters of the bundling, `result` what was measured of it. The tensors are listed in SPEC.md; units count through
    all layers in their order, edges the strongest first.
    """

    id: str
    checkpoint: str
    method: str
    layers: tuple[UnitLayer, ...]
    options: dict[str, bool | int | float | str | None]
    result: dict[str, bool | int | float | str | None]
    tensors: dict[str, TensorRef]
    classes: tuple[int, ...] = ()


class Overlay(Frozen, frozen=True):
    """Which pixels made the network say something: a map that lies over an input, or over what a layer made of it.

    `run` (of kind `explain`) found it for `input`; `layer` is the one on whose plate it lies, an input layer: the
    picture itself. `values` is (rows, columns), over all of the plate whatever their number, or (length,) of an input
    that is no picture. `kind` says what they are: `heat` (none below 0), `signed` (for, and below 0 against), or `mask`
    (0 or 1).
    """

    id: str
    run: str
    input: str
    layer: str
    kind: Literal["heat", "signed", "mask"]
    values: TensorRef


class Manifest(Frozen, frozen=True):
    """The whole of `manifest.json`. Layers stand in topological order.

    Of a manifest that was read, captures are decoded when they are looked at (`exporter.bundle.captures`).
    """

    format: Literal["kerascope-bundle"]
    version: Literal[1]
    producer: Producer
    model: Model
    layers: tuple[Layer, ...]
    edges: tuple[Edge, ...]
    checkpoints: tuple[Checkpoint, ...]
    preprocessing: Preprocessing
    groups: tuple[Group, ...] = ()
    inputs: tuple[Input, ...] = ()
    captures: Sequence[Capture] = ()
    runs: tuple[Run, ...] = ()
    derived: tuple[Derived, ...] = ()
    sculptures: tuple[Sculpture, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    surveys: tuple[Survey, ...] = ()
    embeddings: tuple[Embedding, ...] = ()
    neighbours: tuple[Neighbours, ...] = ()
