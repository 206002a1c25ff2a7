"""`python -m exporter.live`: for a window to start, not for people; see `exporter.live`."""

from __future__ import annotations

from exporter.live.process import work

if __name__ == "__main__":
    work("exporter.live.serve")
