"""A contact sheet, from what is asked for to the file."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from exporter.bundle.durable import writing
from exporter.bundle.errors import KerascopeError
from viewer.sheets.activations import sheet_of_activations
from viewer.sheets.confusion import sheet_of_confusion
from viewer.sheets.embedded import sheet_of_embedding
from viewer.sheets.explanations import sheet_of_explanations
from viewer.sheets.images import sheet_of_images
from viewer.sheets.kernels import sheet_of_kernels
from viewer.sheets.near import sheet_of_neighbours
from viewer.sheets.of_classes import sheet_of_classes
from viewer.sheets.page import picture_of
from viewer.sheets.patches import sheet_of_patches
from viewer.sheets.subject import Subject

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.sheets.sheet import Rgb, Sheet
    from viewer.state import Theme

SHEETS: Mapping[str, Callable[[Subject], Sheet]] = {
    "activations": sheet_of_activations,
    "kernels": sheet_of_kernels,
    "explanations": sheet_of_explanations,
    "images": sheet_of_images,
    "patches": sheet_of_patches,
    "confusion": sheet_of_confusion,
    "neighbours": sheet_of_neighbours,
    "classes": sheet_of_classes,
    "embedding": sheet_of_embedding,
}
"""What there are sheets of."""
OF_SURVEYS: Mapping[str, tuple[str, ...]] = {
    "patches": ("survey", "channels", "top"),
    "confusion": ("survey",),
    "neighbours": ("survey", "top"),
    "classes": ("survey", "top"),
    "embedding": ("survey",),
}
"""Those that show what a survey of a data set has found, and what can be asked of them alone."""


def untold(line: str) -> None:
    """Tell nobody a line."""


def write_sheet(
    bundle: Bundle,
    of: str,
    out: Path | str,
    *,
    layer: str | None = None,
    input_id: str | None = None,
    checkpoint_id: str | None = None,
    run_ids: Sequence[str] = (),
    survey_id: str | None = None,
    channels: Sequence[int] = (),
    top: int | None = None,
    theme: Theme = "dark",
    overwrite: bool = False,
    tell: Callable[[str], None] = untold,
) -> Path:
    """The path of a PNG file with a contact sheet; the same bundle gives the same pixels.

    Parameters
    ----------
    of : `activations`: feature maps of a layer, 8 x 8. `kernels`: what is learned in the first layer, as pictures.
        `explanations`: which pixels matter, by every method that was asked. `images`: made by optimisation, one run
        step by step, or the last images of several. `patches`: what pictures of a survey excite the channels of a
        layer, in the part that each sees. `confusion`: which classes are taken for which. `neighbours`: the nearest
        images by features and by pixels. `classes`: the channels that stand out for each. `embedding`: where the images
        of a survey lie, by a layer or by `pixels`.
    out : where, NAME.png.
    layer, input_id, checkpoint_id, run_ids : what it is about; by default the first that fits, the last checkpoint, and
        all runs.
    survey_id, channels, top : of surveys: which (default: the last), which channels, and how many pictures of each.
    theme : `dark` or `light`.
    overwrite : replace a file that is there.
    tell : is told what is found: how many values of a layer are 0.

    Raises
    ------
    KerascopeError
        no such sheet, nothing in the bundle for it (and which command makes it), something that is not there, or a
        file that cannot be written; nothing is written then.
    """
    path = Path(out)
    _check_place(path, overwrite=overwrite)
    checkpoint = bundle.final_checkpoint if checkpoint_id is None else bundle.checkpoint(checkpoint_id)
    subject = Subject(
        *(bundle, theme, layer, input_id, checkpoint.id, tuple(run_ids), tell),
        survey_id=survey_id,
        channels=tuple(channels),
        top=top,
    )
    save_picture(drawn_sheet(subject, of), path)
    return path


def drawn_sheet(subject: Subject, of: str) -> Rgb:
    """The picture (H, W, 3) uint8 of a sheet. Raises as `write_sheet` does."""
    if of not in SHEETS:
        near = get_close_matches(of, SHEETS, 1)
        remedy = f"did you mean {near[0]}?" if near else ""
        raise KerascopeError("no such sheet", expected=f"one of {', '.join(SHEETS)}", got=repr(of), remedy=remedy)
    _check_asked(subject, of)
    return picture_of(SHEETS[of](subject), subject.theme)


def _check_asked(subject: Subject, of: str) -> None:
    """Raise `KerascopeError` where something was asked that means nothing for a sheet."""
    given = {
        "survey": subject.survey_id is not None,
        "channels": bool(subject.channels),
        "top": subject.top is not None,
    }
    strange = [name for name, is_given in given.items() if is_given and name not in OF_SURVEYS.get(of, ())]
    if strange:
        what = f"{' and '.join(f'--{name}' for name in strange)} mean{'s' * (len(strange) == 1)} nothing for {of}"
        meant = [name for name, options in OF_SURVEYS.items() if set(strange) <= set(options)]
        raise KerascopeError(what, expected=f"one of {', '.join(meant)}", remedy="leave it away")


def save_picture(picture: Rgb, path: Path) -> None:
    """Write a PNG file, whole or not at all."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "png")
    partial = path.with_name(f".{path.stem}-{os.getpid()}.png")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(stream.getvalue())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _check_place(path: Path, *, overwrite: bool) -> None:
    if path.suffix.lower() != ".png":
        raise KerascopeError("a sheet is a PNG file", expected="NAME.png", got=path.name, path=path)
    if path.exists() and not overwrite:
        raise KerascopeError("there is something at this place already", remedy="pass --overwrite", path=path)
