"""The network learns: kernels, values and answers from untrained to trained over the checkpoints."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from exporter.bundle.captures import captured_pairs
from exporter.bundle.errors import KerascopeError
from scenes.choose import shown_capture, shown_name
from scenes.framing import camera_for
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of, answer_panel
from scenes.panels.classes import Place, list_place
from scenes.panels.curve import learning_curve
from scenes.panels.heading import heading, margin_of
from scenes.panels.legends import colour_legend, legend_row, note
from scenes.timeline import Key, Marker, Timeline, Track
from viewer.camera import Rect
from viewer.layout import LayoutOptions
from viewer.state import REFERENCE_HEIGHT_PX, CaptureKey, Hud, NetView, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Checkpoint
    from viewer.layout import Layout

CHECK = "frames"

LIST_WIDTH = 0.19
START_SECS, MOVE_SECS, REST_SECS, END_SECS, BACK_SECS = 1.0, 0.5, 0.35, 2.2, 0.8
EDGE_LINE = "strongest strands: value \u00d7 weight"
LONGEST_SECS = 7.0
MOST_INPUTS = 64


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net with its kernels under it fills what the class list leaves."""
    return LayoutOptions(aspect=options.aspect * 0.73 / 0.72, with_weights=True)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: a short move and a rest per checkpoint, a pause when trained, and quickly back.

    Raises
    ------
    KerascopeError
        The bundle has fewer than two checkpoints at which the input was captured.
    """
    watched = _watched(bundle, options)
    progress, duration_secs, markers = _journey(watched)
    width_px = REFERENCE_HEIGHT_PX * options.aspect
    place = list_place(width_px, LIST_WIDTH, 178.0)
    camera = camera_for(layout, options.aspect, Rect(0.045, 0.15, place.left_px / width_px - 0.03, 0.83))
    fixed = _legends(width_px, any(plate.form.kind == "weights" for plate in layout.plates))
    answer = answer_of(bundle)
    checkpoints = [checkpoint for checkpoint, _ in watched]

    def state_at(t_secs: float) -> ViewState:
        at = progress.at(t_secs)
        low = min(int(at), len(watched) - 2)
        blend = at - low
        (here, before), (there, after) = watched[low], watched[low + 1]
        nearest = there if blend >= 0.5 else here
        net = NetView(
            CaptureKey(before.input, before.checkpoint), CaptureKey(after.input, after.checkpoint), blend, shapes=False
        )
        hud = heading(f"{shown_name(bundle)} learns", _moment(nearest), margin_of(width_px), width_px * 0.975) + fixed
        pairs = zip(answer.read(before), answer.read(after), strict=False)
        hud += answer_panel(answer, [a * (1 - blend) + b * blend for a, b in pairs], place, pitch_px=44.0)
        hud += learning_curve(checkpoints, at, Place(place.left_px, place.right_px, 800.0), 150.0)
        return ViewState(camera, (net,), options.theme, hud, bloom=0.6)

    return Timeline(duration_secs, state_at, loops=True, markers=markers)


def _watched(bundle: Bundle, options: SceneOptions) -> tuple[tuple[Checkpoint, Capture], ...]:
    """Every checkpoint at which the input was captured, in order.

    Without a choice of input it is, of those captured at most checkpoints and right in the end, the one learned last.
    """
    chosen = options.input_id or _learned_last(bundle) or shown_capture(bundle, options).input
    moments = [each for each in bundle.manifest.checkpoints if chosen in bundle.inputs_at(each.id)]
    watched = tuple((each, bundle.capture(chosen, each.id)) for each in moments)
    if len(watched) < 2:
        raise KerascopeError(
            "no training to show", expected="an input captured at two checkpoints or more", got=str(len(watched)),
            remedy="export with --checkpoint or --untrained", path=bundle.path,
        )  # fmt: skip
    return watched


def _learned_last(bundle: Bundle) -> str | None:
    """The input whose final answer was the least likely over the whole training, of the first 64; `None` where no
    answer is known.
    """
    answers = _final_answers(bundle)
    doubts = dict.fromkeys(answers, 0.0)
    captures = bundle.manifest.captures
    for place, (name, _) in enumerate(captured_pairs(captures)):  # in their order: each is read only once
        if name in answers:
            doubts[name] += 1 - (captures[place].scores[answers[name]] or 0.0)
    return max(doubts, key=lambda name: doubts[name]) if doubts else None


def _final_answers(bundle: Bundle) -> dict[str, int]:
    """What those of the first 64 inputs are taken for in the end that were captured most often and are right then."""
    times = Counter(name for name, _ in captured_pairs(bundle.manifest.captures))
    most = max(times.values(), default=0)
    final = bundle.final_checkpoint.id
    asked = [name for name in islice(times, MOST_INPUTS) if times[name] == most and name in bundle.inputs_at(final)]
    found = {name: bundle.capture(name, final).predicted for name in asked}
    right = {name: one for name, one in found.items() if bundle.input(name).true_class in (None, one)}
    return {name: one for name, one in right.items() if one is not None}


def _journey(watched: tuple[tuple[Checkpoint, Capture], ...]) -> tuple[Track[float], float, tuple[Marker, ...]]:
    """How far training has come (0: first checkpoint) at each time, how long the round takes, and when each is
    reached.
    """
    moves = len(watched) - 1
    share = min(1.0, LONGEST_SECS / ((MOVE_SECS + REST_SECS) * moves))
    move, rest = MOVE_SECS * share, REST_SECS * share
    keys = [Key(0.0, 0.0)]
    markers = [Marker(0.0, watched[0][0].label)]
    for step in range(1, moves + 1):
        at_secs = START_SECS + (step - 1) * (move + rest)
        keys.append(Key(at_secs, float(step), move))
        markers.append(Marker(at_secs + move, watched[step][0].label))
    back_secs = START_SECS + moves * (move + rest) + END_SECS
    keys.append(Key(back_secs, 0.0, BACK_SECS))
    return Track(tuple(keys)), back_secs + BACK_SECS, tuple(markers)


def _moment(checkpoint: Checkpoint) -> str:
    """Which checkpoint this is, in words, with the step where it is known and not said already."""
    label = checkpoint.label
    if checkpoint.step and "step" not in label:
        return f"{label} (step {checkpoint.step})"
    return label


def _legends(width_px: float, has_kernels: bool) -> Hud:
    values = colour_legend("activation / \u00b1scale", "activation", 250.0)
    kernels = colour_legend("kernel weight / \u00b1scale", "weight", 250.0)
    lines = (
        "\u00b1scale: {percentile} after training,",
        "printed under each plate, clipped; the",
    )
    margin_px = margin_of(width_px)
    pieces = (
        (values, kernels, note(lines, EDGE_LINE)) if has_kernels else (values, note((*lines, "weights were not kept")))
    )
    return legend_row(pieces, margin_px, width_px - margin_px / 2)
