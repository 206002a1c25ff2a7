"""Every scene of the gallery against its reference pictures, raw frames at 320 x 240."""

from __future__ import annotations

import pytest
from pictures import FOLDER, check_picture, processor, read_reference
from taught_bundle import bundle_for

from exporter.bundle import read_bundle
from scenes.options import SceneOptions
from scenes.registry import scene, scene_names

SIZE_PX = 320, 240
LOOKS = (("dark", 28), ("dark", 55), ("light", 75))
PICTURES = {
    f"{name}-{theme}-{percent}": (name, theme, percent)
    for name in scene_names()
    if scene(name).check != "run"
    for theme, percent in LOOKS
}


@pytest.mark.gl
@pytest.mark.image
@pytest.mark.parametrize("picture", PICTURES)
def test_picture(picture: str, sculpted_path, request: pytest.FixtureRequest) -> None:
    from viewer.backend import driver_name
    from viewer.stage import Stage

    name, theme, percent = PICTURES[picture]
    bundle = bundle_for(name, read_bundle(sculpted_path))
    options = SceneOptions(size_px=SIZE_PX, theme=theme)  # type: ignore[arg-type]
    layout = scene(name).lay_out(bundle, options)
    timeline = scene(name).build(bundle, layout, options)
    with Stage(bundle, layout) as stage:
        made = stage.render(timeline.state_at(timeline.duration_secs * percent / 100), SIZE_PX, supersample=2)
    _, renderer, version = driver_name()
    check_picture(picture, made, f"{renderer}, {version}, {processor()}", bless=request.config.getoption("--bless"))


def test_every_reference_is_of_a_picture() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} - set(PICTURES) == set()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.png")), ids=lambda path: path.stem)
def test_every_reference_has_its_size_and_its_renderer(path) -> None:
    picture, renderer = read_reference(path)
    assert picture.shape == (SIZE_PX[1], SIZE_PX[0], 3)
    assert renderer
