"""The bundle: the folder of `.npz` and JSON that the exporter writes and the viewer shows; SPEC.md defines it."""

from exporter.bundle.errors import BundleError, KerascopeError
from exporter.bundle.limits import Limits
from exporter.bundle.read import Bundle, read_bundle
from exporter.bundle.validate import validate_bundle
from exporter.bundle.write import BundleWriter

__all__ = ["Bundle", "BundleError", "BundleWriter", "KerascopeError", "Limits", "read_bundle", "validate_bundle"]
