"""Keras on TensorFlow, imported once and in silence: every module that needs them takes them from here."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

from exporter.bundle.errors import KerascopeError

__all__ = ["keras", "tf"]

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


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

try:
    with _stderr_held_back():
        import keras
        import tensorflow as tf
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
