"""The laws of the house that no linter knows: who imports whom, what a file may hold, what the wheel needs."""

from __future__ import annotations

import ast
import configparser
import functools
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SURVEYS = ("survey", "umap", "dask", "datasets")
ROOMS = ("exporter", "viewer", "scenes")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SOURCES = [ROOT / "kerascope.py", *MODULES]
GALLERY = sorted(path for path in (ROOT / "scenes/gallery").glob("*.py") if path.stem != "__init__")
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "core"}
MAX_LINES = 400
MAX_FUNCTION_LINES = 40


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class Source(NamedTuple):
    """What the laws ask of a file: not its tree, which would burden the rest of the run with a million objects."""

    imports: tuple[str, ...]
    function_lines: tuple[tuple[str, int], ...]


@functools.cache
def source_of(path: Path) -> Source:
    imports: list[str] = []
    function_lines: list[tuple[str, int]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imports += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imports.append(node.module or "")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            size = (node.end_lineno or 0) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
            function_lines.append((node.name, size))
    return Source(tuple(imports), tuple(function_lines))


def imports_of(path: Path) -> tuple[str, ...]:
    return source_of(path).imports


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


BLOCKED_IMPORT = """
import importlib, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras"):
            raise ModuleNotFoundError(f"{name} is blocked by this test", name=name)
sys.meta_path.insert(0, Block())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(len(sys.argv) - 1)
"""


def import_with_tensorflow_blocked(names: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BLOCKED_IMPORT, *names]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


@pytest.mark.slow
def test_viewer_scenes_and_bundle_import_without_tensorflow() -> None:
    names = [name_of(path) for path in MODULES if not name_of(path).startswith("exporter")]
    without = "exporter.bundle", "exporter.interchange", "exporter.embedding", "exporter.nearness", "exporter.surveyed"
    names += [name_of(path) for path in MODULES if name_of(path).startswith(without)]
    done = import_with_tensorflow_blocked(names)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == len(names) > 20


@pytest.mark.slow
def test_the_block_on_tensorflow_blocks() -> None:
    done = import_with_tensorflow_blocked(["exporter.models"])
    assert done.returncode != 0
    assert "blocked by this test" in done.stderr


def test_no_module_imports_the_front_door() -> None:
    assert [str(path) for path in SOURCES if "kerascope" in imports_of(path)] == []


BUNDLE_MODULES = [path for path in MODULES if path.is_relative_to(ROOT / "exporter/bundle")]


def test_the_bundle_imports_nothing_else_of_the_project() -> None:
    own = [name for path in BUNDLE_MODULES for name in imports_of(path) if name.partition(".")[0] in ROOMS]
    assert own
    assert [name for name in own if not f"{name}.".startswith("exporter.bundle.")] == []


def test_every_folder_with_modules_is_a_package_and_so_in_the_wheel() -> None:
    folders = {path.parent for path in MODULES}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_files_are_small_and_named_after_what_they_hold() -> None:
    problems = [f"{path.relative_to(ROOT)}: {problem}" for path in SOURCES for problem in size_problems(path)]
    assert problems == []


def test_a_long_file_and_a_long_function_are_found(tmp_path: Path) -> None:
    path = tmp_path / "utils.py"
    path.write_text("def long():\n" + "    print(1)\n" * MAX_LINES + "SHADER = 'gl_Position'\n", encoding="utf-8")
    assert len(list(size_problems(path))) == 4


def size_problems(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if text.count("\n") > MAX_LINES:
        yield f"{text.count(chr(10))} lines"
    if path.stem in SAYS_NOTHING:
        yield "a name that says nothing"
    if re.search(r"gl_Position|gl_FragColor|#version \d", text):
        yield "GLSL has files of its own"
    for name, size in source_of(path).function_lines:
        if size > MAX_FUNCTION_LINES:
            yield f"{name}: {size} lines"


@pytest.mark.parametrize("path", GALLERY, ids=ids(GALLERY))
def test_scene_says_what_it_is_and_how_it_is_checked(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "CHECK"
    }
    assert (ast.get_docstring(tree) or "").splitlines()[:1], "no docstring"
    assert constants.get("CHECK") in {"still", "frames", "run"}


def test_the_gallery_has_the_scenes_of_the_demo() -> None:
    assert {path.stem for path in GALLERY} >= {"structure", "training", "flow", "adversarial"}


# --- What is imported is declared, and what is declared is locked -----------------------------------------------------


def declared(lines: str) -> set[str]:
    names = (re.match(r"[\w.-]+", line.strip()) for line in lines.splitlines() if line.strip())
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in names if match} - {"kerascope"}


def third_party_imports(paths: list[Path]) -> dict[str, set[str]]:
    """Top-level name of each foreign import to the distributions that bring it."""
    own = {*ROOMS, "kerascope"}
    names = (
        {name.partition(".")[0] for path in paths for name in imports_of(path)} - own - sys.stdlib_module_names - {""}
    )
    brought = importlib.metadata.packages_distributions()
    return {name: {re.sub(r"[-_.]+", "-", dist).lower() for dist in brought.get(name, [])} for name in names}


@pytest.mark.parametrize(
    ("rooms", "extras"),
    [
        (("viewer", "scenes", "exporter/bundle"), ("window", "notebook", "parquet")),
        (
            ("exporter",),
            ("export", "demo", "foolbox", "imagenet", "sculpture", "plots", "segmentation", "lbfgs", *SURVEYS),
        ),
    ],
)
def test_every_foreign_import_is_declared(rooms: tuple[str, ...], extras: tuple[str, ...]) -> None:
    config = setup_cfg()
    wanted = declared(config["options"]["install_requires"])
    for extra in extras:
        wanted |= declared(config["options.extras_require"][extra])
    used = third_party_imports([path for room in rooms for path in (ROOT / room).rglob("*.py")])
    assert "numpy" in used
    assert {name: brought for name, brought in used.items() if not brought & wanted} == {}


def test_the_lock_pins_every_declared_distribution_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==\d", lock, re.MULTILINE)}
    config = setup_cfg()
    wanted = declared(config["options"]["install_requires"])
    for lines in config["options.extras_require"].values():
        wanted |= declared(lines)
    assert wanted - pinned == set()
    assert "://" not in lock
    assert all(re.match(r"#|\s|$|[\w.-]+==", line) for line in lock.splitlines())
