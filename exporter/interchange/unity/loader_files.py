"""Which files the loader takes for what: by words in the whole path, in the order in which the system lists them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from exporter.bundle.errors import KerascopeError
from exporter.interchange.unity.loader_report import Finding, counted, remark, shown

WORDS = ("activation", "weights", "structure")
MAX_LISTED = 20_000
MAX_JSON_FILES = 4_000
RENAME = "rename the folder, or move it to a place without the words activation, weights and structure"


@dataclass(frozen=True)
class Listing:
    """The files of a folder as the loader classifies them, by name as Windows lists them.

    ``structure`` is None where there is none.
    """

    structure: Path | None
    weights: tuple[Path, ...]
    activations: tuple[Path, ...]
    findings: tuple[Finding, ...]


def word_of(path: str) -> str:
    """The word that decides what a file is, case-sensitive; empty for none. The loader looks for it in the whole path.

    >>> word_of("model_activations_of_weights.json"), word_of("readme.json")
    ('activation', '')
    """
    return next((word for word in WORDS if word in path), "")


def is_unity_folder(path: Path) -> bool:
    """Whether a folder is meant for the loader: no manifest, but JSON files with one of its words in their names."""
    try:
        if not path.is_dir() or (path / "manifest.json").exists():
            return False
        return any(word_of(name) for name, _ in islice(_entries(path), MAX_LISTED) if name.endswith(".json"))
    except (OSError, ValueError):
        return False


def _entries(folder: Path) -> Iterator[tuple[str, bool]]:
    """Name and whether it is a folder, as the system lists them."""
    with os.scandir(folder) as listed:
        for entry in listed:
            yield entry.name, _is_folder(entry)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def listed(folder: Path) -> Listing:
    """The folder's files, classified by their names; a word in the path before them is a finding.

    Raises KerascopeError where there is no such folder, or it cannot be listed, or holds too many files.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - Path.resolve would follow links, which the loader does not
    names, others = _json_names(folder)
    kinds = {
        name: word_of(name) for name in names
    }  # a path that holds a word is a finding; the rest is told without it
    found = {word: tuple(folder / name for name in names if kinds[name] == word) for word in WORDS}
    structure = found["structure"]
    return Listing(
        structure=structure[-1] if structure else None,
        weights=found["weights"],
        activations=found["activation"],
        findings=(*_path_findings(folder), *_name_findings(kinds), *_other_findings(others), *_count_findings(found)),
    )


def _json_names(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the JSON files as Windows orders them, and of what the loader does not look at."""
    try:
        entries = list(islice(_entries(folder), MAX_LISTED + 1))
    except FileNotFoundError as error:
        raise KerascopeError("no such folder", remedy="name the folder of the JSON files", path=folder) from error
    except (OSError, ValueError) as error:
        raise KerascopeError(f"cannot list the folder: {error}", path=folder) from error
    names = sorted((name for name, is_folder in entries if name.endswith(".json") and not is_folder), key=str.upper)
    if len(entries) > MAX_LISTED or len(names) > MAX_JSON_FILES:
        raise KerascopeError(
            "too many files for a folder of the loader",
            expected=f"at most {MAX_JSON_FILES} of JSON and {MAX_LISTED} in all",
            path=folder,
        )
    return names, [name for name, is_folder in entries if is_folder or not name.endswith(".json")]


def _path_findings(folder: Path) -> list[Finding]:
    words = [word for word in WORDS if word in str(folder)]
    if not words:
        return []
    told = " and ".join(f"`{word}`" for word in words)
    why = "it looks for its words in the whole path, not in the name of the file"
    return [
        Finding(
            "crash", f"the path of the folder holds {told}, so the loader takes files for the wrong kind", why, RENAME
        )
    ]


def _name_findings(kinds: dict[str, str]) -> list[Finding]:
    findings = []
    for name, kind in kinds.items():
        n_words = sum(word in name for word in WORDS)
        if not kind:
            findings.append(
                remark("the loader leaves this file alone: none of its words in the path", file=shown(name))
            )
        elif n_words > 1:
            remedy = "give each file one of the three words"
            findings.append(
                Finding(
                    "accepted", f"taken for a file of {kind}", "its name holds two of the loader's words", remedy,
                    shown(name), is_remark=True,
                )
            )  # fmt: skip
    return findings


def _other_findings(others: list[str]) -> list[Finding]:
    mistaken = sorted(name for name in others if word_of(name) and not name.endswith(".meta"))
    capital = "taken on Windows only: it does not end in .json in small letters"
    return [
        remark(capital if name.lower().endswith(".json") else "the loader does not look into this", file=shown(name))
        for name in mistaken
    ]


def _count_findings(found: dict[str, tuple[Path, ...]]) -> list[Finding]:
    structure, weights, activations = found["structure"], found["weights"], found["activation"]
    findings = []
    if not structure:
        findings.append(
            Finding("crash", "no file of the structure", "no path with the word structure", "add model_structure.json")
        )
    if len(structure) > 1:
        what = f"{counted(len(structure), 'file')} of the structure: the one that is listed last counts"
        findings.append(remark(what, remedy="keep one", file=shown(structure[-1].name)))
    if not weights:
        findings.append(
            Finding("crash", "no file of weights", "the number of weights files is the number of epochs",
                    "add model_weights_epoch000.json")
        )  # fmt: skip
    if len(activations) < len(weights):
        what = f"{counted(len(activations), 'file')} of activations for {len(weights)} of weights"
        findings.append(Finding("crash", what, "each weights file needs one of activations", "add the missing ones"))
    elif len(activations) > len(weights):
        what = (
            f"{counted(len(activations), 'file')} of activations for {len(weights)} of weights: the last are never read"
        )
        findings.append(remark(what, remedy="add the weights of those epochs"))
    return [*findings, *_order_findings(weights, activations)]


def _order_findings(weights: tuple[Path, ...], activations: tuple[Path, ...]) -> list[Finding]:
    """What goes wrong since epochs go by place in the list, and numbers in names are never read."""
    if len(weights) < 2:
        return []
    findings = []
    numbers = [_number(each) for each in weights]
    beside = [_number(each) for each in activations]
    known = [each for each in numbers if each is not None]
    if known != sorted(known):
        order = ", ".join(map(str, known[:12]))
        findings.append(
            Finding("scrambled", f"the slider of epochs would run {order}", "files go by name, numbers are not read",
                    "pad the numbers of epochs with zeros: epoch000, epoch001, ..., epoch010")
        )  # fmt: skip
    for own, other, path in zip(numbers, beside, activations, strict=False):
        if own is not None and other is not None and own != other:
            findings.append(
                Finding("scrambled", f"the weights of epoch {own} are shown with the activations of epoch {other}",
                        "epochs are matched by their place in the list", "give both kinds the same epochs",
                        shown(path.name))
            )  # fmt: skip
            break
    why = "Windows lists files by name, Linux and macOS need not, and the loader never sorts"
    findings.append(remark(f"{len(weights)} epochs: load this folder on Windows", why=why))
    return findings


def _number(path: Path) -> int | None:
    digits = re.findall(r"[0-9]{1,9}", path.stem)
    return int(digits[-1]) if digits else None
