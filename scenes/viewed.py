"""Scenes as a person has looked at them: a view that the window wrote down, laid over every moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace as with_changes

from exporter.bundle.errors import KerascopeError
from scenes.options import SceneOptions
from viewer.dress import dressed, marked
from viewer.foreign import check_view
from viewer.steer import steered_state
from viewer.study import Vantage

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.timeline import Timeline
    from viewer.layout import Layout
    from viewer.state import ViewState


def read_view(text: str) -> Vantage:
    """The view that a text is, or that a file holds.

    Raises
    ------
    KerascopeError
        It is neither: says what is wrong with it.
    """
    if text.lstrip().startswith("{"):
        return Vantage.from_json(text)
    path = Path(text)
    try:
        return Vantage.from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        got = error.strerror if isinstance(error, OSError) else "no text"
        expected = "JSON as the window copies it, or a file with that"
        raise KerascopeError("the view cannot be read", expected=expected, got=got, path=path) from error


def chosen_view(text: str | None, **choices: Any) -> Vantage:
    """The view of a text (or the plain one of a scene) with those choices (fields of `Vantage`) that are not `None`.

    Another scene than the view's begins at its start, about what it chooses itself.
    """
    given = {name: value for name, value in choices.items() if value is not None}
    view = Vantage(given["scene"]) if text is None else read_view(text)
    return with_changes(view.of_scene(given.get("scene", view.scene)), **given)


def options_of(view: Vantage, bundle: Bundle, size_px: tuple[int, int], run_id: str | None = None) -> SceneOptions:
    """What a scene is built with to be seen so.

    Raises
    ------
    KerascopeError
        The view names what the bundle does not hold.
    """
    check_view(view, bundle.manifest)
    study = view.study
    folds = view.fold, study.opened, study.closed
    return SceneOptions(
        size_px,
        view.theme,
        view.input_id,
        view.checkpoint_id,
        run_id,
        *folds,
        study.muted,
        layer=view.layer,
        channel=view.channel,
        at=view.at,
        language=view.language,
        lesson=None if view.lesson is None else Path(view.lesson),
    )


def run_of(bundle: Bundle, input_id: str | None) -> str | None:
    """The attack that made an input, or that began with it: scenes of attacks show that one."""
    if input_id is None:
        return None
    runs = [run for run in bundle.manifest.runs if run.kind == "attack"]
    return next((run.id for run in runs if input_id in (*run.inputs, run.parent)), None)


def viewed(timeline: Timeline, view: Vantage | None, layout: Layout, bundle: Bundle) -> Timeline:
    """The scene with what was set in the view over every state, seen from there."""
    if view is None:
        return timeline
    own, pointed, study, offset = timeline.state_at, timeline.pointed, view.study, view.offset

    def seen(state: ViewState) -> ViewState:
        return marked(steered_state(dressed(state, study, layout), offset), study, layout, bundle)

    def seen_pointed(t_secs: float, at_px: tuple[float, float]) -> ViewState | None:
        state = None if pointed is None else pointed(t_secs, at_px)
        return None if state is None else seen(state)

    return replace(
        timeline,
        state_at=lambda t_secs: seen(own(t_secs)),
        pointed=None if pointed is None else seen_pointed,
    )
