"""The shipped JSON Schema and SPEC.md say what the classes say."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from tiny_bundle import make_tiny_bundle

from exporter.bundle import json_schema, schema
from exporter.bundle.limits import GIB, MIB, Limits
from exporter.bundle.tensors import DTYPES

SPEC = json_schema.SCHEMA_FILE.with_name("SPEC.md").read_text(encoding="utf-8")
OBJECTS = [thing for thing in vars(schema).values() if isinstance(thing, type) and issubclass(thing, msgspec.Struct)][
    1:
]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = make_tiny_bundle(tmp_path_factory.mktemp("schema") / "x.bundle")
    return json.loads((path / "manifest.json").read_bytes())


@pytest.fixture(scope="module")
def validator() -> Any:
    text = json.loads(json_schema.SCHEMA_FILE.read_bytes())
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


def test_the_shipped_schema_is_the_generated_one() -> None:
    shipped = json_schema.SCHEMA_FILE.read_text(encoding="utf-8")
    assert shipped == json_schema.schema_json(), "run `python -m exporter.bundle.json_schema`"


def test_a_manifest_fits_the_schema(validator: Any, manifest: Any) -> None:
    assert list(validator.iter_errors(manifest)) == []


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"format": "zip"}, {"surprise": 1}, {"layers": 3}, {"checkpoints": [{}]}]
)
def test_what_the_reader_refuses_the_schema_refuses(validator: Any, manifest: Any, change: dict[str, Any]) -> None:
    assert list(validator.iter_errors({**manifest, **change})) != []


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: thing.__name__)
def test_every_object_is_immutable_and_refuses_unknown_members(thing: type[msgspec.Struct]) -> None:
    assert thing.__struct_config__.frozen
    assert thing.__struct_config__.forbid_unknown_fields


def rows_of(name: str) -> dict[str, str]:
    """Member to default, from the table of an object in SPEC.md."""
    section = re.split(r"^##", SPEC.partition(f"\n### {name}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| `")]
    names = [([part.strip(" `") for part in row[1].split(",")], row[3].strip(" `")) for row in rows]
    found: dict[str, str] = {}
    for members, default in names:
        defaults = default.split(", ") if ", " in default else [default] * len(members)
        found.update(zip(members, defaults, strict=True))
    return found


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: thing.__name__)
def test_the_specification_lists_every_member_with_its_default(thing: type[msgspec.Struct]) -> None:
    def default_of(field: Any) -> str:
        if field.required:
            return "required"
        value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        if isinstance(value, str):
            return value
        return f"{value:g}" if isinstance(value, int | float) else json.dumps(value)

    assert rows_of(thing.__name__) == {field.name: default_of(field) for field in msgspec.structs.fields(thing)}


def test_the_specification_lists_every_word() -> None:
    for words in (schema.Kind, schema.Value, schema.ColourOrder):
        assert all(f"`{word}`" in SPEC for word in get_args(words))


def test_the_specification_lists_the_dtypes_and_limits() -> None:
    spelled = dict(re.findall(r"\| `(\w+)` \| `((?:\\\||<)\w+)`", SPEC))
    assert {name: text.replace("\\", "") for name, text in spelled.items()} == DTYPES
    limits = Limits()
    assert (limits.manifest_bytes, limits.tensor_bytes, limits.files) == (256 * MIB, 2 * GIB, 1_000_000)
    assert limits.total_bytes == 1024 * GIB
    assert "manifest 256 MiB, tensor 2 GiB, 1,000,000 files, 1 TiB of tensors" in SPEC
