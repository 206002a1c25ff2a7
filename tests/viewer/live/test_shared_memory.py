"""What two processes share: sized from the manifest, checked before it is taken, gone without a trace."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import PaperBundle

from exporter.bundle import Bundle, KerascopeError
from exporter.bundle.schema import Capture
from viewer.live import shared
from viewer.live.shared import Shared, plan_of

AT = "002"


def with_capture(bundle: Bundle, **changes: object) -> PaperBundle:
    """The same bundle whose captures are told otherwise."""
    captures = tuple(structs.replace(each, **changes) for each in bundle.manifest.captures)
    return PaperBundle(structs.replace(bundle.manifest, captures=captures), {}, lambda key, shape: np.zeros(shape))


def capture_of(bundle: Bundle) -> Capture:
    return bundle.capture("clean-0", AT)


def test_nothing_lies_over_anything_else(tiny_bundle: Bundle) -> None:
    plan = plan_of(tiny_bundle, AT)
    places = [plan.fed, plan.attacked, plan.scores, *plan.outputs.values()]
    for one, next_ in pairwise(places):
        assert one.offset + 4 * int(np.prod(one.shape)) <= next_.offset
        assert next_.offset % 64 == 0
    assert plan.size_bytes == places[-1].end
    assert set(plan.outputs) == set(capture_of(tiny_bundle).outputs) - {"picture"}


def test_halves_are_shared_whole_and_integers_as_they_are(tiny_bundle: Bundle) -> None:
    refs = capture_of(tiny_bundle).outputs
    dtypes = {"conv": "float16", "relu": "int32"}
    told = {name: structs.replace(ref, dtype=dtypes.get(name, ref.dtype)) for name, ref in refs.items()}
    plan = plan_of(with_capture(tiny_bundle, outputs=told), AT)
    assert (plan.outputs["conv"].dtype, plan.outputs["relu"].dtype) == ("float32", "int32")


def test_too_much_is_refused_before_it_is_taken(tiny_bundle: Bundle) -> None:
    refs = capture_of(tiny_bundle).outputs
    huge = {**refs, "conv": structs.replace(refs["conv"], shape=(2**20, 2**20, 64))}
    with pytest.raises(KerascopeError, match=r"too much memory .* export the model again with --layers or --channels"):
        plan_of(with_capture(tiny_bundle, outputs=huge), AT)


def test_a_bundle_without_a_picture_that_was_run_says_so(tiny_bundle: Bundle) -> None:
    refs = capture_of(tiny_bundle).outputs
    with pytest.raises(KerascopeError, match="nothing tells what the layers put out for a picture"):
        plan_of(with_capture(tiny_bundle, outputs={"scores": refs["scores"]}), AT)


def test_where_memory_is_short_it_says_so_and_takes_none(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(tiny_bundle, AT)
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared.os, "posix_fallocate", full, raising=False)
    with pytest.raises(KerascopeError, match="too little room for what a worker shares"):
        Shared(plan)
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_is_taken_out_stays_when_the_memory_is_another_answers(tiny_bundle: Bundle) -> None:
    plan = plan_of(tiny_bundle, AT)
    memory = Shared(plan)
    first = memory.scores
    os.pwrite(memory.fd, np.ones(3, np.float32).tobytes(), plan.scores.offset)  # as the other process would
    assert (first.tolist(), memory.scores.tolist()) == ([0.0] * 3, [1.0] * 3)
    assert not first.flags.writeable
    memory.close()
