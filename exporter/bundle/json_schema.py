"""The JSON Schema of `manifest.json`; `python -m exporter.bundle.json_schema` rewrites the file that is shipped."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import msgspec

from exporter.bundle.schema import FORMAT_VERSION, Manifest

SCHEMA_FILE = Path(__file__).with_name("manifest.schema.json")


def schema_json() -> str:
    """The schema (JSON Schema 2020-12) of a manifest, generated from the classes in `schema.py`, as JSON text."""
    heading = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"manifest.json of a Kerascope bundle, format {FORMAT_VERSION}",
    }
    schema = msgspec.json.schema(Manifest)
    for definition in schema["$defs"].values():  # texts are docstrings, which Python indents differently by version
        definition["description"] = inspect.cleandoc(definition["description"])
    return json.dumps({**heading, **schema}, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_json(), encoding="utf-8")
