"""What the exporter does, from a model to a bundle: reads as a table of contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from exporter.assembly import write_parts
from exporter.attacking import attack_bundle
from exporter.backend import keras
from exporter.bounds import read_bounds
from exporter.bundle import BundleWriter, KerascopeError
from exporter.bundle.schema import ColourOrder
from exporter.capture import CheckpointRecorder, Moment
from exporter.demonstration import choose_attack, save_model
from exporter.extent import check_room
from exporter.inputs import PreprocessingOptions
from exporter.inputs.read import Source
from exporter.moments import Checkpoints, Sources, moments_of, numbering
from exporter.opening import opened_model, read_shown
from exporter.plan import Export, extent_of, prepare
from exporter.telling import in_silence, to_stderr, untold
from exporter.training import EPOCHS, train_demo
from exporter.writing import Progress, Warn

DEMO_BUNDLE, DEMO_MODEL, DEMO_LABELLED = "mnist.bundle", "demo.keras", "mnist:500"


def export_model(
    model: keras.Model | Path | str,
    inputs: Source | Sequence[str | Path],
    out: Path | str,
    *,
    labels: Path | str | Sequence[str] | None = None,
    checkpoints: Checkpoints = (),
    untrained: bool = False,
    seed: int = 0,
    layers: str | Sequence[str] = (),
    channels: int | None = None,
    dtype: Literal["float32", "float16"] = "float32",
    weights: str | Sequence[str] = "full",
    scale: float | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    colour_order: ColourOrder | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    tell: Warn = untold,
) -> Path:
    """The path of a new bundle of `model`: its graph, its weights, and what every layer makes of the inputs.

    Parameters
    ----------
    model : a Keras model, or a source that `exporter.models.open_source` takes: a `.keras` or `.h5` file, a TF.js
        `model.json`, a SavedModel, or `applications:NAME[:WEIGHTS]`.
    inputs : a folder of pictures, picture files, a `.npy` or `.npz` file, `mnist:N`, or an array.
    out : where to write.
    labels : class names, or a file of them.
    checkpoints : a `CheckpointRecorder`, or files with the weights at earlier moments, in order.
    untrained, seed : also the same architecture with fresh weights, as checkpoint `000`.
    layers : patterns such as `conv*`: only outputs of layers whose path or own name fits one are kept, and those of the
        model's inputs and outputs.
    channels : of outputs with a spatial or time axis keep only the first so many channels.
    dtype : of stored weights and outputs.
    weights : `full`, `none`, or the ids of the checkpoints whose weights are kept.
    scale, mean, std, colour_order : `fed = (picture - mean) * scale / std`; by default what the source says, else a
        scale of 1/255, or 1 where the model scales itself.
    imports : modules that register custom layers.
    unsafe : run code that the model file brings (Lambda layers).
    overwrite : replace a bundle that is there.
    progress, warn : are told how far it is, and what the user should know (NaN in the weights, ...).
    tell : is told how much will be written, before anything is.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; nothing is written then.
    """
    bounds = read_bounds(layers, channels, dtype, weights)
    BundleWriter.check_place(out, overwrite=overwrite)
    opened = opened_model(model, imports, unsafe, warn)
    options = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    shown, class_names = read_shown(opened, inputs, labels, options)
    sources = Sources(checkpoints, tuple(imports), unsafe)
    final = _final_label(model, checkpoints)
    moments = moments_of(opened.model, sources, untrained=untrained, seed=seed, final=final)
    numbers = numbering(checkpoints, untrained=untrained)
    export = prepare(opened.model, shown, class_names, bounds, numbers, progress, warn)
    return write_export(export, moments, out, overwrite=overwrite, tell=tell)


def write_export(
    export: Export, moments: Iterator[Moment], out: Path | str, *, overwrite: bool = False, tell: Warn = untold
) -> Path:
    """The path of a new bundle: what was prepared, at each of these moments. Raises as `export_model` does."""
    with BundleWriter.create(out, overwrite=overwrite) as writer:
        extent = extent_of(export)
        tell(str(extent))
        check_room(writer.path, extent.bytes)
        writer.commit(write_parts(writer, export, moments))
    return writer.path


def export_demo(
    out: Path | str, *, overwrite: bool = False, progress: Progress = in_silence, warn: Warn = to_stderr
) -> Path:
    """The path of the demo's bundle, `OUT/mnist.bundle`; the network it is of lies beside it as `OUT/demo.keras`.

    A small network learns to read digits, with checkpoints from untrained on; 20 digits that it has never seen are run
    through it, and one that it reads right is attacked.

    Raises
    ------
    KerascopeError
        something is there already, or cannot be written.
    """
    folder = Path(out)
    bundle_path, model_path = folder / DEMO_BUNDLE, folder / DEMO_MODEL
    for path in (bundle_path, model_path):
        if path.exists() and not overwrite:
            raise KerascopeError("there is something at this place already", remedy="pass --overwrite", path=path)
    model, recorder = train_demo(lambda epoch: progress("training", epoch, EPOCHS))
    save_model(model, model_path)
    export_model(
        model, "mnist:20", bundle_path, checkpoints=recorder, overwrite=overwrite, progress=progress, warn=warn
    )
    attack_bundle(
        bundle_path,
        model,
        "fgsm",
        input_id=choose_attack(bundle_path, model),
        keep=32,
        survive_rounding=True,
        warn=warn,
    )
    return bundle_path


def _final_label(model: keras.Model | Path | str, checkpoints: Checkpoints) -> str:
    """What the moment of the model itself is called: by its file where the others are files, too."""
    is_file = isinstance(model, str | Path) and Path(model).suffix in (".keras", ".h5")
    return Path(model).stem if is_file and not isinstance(checkpoints, CheckpointRecorder) and checkpoints else "final"
