"""What is said when a file of nn_vis cannot be read, or cannot be made."""

from __future__ import annotations

from exporter.bundle.errors import BundleError


class NnVisError(BundleError):
    """A file that nn_vis would not have written, or a bundle that its files have no room for."""
