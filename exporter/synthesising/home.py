"""Where images are written: into a new bundle of the model, or into one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from msgspec import structs

from exporter.assembly import write_parts
from exporter.attacking.added import same_input
from exporter.attacking.entries import stored_dtype
from exporter.bounds import Bounds, Kept, kept_like
from exporter.bundle import Bundle, BundleWriter
from exporter.bundle.checks import output_name
from exporter.bundle.free_names import free_input_ids
from exporter.bundle.schema import Input, Layer, Manifest
from exporter.capture import LayerOutputs, Moment
from exporter.extent import check_room, input_bytes
from exporter.inputs import InputSet, Sample
from exporter.matching import matching_checkpoint
from exporter.plan import extent_of, prepare
from exporter.synthesising.ground import Ground
from exporter.synthesising.references import References
from exporter.writing import Capturing, Progress, Warn, shown_samples, write_captures


@dataclass(frozen=True)
class Home:
    """A bundle that is being written, with the pictures in it that images begin with or are to be like.

    Attributes
    ----------
    manifest : of what has been written so far.
    checkpoint : whose weights the model has.
    kept, dtype : the outputs that captures hold which are whole, and how they are stored.
    ids : of the pictures, by what they are for.
    """

    writer: BundleWriter
    manifest: Manifest
    checkpoint: str
    kept: Kept
    dtype: str
    ids: Mapping[str, str]

    def kept_of(self, ground: Ground, *, is_whole: bool) -> Kept:
        """The outputs that are kept of an image: all that the bundle keeps, or what was fed."""
        return self.kept if is_whole else {ground.spec.name: None}

    def check_room(self, ground: Ground, images: int, *, is_whole: bool) -> None:
        """Raise `KerascopeError` where there is too little room for so many images."""
        picture_bytes = prod(ground.picture_shape or ())
        outputs_bytes = input_bytes(self.manifest.layers, self.kept_of(ground, is_whole=is_whole), self.dtype)
        check_room(self.writer.path, images * (picture_bytes + outputs_bytes))


def new_home(
    writer: BundleWriter,
    ground: Ground,
    class_names: tuple[str, ...],
    references: References,
    progress: Progress,
    warn: Warn,
) -> Home:
    """A new bundle of the model: its graph, its weights, and what every layer makes of the pictures.

    Raises
    ------
    KerascopeError
        a model that cannot be read, or too little room.
    """
    inputs = InputSet(references.samples, ground.preprocessing, class_names)
    export = prepare(ground.model, inputs, class_names, Bounds(), (1, 0), progress, warn)
    check_room(writer.path, extent_of(export).bytes)
    manifest = write_parts(writer, export, iter([Moment("final", None)]))
    ids = {role: export.ids[place] for role, place in references.roles.items()}
    return Home(writer, manifest, manifest.checkpoints[-1].id, export.kept, "float32", ids)


def old_home(writer: BundleWriter, bundle: Bundle, ground: Ground, references: References, warn: Warn) -> Home:
    """A bundle that is there, made of this model; pictures that it has not are added as clean inputs.

    Raises
    ------
    KerascopeError
        the bundle is of another model.
    """
    manifest, checkpoint = bundle.manifest, matching_checkpoint(bundle, ground.model, warn)
    kept, dtype = _kept_in(bundle, checkpoint)
    found = [same_input(bundle, sample, checkpoint) for sample in references.samples]
    new = [sample for sample, id_ in zip(references.samples, found, strict=True) if id_ is None]
    free = free_input_ids(manifest, len(new))
    manifest = _with_inputs(writer, manifest, ground, free, new, Capturing(checkpoint, kept, dtype, FILE, passing={}))
    left = iter(free)
    places = [next(left) if id_ is None else id_ for id_ in found]
    ids = {role: places[place] for role, place in references.roles.items()}
    return Home(writer, manifest, checkpoint, kept, dtype, ids)


FILE = "inputs/{}.npz".format
"""The file of an input."""


def _with_inputs(
    writer: BundleWriter,
    manifest: Manifest,
    ground: Ground,
    ids: list[str],
    samples: list[Sample],
    capturing: Capturing,
) -> Manifest:
    shown = shown_samples(ids, samples, [ground.spec], ground.preprocessing)
    made = list(write_captures(writer, LayerOutputs(ground.model), shown, capturing))
    entries = (
        Input(id=id_, label=sample.label, image=image)
        for id_, sample, (_, image) in zip(ids, samples, made, strict=True)
    )
    captures = (*manifest.captures, *(capture for capture, _ in made))
    return structs.replace(manifest, inputs=(*manifest.inputs, *entries), captures=captures)


def _kept_in(bundle: Bundle, checkpoint: str) -> tuple[Kept, str]:
    """The outputs that a bundle keeps of an input, and as what: as of the one of which it keeps most; all, where it
    keeps of none more than what was fed.
    """
    fullest = max(bundle.captures_at(checkpoint), key=lambda capture: len(capture.outputs), default=None)
    if fullest is None or set(fullest.outputs) <= set(bundle.manifest.model.inputs):
        return _all_outputs(bundle.manifest.layers), "float32"
    return kept_like(bundle, fullest.input, checkpoint), stored_dtype(bundle, fullest.input, checkpoint)


def _all_outputs(layers: tuple[Layer, ...]) -> Kept:
    return {
        output_name(layer.name, place): output.stored_channels
        for layer in layers
        for place, output in enumerate(layer.outputs)
    }
