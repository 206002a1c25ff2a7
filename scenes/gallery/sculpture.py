"""The bundled network on a turntable: all its classes in their colours, then one class at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.options import SceneOptions
from scenes.panels.heading import heading
from scenes.panels.lit import Moment
from scenes.sculptures.sculpted import lit_classes, shown_sculpture
from scenes.sculptures.sculpting import Frame, ended, told
from scenes.sculptures.turntable import course_of, turned, turning_camera
from scenes.timeline import Timeline
from viewer.sculptures.read import read_sculpture
from viewer.state import SculptureView, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout

CHECK = "frames"


def build(bundle: Bundle, _: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: one turn, then a step of it and a pause for each class.

    Raises
    ------
    KerascopeError
        The bundle has no sculpture, or not of the chosen checkpoint or class.
    """
    sculpture = shown_sculpture(bundle, options)
    lit = lit_classes(bundle, sculpture, options)
    drawn = ended(read_sculpture(bundle, sculpture.id))
    course = course_of(lit.ids, lit.names)
    frame = Frame.of(options.aspect, lit, told(bundle, sculpture, lit, drawn))
    camera = turning_camera(drawn.outline(), options.aspect, frame.net)
    fixed = heading(f"{shown_name(bundle)}, bundled", "units near their class, edges in cables", *frame.borders_px)
    fixed += frame.facts

    def state_at(t_secs: float) -> ViewState:
        moment = Moment(*course.at(t_secs))
        view = SculptureView(sculpture.id, focus=moment.here, toward=moment.there, blend=moment.blend)
        hud = fixed + frame.classes(lit, moment)
        seen = turned(camera, course.azimuth_deg.at(t_secs))
        return ViewState(seen, (), options.theme, hud, bloom=0.0, sculptures=(view,))

    return Timeline(course.duration_secs, state_at, loops=True, markers=course.markers)
