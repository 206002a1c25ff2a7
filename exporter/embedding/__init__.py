"""Images as points: near each other where a layer takes them for alike. No TensorFlow here."""

from __future__ import annotations

from exporter.embedding.embed import embed_bundle

__all__ = ["embed_bundle"]
