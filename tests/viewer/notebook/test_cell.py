"""A notebook that is executed in a kernel without a screen: its output is the frame, for all who open it later."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

from exporter.bundle import Bundle
from scenes.present import Gallery
from viewer.stage import Stage
from viewer.window.playable import Wish

SIZE_PX = 320, 180
CELL = """
import sys
import kerascope
shown = kerascope.show({path!r}, scene="structure", theme="light", size_px=(320, 180), at_secs=1.0)
shown
"""
DRIVEN = """
for event in (
    {"type": "resize", "width": 320.0, "height": 180.0, "ratio": 1.0},
    {"type": "pointer_down", "x": 100.0, "y": 90.0, "button": 1, "modifiers": ()},
    {"type": "pointer_move", "x": 130.0, "y": 90.0},
    {"type": "pointer_up", "x": 130.0, "y": 90.0, "button": 1},
):
    shown.picture.handle_event(event)
print(shown.picture.hand.offset.azimuth_deg, "tensorflow" in sys.modules, "PySide6" in sys.modules)
shown
"""


@pytest.fixture
def executed(
    tiny_bundle_path: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> nbformat.NotebookNode:
    """The notebook after its cells were run by a kernel of this Python, with no display."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    kernel = tmp_path / "kernels/ours"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "ours", "language": "python"}))
    for name, folder in (("JUPYTER_PATH", ""), ("IPYTHONDIR", "ipython"), ("JUPYTER_RUNTIME_DIR", "runtime")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in (CELL.format(path=str(tiny_bundle_path)), DRIVEN)]
    client = NotebookClient(notebook, timeout=60, kernel_name="ours", resources={"metadata": {"path": str(root)}})
    asyncio.run(client.async_execute())
    return notebook


def bundle_output(cell: Any) -> Any:
    (found,) = [output["data"] for output in cell.outputs if "image/png" in output.get("data", {})]
    return found


def decoded(data: Any) -> Any:
    return np.asarray(Image.open(io.BytesIO(b64decode(data["image/png"]))))


@pytest.mark.gl
@pytest.mark.slow
def test_an_executed_notebook_holds_the_frame_and_can_be_turned(
    executed: nbformat.NotebookNode, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    nbformat.validate(executed)
    nbformat.write(executed, tmp_path / "saved.ipynb")
    first, second = nbformat.read(tmp_path / "saved.ipynb", 4).cells
    playable = Gallery(tiny_bundle).build(Wish("structure", SIZE_PX, "light"))
    with Stage(tiny_bundle, playable.layout) as stage:
        expected = stage.render(playable.state_at(1.0), SIZE_PX)
    np.testing.assert_allclose(decoded(bundle_output(first)).astype(int), expected.astype(int), atol=2)
    assert "application/vnd.jupyter.widget-view+json" in bundle_output(first)
    turned = decoded(bundle_output(second)).astype(int)
    assert np.abs(turned - expected.astype(int)).mean() > 1
    (said,) = [output["text"] for output in second.outputs if output.output_type == "stream"]
    assert said.split() == ["30.0", "False", "False"]
