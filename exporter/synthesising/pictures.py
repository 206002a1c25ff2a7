"""Images made by optimisation as PNG files: each, and all of them side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from exporter.attacking.pictures import Pictures

Picture = NDArray[np.uint8]
LEAST_PX, GAP_PX, LINE_PX = 112, 8, 18
"""Of a sheet: images are enlarged to at least so much, by whole numbers; between them; a line of words."""
GROUND, INK = (246, 247, 249), (25, 29, 38)


def sheet_name(run_ids: Sequence[str]) -> str:
    """What the picture with all images is called: by the first and the last run.

    >>> sheet_name(["filter-0", "filter-1", "filter-2"])
    'filter-0-to-filter-2'
    """
    return f"{run_ids[0]}-to-{run_ids[-1]}"


def check_pictures(folder: Pictures, run_ids: Sequence[str]) -> None:
    """Raise `KerascopeError` where a file that is going to be written is there, and is not to be replaced."""
    folder.check_free([*run_ids, *([sheet_name(run_ids)] if len(run_ids) > 1 else [])])


def save_pictures(folder: Pictures, pictures: Sequence[tuple[str, str, Picture]]) -> None:
    """Write images: ids of their runs, their names, (H, W, C) uint8; and where there are several, a sheet of them."""
    for run_id, _, picture in pictures:
        folder.save(run_id, picture)
    if len(pictures) > 1:
        sheet = sheet_of([(name, picture) for _, name, picture in pictures])
        folder.save(sheet_name([run_id for run_id, _, _ in pictures]), sheet)


def sheet_of(named: Sequence[tuple[str, Picture]]) -> Picture:
    """Images of one size in rows, (H, W, 3) uint8, a name under each."""
    height, width = named[0][1].shape[:2]
    times = max(1, -(-LEAST_PX // max(1, min(height, width))))
    tile_width, tile_height = width * times + GAP_PX, height * times + GAP_PX + LINE_PX
    columns = min(len(named), max(1, round(math.sqrt(len(named) * tile_height / tile_width * 16 / 9))))
    rows = -(-len(named) // columns)
    sheet = Image.new("RGB", (columns * tile_width + GAP_PX, rows * tile_height + GAP_PX), GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(LINE_PX * 0.72)
    for place, (name, picture) in enumerate(named):
        left, top = GAP_PX + place % columns * tile_width, GAP_PX + place // columns * tile_height
        image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).convert("RGB")
        sheet.paste(image.resize((width * times, height * times), Image.Resampling.NEAREST), (left, top))
        draw.text((left, top + height * times + 2), _fitted(name, font, width * times), INK, font)
    return np.asarray(sheet)


def _fitted(name: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, width_px: float) -> str:
    """The name, or as much of its end as fits: it is there that names differ."""
    shown = name
    while len(shown) > 1 and font.getlength(shown) > width_px:
        shown = "…" + shown.lstrip("…")[1:]
    return shown
