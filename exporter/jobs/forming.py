"""An image that is being made, as a job: step by step, with all that keeping it needs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from exporter.bundle import BundleWriter, read_bundle
from exporter.bundle.schema import Run
from exporter.inputs import Sample
from exporter.jobs.inbox import Message
from exporter.jobs.pictures import picture_of_text, png_text
from exporter.jobs.studio import Studio
from exporter.synthesis.contract import Step, Synthesis, SynthesisError
from exporter.synthesis.registry import synthesis_named
from exporter.synthesising.entries import Origin
from exporter.synthesising.goals import Aim, Goal, goals_of
from exporter.synthesising.home import old_home
from exporter.synthesising.kept import kept_numbers
from exporter.synthesising.making import Made, Moment, Work, task_of
from exporter.synthesising.references import References
from exporter.synthesising.words import name_of
from exporter.synthesising.write import Writing, write_images
from exporter.telling import untold

PICTURE_SECS = 0.04
"""Pictures are sent as often as an eye follows; numbers of every step."""


class Forming:
    """One image. Nothing is computed but in `step`.

    Attributes
    ----------
    goal : what it is made for.
    count : how many steps there are.
    number : of the last step.
    problem : why it ended early; empty: it did not.

    Raises
    ------
    KerascopeError
        no such method, layer, channel or class; or the model is fed no pictures.
    """

    def __init__(self, studio: Studio, message: Message) -> None:
        method = synthesis_named(message["method"])
        ground = self._ground = studio.ground
        if ground.picture_shape is None:
            raise SynthesisError("the model is fed no pictures", expected="pictures", got=ground.spec.text)
        self._studio = studio
        names = studio.bundle.manifest.model.class_names
        (self.goal,) = goals_of(method, ground.probe, names, _aim(studio, method, message))
        self.number = self._first = int(message.get("first", 0))
        options = _options(method, message, self._first)
        self.count = self._first + method.count(options)
        init = message.get("init")
        start = None
        if init:
            picture = picture_of_text(init, ground.picture_shape)
            start = ground.levels(Sample("init", (picture,), picture))
        wanted = kept_numbers(method.count(options), None, 1)
        self._work = Work(method, options, message.get("seed", 0), wanted, start)
        self._steps: Iterator[Step] = method.run(
            ground.probe, ground.canvas, task_of(ground, self._work, [self.goal]), options
        )
        self._moments: list[Moment] = []
        self._now: Step | None = None
        self._first_loss = float("nan")
        self._sent_secs = 0.0
        self.problem = ""

    def step(self) -> bool:
        """Take a step; whether there was one left."""
        step = next(self._steps, None)
        if step is None:
            return False
        self._first_loss = float(step.losses[0]) if self._now is None else self._first_loss
        self._now, self.number = step, self._first + step.number
        if step.number in self._work.wanted:
            self._moments.append(self._moment())
        self.problem = step.stopped
        return True

    def told(self) -> dict[str, Any]:
        """What is said of the last step: its loss, and every now and then the picture."""
        assert self._now is not None
        told: dict[str, Any] = {"step": self.number, "of": self.count}
        loss = float(self._now.losses[0])
        told |= {"loss": loss} if np.isfinite(loss) else {}
        now_secs = time.monotonic()
        if now_secs - self._sent_secs >= PICTURE_SECS:
            self._sent_secs = now_secs
            told |= self.picture()
        return told

    def picture(self) -> dict[str, Any]:
        """The picture of the last step."""
        assert self._now is not None
        picture = self._ground.picture(self._ground.fed(self._now.levels[0]))
        return {} if picture is None else {"picture": png_text(picture)}

    def scores(self) -> list[float]:
        """What the model says to it now."""
        assert self._now is not None
        return self._studio.scores(self._ground.fed(self._now.levels[0]))

    def keep(self) -> str:
        """The id of the run with it, as far as it has come, which has been added to the bundle.

        Raises
        ------
        KerascopeError
            it cannot be written; the bundle is as it was.
        """
        made, studio, ground = self._made(), self._studio, self._ground
        told: list[Run] = []
        with BundleWriter.append(studio.bundle.path) as writer:
            home = old_home(writer, read_bundle(writer.path), ground, References(), untold)
            work = replace(self._work, wanted=frozenset(moment.number for moment in made.moments))
            home.check_room(ground, len(made.moments), is_whole=True)
            name = name_of(self.goal, work.method, References())
            origin = Origin(home.checkpoint, None, {})
            writing = Writing(home, ground, work, origin, lambda _: name, is_whole=True, count=1)
            writer.commit(write_images(writing, [made], lambda run, _: told.append(run)))
        return told[0].id

    def _moment(self) -> Moment:
        assert self._now is not None
        return Moment.of(self._now, 0)

    def _made(self) -> Made:
        if self._now is None:
            raise SynthesisError("there is nothing to keep", expected="a step that was taken")
        moments = [*self._moments]
        if not moments or moments[-1].number != self._now.number:
            moments.append(self._moment())
        is_dead = self._now.dead is not None and bool(self._now.dead[0])
        return Made(self.goal, tuple(moments), self._first_loss, is_dead, self.problem)


def _options(method: Synthesis, message: Message, first: int) -> Any:
    """The options of the method, for the steps that are left."""
    steps = message.get("steps")
    if "steps" not in method.option_names:
        return method.chosen()
    whole = method.chosen() if steps is None else method.chosen(steps=steps)
    return replace(whole, steps=max(whole.steps - first, 1)) if first else whole


def _aim(studio: Studio, method: Synthesis, message: Message) -> Aim:
    """What is asked for; what the message leaves open, the shown input decides."""
    input_id = message.get("input")
    if method.asks == "class":
        class_ = message.get("class")
        return Aim(classes=(_predicted(studio, input_id) if class_ is None else class_,))
    layer, channel, at = message.get("layer"), message.get("channel"), message.get("at")
    if method.asks == "channel" and layer is not None and channel is None:
        channel = _strongest(studio, input_id, layer)
    channels = () if channel is None else (channel,)
    return Aim(layer, channels, at=None if at is None or channel is None else tuple(at))


def _predicted(studio: Studio, input_id: str | None) -> int:
    if input_id is not None and input_id in studio.bundle.inputs_at(studio.checkpoint):
        predicted = studio.bundle.capture(input_id, studio.checkpoint).predicted
        if predicted is not None:
            return predicted
    raise SynthesisError("no class is predicted for what is shown", expected="a class", remedy="choose one")


def _strongest(studio: Studio, input_id: str | None, layer: str) -> int:
    """The channel of a layer that answers the shown input most."""
    bundle, at = studio.bundle, studio.checkpoint
    is_there = input_id is not None and input_id in bundle.inputs_at(at)
    if is_there and layer in bundle.capture(str(input_id), at).outputs:
        values = np.asarray(bundle.output(str(input_id), at, layer), np.float64)
        means = values.reshape(-1, values.shape[-1]).mean(axis=0) if values.ndim else values[None]
        if np.isfinite(means).all():
            return int(means.argmax())
    raise SynthesisError(f"no channel of {layer!r} is known to answer", expected="a channel", remedy="choose one")


def goal_told(goal: Goal) -> dict[str, Any]:
    """What a goal is about, as the window is told."""
    return {"layer": goal.layer, "channel": goal.channel, "class": goal.class_}
