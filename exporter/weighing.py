"""Importance added to a bundle: of which checkpoints, for which classes, and the entries it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import structs

from exporter.backend import keras
from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Derived, Manifest
from exporter.bundling.net import unit_net
from exporter.importance.contract import Importance, Labelled, Method, OptionValue
from exporter.importance.gates import Gated
from exporter.importance.prune_report import prune_report
from exporter.importance.pruning_files import check_folder
from exporter.importance.registry import method_named, options_for
from exporter.importance.samples import labelled_inputs
from exporter.importance.scaling import scaled, with_answers
from exporter.inputs.read import Source
from exporter.matching import at_checkpoint, check_layers
from exporter.models import open_model
from exporter.telling import in_silence, to_stderr
from exporter.writing import Progress, Warn

MOST_COLUMNS = 100
"""A model of more classes gets columns only for those that occur."""


@dataclass(frozen=True)
class _Weighing:
    """What is asked for."""

    method: Method
    options: dict[str, OptionValue]
    inputs: Source | Sequence[str | Path]
    labels: Path | str | Sequence[str] | None
    prune: Path | None
    progress: Progress
    warn: Warn
    told: set[str] = field(default_factory=set)

    def tell(self, line: str) -> None:
        """Warn of something, once for all checkpoints."""
        if line not in self.told:
            self.told.add(line)
            self.warn(line)


def importance_bundle(
    bundle: Path | str,
    model: keras.Model | Path | str,
    *,
    inputs: Source | Sequence[str | Path] = (),
    method: str = "gradient",
    labels: Path | str | Sequence[str] | None = None,
    checkpoint_ids: Sequence[str] = (),
    imports: Sequence[str] = (),
    unsafe: bool = False,
    prune: Path | str | None = None,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    **options: OptionValue,
) -> tuple[str, ...]:
    """What was added to a bundle, a line a checkpoint: how much each unit of each layer matters for each class.

    Parameters
    ----------
    bundle, model : the bundle, and the model that it was made of; its weights are those of the bundle meanwhile, and
        its own again afterwards.
    inputs, labels : samples, as for an export, and class names where their folders are to be recognised by other ones
        than the bundle's. Samples whose class is not known count for the one that the model takes them for, if none is.
        `weight` looks at none.
    method : `gradient`, `batch_norm` or `weight`. What the bundle has by the same method at the same checkpoint is
        replaced.
    checkpoint_ids : by default the final one, and the first one whose weights are there.
    imports, unsafe : as for an export.
    prune : a folder for curves of what pruning by this importance does to the accuracy at the last checkpoint.
    progress, warn : are told how far it is, and what the user should know.
    options : of the method.

    Of a model of at most 100 classes each has a column, of another one those that occur. All answers matter for
    themselves alone. The largest of each layer is 1.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; the bundle is as it was then.
    """
    chosen = method_named(method)
    folder = None if prune is None else Path(prune)
    taken = options_for(chosen, options)
    asked = _Weighing(chosen, taken, inputs, labels, folder, progress, warn)
    if folder is not None:
        check_folder(folder, overwrite=False)
    read_bundle(bundle)
    opened = open_model(model, imports=imports, unsafe=unsafe) if isinstance(model, str | Path) else model
    with BundleWriter.append(bundle) as writer:
        there = read_bundle(writer.path)
        check_layers(there, opened)
        ids = chosen_checkpoints(there, checkpoint_ids)
        gated = Gated.of(opened, there.manifest)
        entries = [each for id_ in ids for each in _entries(writer, there, gated, id_, asked, is_last=id_ == ids[-1])]
        writer.commit(structs.replace(there.manifest, derived=_with(there.manifest, entries)))
    return tuple(_line(id_, [each for each in entries if each.checkpoint == id_], gated) for id_ in ids)


def chosen_checkpoints(bundle: Bundle, ids: Sequence[str]) -> tuple[str, ...]:
    """The checkpoints to look at, in the order of time: those asked for, or the first with weights and the final one.

    Raises `BundleError` where there is no such checkpoint.
    """
    every = [checkpoint.id for checkpoint in bundle.manifest.checkpoints]
    if ids:
        wanted = {bundle.checkpoint(each).id for each in ids}
    else:
        kept = [checkpoint.id for checkpoint in bundle.manifest.checkpoints if checkpoint.weights]
        wanted = {*kept[:1], every[-1]}
    return tuple(each for each in every if each in wanted)


def _entries(
    writer: BundleWriter, bundle: Bundle, gated: Gated, checkpoint_id: str, asked: _Weighing, *, is_last: bool
) -> list[Derived]:
    """The entries of a checkpoint, which have been written."""
    with at_checkpoint(bundle, gated.model, bundle.checkpoint(checkpoint_id), asked.tell):
        importance, classes = _found(bundle, gated, checkpoint_id, asked, is_last=is_last)
    parts = scaled(with_answers(importance, gated, classes), asked.tell)
    refs = writer.write(_free_file(bundle.manifest, asked.method.name, checkpoint_id), parts)
    columns = () if len(classes) == gated.columns else tuple(classes)
    return [
        Derived(
            kind="importance",
            layer=layer.name,
            checkpoint=checkpoint_id,
            tensors={"units": refs[layer.name]},
            method=asked.method.name,
            classes=columns,
        )
        for layer in gated.layers
    ]


def _found(
    bundle: Bundle, gated: Gated, checkpoint_id: str, asked: _Weighing, *, is_last: bool
) -> tuple[Importance, tuple[int, ...]]:
    """The raw importance at a checkpoint whose weights the model has, and the classes of its columns."""
    needs_data = asked.method.needs_data
    wants_curves = is_last and asked.prune is not None
    if not needs_data and not wants_curves:
        net, every = unit_net(bundle, checkpoint_id), tuple(range(gated.columns))
        return asked.method.run(net, gated.columns, every), every
    data, is_known = labelled_inputs(asked.inputs, asked.labels, bundle.manifest, gated, asked.tell)
    classes = _columns(gated, data, asked) if needs_data else tuple(range(gated.columns))
    if wants_curves:
        _prune(bundle, gated, checkpoint_id, data, asked, is_known=is_known)
    if not needs_data:
        return asked.method.run(unit_net(bundle, checkpoint_id), gated.columns, classes), classes
    return asked.method.run(gated, data, classes, progress=asked.progress, **asked.options), classes


def _columns(gated: Gated, data: Labelled, asked: _Weighing) -> tuple[int, ...]:
    """The classes that there are columns for. Those without samples are told."""
    there = data.occurring
    if gated.columns > MOST_COLUMNS:
        asked.tell(f"{len(there)} of the {gated.columns} classes occur in the inputs: the importance is for these")
        return there
    missing = [each for each in range(gated.columns) if each not in there]
    if missing:
        names = [data.names[each] if each < len(data.names) else str(each) for each in missing]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        asked.tell(f"there are no inputs of class {', '.join(names[:5])}{more}: nothing is important for it")
    return tuple(range(gated.columns))


def _prune(
    bundle: Bundle, gated: Gated, checkpoint_id: str, data: Labelled, asked: _Weighing, *, is_known: bool
) -> None:
    if asked.prune is None:
        return
    if not is_known:
        what, remedy = "the accuracy cannot be measured", "pass inputs whose classes are known, or leave --prune out"
        raise KerascopeError(what, expected="inputs with their true classes", got="none", remedy=remedy)
    prune_report(
        gated,
        unit_net(bundle, checkpoint_id),
        data,
        asked.method,
        asked.prune,
        count=gated.columns,
        title=bundle.manifest.model.name,
        options=asked.options,
        progress=asked.progress,
        warn=asked.tell,
    )


def _with(manifest: Manifest, entries: Sequence[Derived]) -> tuple[Derived, ...]:
    """The derived entries of a manifest and these, which take the place of what was there by the same method."""
    replaced = {(each.method, each.checkpoint) for each in entries}
    kept = (
        each for each in manifest.derived if each.kind != "importance" or (each.method, each.checkpoint) not in replaced
    )
    return (*kept, *entries)


def _free_file(manifest: Manifest, method: str, checkpoint_id: str) -> str:
    taken = {ref.file for each in manifest.derived for ref in each.tensors.values()}
    names = (f"derived/importance_{method}_{checkpoint_id}{nth}.npz" for nth in ("", *map("_{}".format, range(1, 9))))
    return next(name for name in names if name not in taken)


def _line(checkpoint_id: str, entries: Sequence[Derived], gated: Gated) -> str:
    units = sum(entry.tensors["units"].shape[0] for entry in entries)
    classes = len(entries[0].classes) or gated.columns
    method = entries[0].method
    return f"{method} at checkpoint {checkpoint_id}: {units} units of {len(entries)} layers for {classes} classes"
