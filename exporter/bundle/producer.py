"""What wrote a bundle, as its manifest says."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from exporter.bundle.schema import Producer


def producer(keras: str = "none", backend: str = "none") -> Producer:
    """The entry of this program, with the version of Keras, and the backend and its version, that it ran on."""
    try:
        own = version("kerascope")
    except PackageNotFoundError:  # run from a folder that was never installed
        own = "unknown"
    return Producer(name="kerascope", version=own, keras=keras, backend=backend)
