"""A model as explanations and optimisations see it: what it is fed goes in, logits and layers' outputs come out."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Hashable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from exporter.backend import keras, tf
from exporter.bundle.schema import Kind
from exporter.capture import kinds
from exporter.capture.hooks import recording
from exporter.capture.reading import read_model
from exporter.capture.rows import Rows
from exporter.capture.takes import input_specs
from exporter.probing.ends import logits_of
from exporter.probing.errors import ProbeError
from exporter.probing.rectified import rectified_gradients
from exporter.probing.taps import Taps
from exporter.probing.target import Target

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Seen:
    """What a model makes of a batch, as tensors of the graph that is being recorded.

    Attributes
    ----------
    answer : the model's first output, as it is.
    outputs : of each layer that was asked for, (n, ...).
    """

    answer: Any
    outputs: Mapping[str, Any]

    @property
    def logits(self) -> Any:
        """The logits (n, classes) float32. Raises `ProbeError` where there are none (see `logits_of`)."""
        return logits_of(self.answer)


class Probe:
    """A model of one input, in inference mode, through which gradients are taken.

    Models inside the model, shared layers and classes with their own `call` are seen through: layers have the names
    that a bundle gives them. Nothing of the model changes; where it gets other weights, the probe has them too.

    Parameters
    ----------
    model : with one input of floats.

    Attributes
    ----------
    input_name : the name of its input layer.
    shape : of what one sample is fed; `None`: a size that is not fixed.
    layers : the names of all calls of layers and operations, in their order.

    Raises
    ------
    ProbeError
        several inputs, or an input that is no float: nothing can be differentiated by it.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._reading = read_model(model)
        specs = input_specs(model)
        if len(specs) != 1:
            raise ProbeError("the model cannot be looked into", expected="one input", got=f"{len(specs)} inputs")
        self.input_name, self.shape, self._dtype = specs[0].name, specs[0].shape, specs[0].dtype
        if not self._dtype.startswith(("float", "bfloat")):
            got = f"{self._dtype} values"
            raise ProbeError("no gradient leads to the input", expected="an input of floats", got=got)
        self.layers = tuple(call.name for call in self._reading.calls)
        self._compiled: dict[Hashable, Any] = {}

    @cached_property
    def bytes_per_sample(self) -> int:
        """How much memory all outputs take for one sample, in float32; sizes that are not fixed count as 1."""
        shapes = [tensor.shape for call in self._reading.calls for tensor in call.outputs]
        return sum(4 * math.prod(size or 1 for size in shape) for shape in shapes)

    @cached_property
    def classes(self) -> int:
        """How many logits there are. Raises `ProbeError` where the model has none."""
        spec = tf.TensorSpec((None, *self.shape), self._dtype)
        traced = tf.function(lambda fed: self.seen(fed).logits, autograph=False).get_concrete_function(spec)
        return int(traced.outputs[0].shape[-1])

    def shape_of(self, layer: str) -> Shape:
        """The shape of what a layer puts out for one sample, channels last.

        Raises
        ------
        ProbeError
            no such layer (the nearest name is told), or one whose output is not one thing a sample.
        """
        self.check_layer(layer)
        made = next(call for call in self._reading.calls if call.name == layer).outputs[0]
        if made.rows != Rows():
            raise ProbeError(f"the output of {layer!r} cannot be looked at", expected="one row for each sample")
        return made.shape

    def kind_of(self, layer: str) -> Kind:
        """What a layer is, as a bundle calls it. Raises `ProbeError` where there is none of that name."""
        self.check_layer(layer)
        call = next(call for call in self._reading.calls if call.name == layer)
        return kinds.kind_of(call.operation, len(call.arguments))

    def check_layer(self, layer: str) -> None:
        """Raise `ProbeError` where there is no layer of that name; the nearest one is told."""
        if layer not in self.layers:
            near = difflib.get_close_matches(layer, self.layers, 1)
            remedy = f"did you mean {near[0]}?" if near else "see `kerascope inspect`"
            raise ProbeError("no such layer", expected="a layer of the model", got=repr(layer), remedy=remedy)

    def check(self, target: Target) -> None:
        """Raise `ProbeError` where the model has no such class, layer, channel or unit."""
        if target.layer is None:
            if target.unit is not None and not 0 <= target.unit < self.classes:
                raise ProbeError("no such class", expected=f"0 to {self.classes - 1}", got=target.unit)
            return
        shape = self.shape_of(target.layer)
        if target.unit is not None and not (shape and 0 <= target.unit < (shape[-1] or 0)):
            expected = f"0 to {(shape[-1] or 0) - 1}" if shape else "a layer with channels"
            raise ProbeError(f"no such channel of {target.layer!r}", expected=expected, got=target.unit)
        sizes = shape[:-1]
        at = target.at
        if at is not None and (
            len(at) != len(sizes) or any(not 0 <= a < (n or a + 1) for a, n in zip(at, sizes, strict=True))
        ):
            expected = f"a place in {'x'.join(map(str, sizes))}" if sizes else "none: the layer is a vector"
            raise ProbeError(f"no such place on {target.layer!r}", expected=expected, got=",".join(map(str, at)))

    def seen(self, fed: Any, layers: Collection[str] = (), *, is_guided: bool = False) -> Seen:
        """What the model makes of `fed` (n, ...): to be called inside a function that TensorFlow records.

        With `is_guided`, ReLUs pass only positive gradients (`rectified_gradients`).
        """
        taps = Taps(self._reading, layers)
        feeds = taps.feed([self.input_name], [tf.cast(fed, self._dtype)])
        args, kwargs = self._reading.arrange(feeds)
        with recording(taps), rectified_gradients() if is_guided else nullcontext():  # type: ignore[arg-type]
            results = self.model(*args, **kwargs, training=False)
        taps.check()
        return Seen(keras.tree.flatten(results)[0], taps.outputs)

    def compiled(self, function: Callable[..., Any], *static: Hashable) -> Any:
        """`function(probe, *static, *tensors)` as a compiled function of tensors; once for each `function`, which must
        be one of a module, and each `static`. Pass tensors or arrays: each new Python number would compile it anew.
        """
        key = function, static
        if key not in self._compiled:
            traced = partial(function, self, *static)
            self._compiled[key] = tf.function(traced, autograph=False, reduce_retracing=True)
        return self._compiled[key]


