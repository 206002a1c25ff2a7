"""Keras on TensorFlow, imported once and in silence: every module that needs them takes them from here."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

from exporter.bundle.errors import KerascopeError
from exporter.lean import without_offered

__all__ = ["keras", "op_def_registry", "saved_model_pb2", "tf", "trackable_object_graph_pb2"]

_INSTALL = "install the exporter: pip install 'kerascope[export]'"


@contextlib.contextmanager
def _stderr_held_back() -> Iterator[None]:
    """Keep what C++ writes to file descriptor 2 to itself, unless the block fails: then it is passed on.

    TensorFlow's libraries log while they are loaded, before any of its own settings is read.
    """
    sys.stderr.flush()
    try:
        real = os.dup(2)
    except OSError:  # a process without stderr has nothing to protect
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(real, held.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)


@contextlib.contextmanager
def _symbols_kept_apart() -> Iterator[None]:
    """Load the libraries that are imported meanwhile so that they share no symbols with others of this process.

    TensorFlow has an LLVM inside and offers its symbols to the whole process; Mesa's software OpenGL has another one.
    Without this, whichever of the two comes second calls into the first, and the process dies.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    # TensorFlow makes its symbols global by this module, and does without where it is missing.
    sys.modules.setdefault("tensorflow.python.pywrap_dlopen_global_flags", None)  # type: ignore[arg-type]
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_LOCAL | getattr(os, "RTLD_DEEPBIND", 0))
    try:
        yield
    finally:
        sys.setdlopenflags(flags)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

try:
    with _stderr_held_back(), _symbols_kept_apart(), without_offered():
        import keras
        import tensorflow as tf
        from tensorflow.core.protobuf import saved_model_pb2, trackable_object_graph_pb2
        from tensorflow.python.framework import op_def_registry
except ImportError as error:
    raise KerascopeError("TensorFlow and Keras are needed for this", got=error, remedy=_INSTALL) from error

tf.get_logger().setLevel("ERROR")

if keras.config.backend() != "tensorflow":
    raise KerascopeError(
        "Keras runs on another backend",
        expected="tensorflow",
        got=keras.config.backend(),
        remedy="set KERAS_BACKEND=tensorflow",
    )
if not hasattr(keras, "ops"):
    raise KerascopeError("this Keras is too old", expected="Keras 3", got=keras.__version__, remedy=_INSTALL)
