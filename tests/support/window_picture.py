"""A picture of the window as a person has it, for the README: `window_picture.py BUNDLE OUT.png`.

A digit has run through the network, one of its cells is pinned, and the inspector says how it came about.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from virtual_screen import environment, virtual_screen

from viewer.study import Place

SIZE_PX = 1440, 810
PART = 0.9
"""The part of the scene's time that has gone by."""
WAIT_MS = 3000


def take(bundle_path: Path, out: Path) -> None:
    """On a screen: open, pin, wait until everything has been told, and save."""
    from PySide6.QtTest import QTest

    from exporter.bundle import read_bundle
    from scenes.present import Gallery
    from viewer.window.application import make_window, prepare
    from viewer.window.playable import Wish

    prepare()
    bundle = read_bundle(bundle_path)
    window = make_window(bundle, Gallery(bundle), Wish("flow"), out.parent)
    window.resize(*SIZE_PX)
    QTest.qWait(WAIT_MS)
    window.player.pause()
    window.player.scrub_to(window.player.playable.duration_secs * PART)
    layer = next(each for each in reversed(bundle.manifest.layers) if each.kind == "pool")
    rows, columns, channels = (side or 1 for side in layer.outputs[0].shape)
    window.desk.set(pinned=Place(layer.name, 0, channels // 3, (rows // 2, columns // 2)))
    QTest.qWait(WAIT_MS)
    window.grab().save(str(out))
    window.close()


def main(bundle: str, out: str, where: str = "") -> None:
    if where:
        take(Path(bundle), Path(out))
        return
    with virtual_screen("1600x1000") as display, tempfile.TemporaryDirectory() as folder:
        room = environment(display) | {"XDG_CONFIG_HOME": folder, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, __file__, bundle, out, "here"], env=room, check=True, timeout=120)


if __name__ == "__main__":
    main(*sys.argv[1:])
