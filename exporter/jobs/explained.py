"""An explanation of an input of the bundle, as a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from exporter.explain.contract import ExplainError, Map
from exporter.explain.registry import explanation_named
from exporter.explaining import explain_bundle
from exporter.explaining.asking import Asked, asked_about, check_asked, judged, question_of
from exporter.explaining.overlays import maps_of
from exporter.explaining.subjects import chosen_inputs, parts_of
from exporter.jobs.inbox import Message
from exporter.jobs.studio import Studio
from exporter.telling import in_silence, untold

DRAWN = "drawing~"
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Explaining:
    """What is asked of which input, by which method with which options."""

    method: str
    input_id: str
    asked: Asked
    options: dict[str, Any]

    @classmethod
    def of(cls, studio: Studio, message: Message) -> Explaining:
        """The explanation that a message asks for.

        Raises
        ------
        KerascopeError
            no such method, input, layer, channel or class, or an input that is a drawing.
        """
        input_id, layer, channel, at = (message.get(name) for name in ("input", "layer", "channel", "at"))
        if not input_id or str(input_id).startswith(DRAWN):
            remedy = "save the drawing into the bundle first"
            raise ExplainError("a drawing cannot be explained", expected="an input of the bundle", remedy=remedy)
        explanation = explanation_named(message["method"])
        options: dict[str, Any] = {}
        if explanation.layer_is_place:
            options, layer, channel, at = ({"place": layer} if layer else {}), None, None, None
        asked = asked_about(studio.bundle, layer, channel, at, message.get("class"), message.get("seed", 0))
        check_asked(studio.probe, asked, explanation)
        return cls(explanation.name, input_id, asked, options)

    def run(self, studio: Studio, tick: Tick) -> tuple[Explaining, list[Map], dict[str, Any]]:
        """It with the class that it is about, its maps, and numbers about it. Raises as the method does."""
        bundle, explanation = studio.bundle, explanation_named(self.method)
        (part,) = parts_of(bundle, studio.checkpoint, chosen_inputs(bundle, studio.checkpoint, [self.input_id]))
        said = judged(studio.probe, self.asked, part.fed)
        question = question_of(bundle, part, self.asked, said.units)
        explained = explanation.run(studio.probe, question, explanation.chosen(**self.options), tick)
        maps = maps_of(explained, 0, studio.probe.input_name, part.picture, self.input_id)
        asked = self.asked
        if asked.layer is None and said.units is not None:
            asked = replace(asked, class_=int(said.units[0]))
        return replace(self, asked=asked), maps, dict(explained.details[0])

    def keep(self, studio: Studio) -> str:
        """The id of the run with it, which has been added to the bundle. Raises `KerascopeError` where it cannot be."""
        asked = self.asked
        place = self.options.get("place")
        (run_id,) = explain_bundle(
            studio.bundle.path,
            studio.model,
            self.method,
            input_id=self.input_id,
            layer=place or asked.layer,
            channel=asked.channel,
            class_=asked.class_,
            at=asked.at,
            seed=asked.seed,
            progress=in_silence,
            warn=untold,
        )
        return run_id