def scores_of(seen: Seen, layer: str | None, units: Any = None, at: Any = None) -> Any:
    """One number (n,) float32 for each sample, tensors: what is differentiated when a target is asked about.

    Parameters
    ----------
    seen : with the layer's output.
    layer : `None`: the logits; then `units` are classes.
    units : (n,) whole numbers, the class or channel of each sample; `None`: the mean square of the whole layer.
    at : (n, axes) whole numbers, the place of one unit; `None`: the mean over a channel's places.
    """
    values = seen.logits if layer is None else tf.cast(seen.outputs[layer], tf.float32)
    rank = values.shape.rank
    if units is None:
        return tf.reduce_mean(tf.square(values), axis=list(range(1, rank)))
    mask = tf.one_hot(units, values.shape[-1])  # compiled in half the time of a look-up
    chosen = tf.reduce_sum(values * tf.reshape(mask, (-1, *(1,) * (rank - 2), values.shape[-1])), axis=-1)
    if at is None:
        return tf.reduce_mean(chosen, axis=list(range(1, rank - 1)))
    return tf.gather_nd(chosen, at, batch_dims=1)


def gradient_of(scores: Any, tensor: Any, what: str) -> Any:
    """The gradient of sum(scores) by a tensor, of a graph that is being recorded; float32, shaped as `tensor`.

    Raises
    ------
    ProbeError
        no way leads from one to the other along which a gradient passes; `what` says what was asked about.
    """
    (gradient,) = tf.gradients(tf.reduce_sum(scores), [tensor])
    if gradient is None:
        raise ProbeError(
            f"no gradient leads from {what} back",
            expected="a path of operations that can be differentiated",
            got="none, or one that is cut by rounding, argmax, or a lookup",
        )
    return tf.cast(tf.convert_to_tensor(gradient), tf.float32)
