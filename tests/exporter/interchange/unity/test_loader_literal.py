"""The doctor against the loader played out cell by cell, and against anything at all: it never raises."""

from __future__ import annotations

import json
import string
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from unity_folders import STRUCTURE, Files, activations_of, entry, good_folder, weights_of, write_files
from unity_literal import play

from exporter.interchange.unity.loader import diagnose

W, A = weights_of(), activations_of()
SEEN: Counter[str] = Counter()


@st.composite
def chains(draw: st.DrawFn) -> tuple[Files, int]:
    """A folder that is right with one setting of the pool prefab, mostly, and that setting."""
    pool = draw(st.sampled_from((0, 2, 3)))
    rows = draw(st.integers(1, 5))
    columns = draw(st.sampled_from((rows, rows, rows, 1, 3)))
    n_maps, n_samples = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    files: Files = {STRUCTURE: [["input", [1, rows, columns, n_maps]]], W: [["input", [1], [0]]], A: []}
    files[A].append(entry("input", n_samples, rows, columns, n_maps))
    convs, pools = st.tuples(st.just("conv"), st.integers(1, 4), st.integers(1, 3)), st.just(("maxpool", 0, 0))
    for number, (word, kernel, out) in enumerate(draw(st.lists(convs | pools, max_size=3))):
        n_in, n_maps = n_maps, out or n_maps
        kernels = (kernel, draw(st.sampled_from((kernel, kernel, kernel, 1, 3))))
        rows, columns = (_side(word, *each, pool) for each in zip((rows, columns), kernels, strict=True))
        assume(rows and columns)
        weights = (*kernels, n_in, n_maps) if word == "conv" else (rows, columns)
        _add(files, f"{word}{number}", weights, (n_samples, rows, columns, n_maps))
    n_points = rows * columns * n_maps
    for name in draw(st.sampled_from(((), ("fc_out",), ("fc0",), ("fc0", "fc_out"), ("fc_a", "fc_out")))):
        n_units = draw(st.integers(1, 4))
        _add(files, name, (n_points, n_units), (n_samples, n_units))
        n_points = n_units
    files[STRUCTURE].append(["cat"])
    files[A].append([["cat"] * n_samples, ["cat"] * n_samples])
    return files, pool


def _side(word: str, side: int, kernel: int, pool: int) -> int:
    return len(range(side + 2 * (kernel // 2) - kernel + 1)) if word == "conv" else len(range(0, side - pool + 1, 2))


def _add(files: Files, name: str, weights: tuple[int, ...], activations: tuple[int, ...]) -> None:
    files[STRUCTURE].append([name, list(weights)])
    files[W].append(entry(name, *weights))
    files[A].append(entry(name, *activations))


def spoil(files: Files, data: st.DataObject) -> None:
    """Changes one size by one, takes an entry out, cuts the labels, or puts something else for values."""
    what = data.draw(st.sampled_from(("nothing", "size", "size", "size", "drop", "labels", "value")))
    file = data.draw(st.sampled_from((W, A)))
    entries = [place for place, each in enumerate(files[file]) if isinstance(each[0], str)]
    place = data.draw(st.sampled_from(entries or [0]))
    if what == "size" and entries:
        name, shape, _ = files[file][place]
        at = data.draw(st.integers(0, len(shape) - 1))
        step = data.draw(st.sampled_from((-1, 1)))
        sizes = [max(1, size + step * (at == each)) for each, size in enumerate(shape)]
        files[file][place] = entry(name, *sizes)
    elif what == "drop" and entries:
        del files[file][place]
    elif what == "labels":
        del files[A][-1][data.draw(st.integers(0, 1))][:1]
    elif what == "value" and entries:
        files[file][place][2] = data.draw(st.sampled_from((None, 0.5, [], [[None]], {})))


def verdict_of(files: Files, pool: int) -> tuple[str, tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        found = diagnose(write_files(Path(folder) / "f", files), pool_size=pool)
        json.loads(found.to_json())
        return found.verdict, found.lines()


@pytest.mark.slow
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(chains(), st.integers(0, 2), st.data())
def test_the_verdict_is_what_comes_out_cell_by_cell(
    chain: tuple[Files, int], n_spoils: int, data: st.DataObject
) -> None:
    files, pool = chain
    for _ in range(n_spoils):
        spoil(files, data)
    pool = data.draw(st.sampled_from((pool, pool, 0, 2)))
    expected = play(files, pool)
    SEEN[expected] += 1
    verdict, lines = verdict_of(files, pool)
    assert verdict == expected, (lines, files)


def test_the_chains_were_of_every_kind() -> None:
    """Runs after the one above: a comparison that saw only crashes would say little."""
    if not SEEN:
        pytest.skip("nothing was compared")
    assert min(SEEN[verdict] for verdict in ("accepted", "scrambled", "crash")) >= 20, SEEN


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=12,
)


def places(value: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    inner = [places(each, (*path, at)) for at, each in enumerate(value)] if isinstance(value, list) else []
    return [path, *(each for group in inner for each in group)]


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_stands_anywhere_it_never_raises(data: st.DataObject) -> None:
    files = good_folder()
    for _ in range(data.draw(st.integers(1, 3))):
        file = data.draw(st.sampled_from(sorted(files)))
        path = data.draw(st.sampled_from(places(files[file])))
        value = data.draw(VALUES)
        at = files[file]
        if not path:
            files[file] = value
            continue
        for place in path[:-1]:
            at = at[place]
        at[path[-1]] = value
    verdict_of(files, data.draw(st.sampled_from((0, 2))))


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.text(string.ascii_letters + "._ ", min_size=1, max_size=8), st.binary(max_size=40), max_size=3)
)
def test_whatever_bytes_are_in_the_files_it_never_raises(contents: dict[str, bytes]) -> None:
    verdict_of({f"{name}{word}.json": each for name, each in contents.items() for word in ("weights", "structure")}, 0)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from((STRUCTURE, W, A)), st.data())
def test_a_file_that_is_cut_or_flipped_anywhere_never_raises(file: str, data: st.DataObject) -> None:
    files = good_folder()
    content = bytearray(json.dumps(files[file], separators=(",", ":")).encode())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[at:]
    else:
        content[at] = data.draw(st.integers(0, 255))
    files[file] = bytes(content)
    verdict_of(files, 0)
