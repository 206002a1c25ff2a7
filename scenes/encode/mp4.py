"""MP4 with H.264, as every player, browser and slide program takes it."""

from __future__ import annotations

from pathlib import Path

from scenes.encode import ffmpeg
from scenes.encode.shot import Quality, Shot

# Players guess the colour matrix from the size where it is not said, and differ; so convert to BT.709 and say so.
COLOUR = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+bicubic,format=yuv420p"
TAGS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1", "-color_range", "tv"]


def encode(shot: Shot, quality: Quality, made: Path) -> None:
    """Write the MP4; both sides are cut to even numbers of pixels, which 4:2:0 needs.

    Raises
    ------
    KerascopeError
        There is no ffmpeg, or it cannot write.
    """
    filters = ",".join([*ffmpeg.thinned(shot, quality, multiple=2), COLOUR])
    codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(quality.level), "-movflags", "+faststart"]
    ffmpeg.run([*ffmpeg.source(shot), "-vf", filters, *codec, *TAGS], shot, made)
