"""What a bundle must hold for its folder: seen to before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.bundle.read import Bundle
from exporter.bundle.schema import Capture
from exporter.interchange.unity.choice import Choice
from exporter.interchange.unity.errors import UnityError, cannot_show
from exporter.interchange.unity.flow import Piece
from exporter.interchange.unity.kernels import ConvKernel
from exporter.interchange.unity.matrices import DenseKernel
from exporter.interchange.unity.scales import BatchScale, SpreadScale
from exporter.interchange.unity.values import LogitValues

_ALL_LAYERS = "export the model again with the outputs of all layers (without --layers)"


def seen_shapes(capture: Capture) -> dict[str, tuple[int, ...]]:
    """The shape of every output that a capture holds, by name."""
    return {name: ref.shape for name, ref in capture.outputs.items()}


def check_needs(bundle: Bundle, pieces: Sequence[Piece], choice: Choice) -> None:
    """Raise `UnityError` where a weight or an output is missing, cut, or of another size than the first input's."""
    for piece in pieces:
        _check_whole(bundle, piece)
    for checkpoint in choice.checkpoints:
        _check_weights(bundle, pieces, checkpoint)
    sources = tuple(dict.fromkeys(piece.values.source for piece in pieces))
    first = bundle.capture(choice.inputs[0], choice.checkpoints[-1])
    shapes = {source: first.outputs[source].shape for source in sources}
    for checkpoint in choice.checkpoints:
        for input_id in choice.inputs:
            _check_outputs(bundle.capture(input_id, checkpoint), shapes)


def _check_whole(bundle: Bundle, piece: Piece) -> None:
    output = bundle.layer(piece.values.source).outputs[0]
    kept, channels = output.stored_channels, output.shape[-1] if output.shape else None
    if kept is not None and (channels is None or kept < channels):
        what = f"the bundle keeps only the first {kept} channels of the layer {piece.values.source!r}"
        raise UnityError(what, remedy="export the model again with all channels (without --channels)")


def _check_weights(bundle: Bundle, pieces: Sequence[Piece], checkpoint: str) -> None:
    there = bundle.checkpoint(checkpoint).weights
    for name in dict.fromkeys(name for piece in pieces for name in _layers_with_weights(piece)):
        layer = bundle.layer(name)
        if "kernel_scale" in layer.variables:
            raise cannot_show(layer, "its kernel is quantised", remedy="export the model before it is quantised")
        for variable in layer.variables:
            if f"{layer.shares_weights_with or layer.name}/{variable}" not in there:
                what = f"the bundle holds no {variable} of the layer {name!r} at the checkpoint {checkpoint!r}"
                raise UnityError(what, remedy="export the model again with weights (without --weights none)")


def _layers_with_weights(piece: Piece) -> list[str]:
    kernel = piece.kernel
    names = [kernel.layer] if isinstance(kernel, ConvKernel | DenseKernel) else []
    scales = (*getattr(kernel, "before", ()), *getattr(kernel, "after", ()))
    names += [scale.layer for scale in scales if isinstance(scale, BatchScale | SpreadScale)]
    return names + ([piece.values.layer] if isinstance(piece.values, LogitValues) else [])


def _check_outputs(capture: Capture, shapes: dict[str, tuple[int, ...]]) -> None:
    for source, shape in shapes.items():
        ref = capture.outputs.get(source)
        where = f"of the layer {source!r} for the input {capture.input!r} at the checkpoint {capture.checkpoint!r}"
        if ref is None:
            raise UnityError(f"the bundle holds no output {where}", remedy=_ALL_LAYERS)
        if ref.shape != shape:
            remedy = "all samples of a folder have one size: name inputs of one size with --inputs"
            raise UnityError(f"another size {where}", expected=shape, got=ref.shape, remedy=remedy)
