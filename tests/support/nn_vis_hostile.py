"""Pickles put together by hand, an instruction at a time, and what a hostile file would have in them."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from nn_vis_files import importance_parts, npy_bytes, object_row, processed_parts

NEW = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
NONES = b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK"


def kind(code: str = "f4", order: str = "<", tail: bytes = NONES + b"\x00") -> bytes:
    spelled = b"X" + struct.pack("<I", len(code)) + code.encode()
    return b"cnumpy\ndtype\n" + spelled + b"\x89\x88\x87R(K\x03X\x01\x00\x00\x00" + order.encode() + tail + b"tb"


OBJECTS = kind("O8", "|", NONES + b"?")


def array(state: bytes, *, new: bytes = NEW) -> bytes:
    """An array that is set up with the fields of a state."""
    return new + b"(" + state + b"tb"


def floats(shape: bytes, content: bytes, dtype: bytes = b"") -> bytes:
    held = b"B" + struct.pack("<I", len(content)) + content
    return array(b"K\x01" + shape + (dtype or kind()) + b"\x89" + held)


def row_of(*items: bytes, count: int | None = None) -> bytes:
    """A whole pickle: the row of objects that a file is."""
    number = struct.pack("<B", len(items) if count is None else count)
    listed = b"](" + b"".join(items) + b"e"
    return b"\x80\x02" + array(b"K\x01K" + number + b"\x85" + OBJECTS + b"\x89" + listed) + b"."


EMPTY = b"]"
TABLE = floats(b"K\x02K\x02\x86", np.eye(2, dtype="<f4").tobytes())


def call(module: str, name: str, spelling: str = "global") -> bytes:
    """A call of something by its name with the text `touch canary`."""
    text = b"X\x0c\x00\x00\x00touch canary"
    if spelling == "stack":
        parts = (b"\x8d" + struct.pack("<Q", len(part.encode())) + part.encode() for part in (module, name))
        return b"".join(parts) + b"\x93" + text + b"\x85R"
    if spelling == "instance":
        return b"(" + text + b"i" + f"{module}\n{name}\n".encode()
    return b"c" + f"{module}\n{name}\n".encode() + text + b"\x85R"


NAMES = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"), ("subprocess", "check_output"),
    ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"), ("builtins", "__import__"),
    ("builtins", "open"), ("__builtin__", "eval"), ("builtins", "bytearray"), ("builtins", "bytes"),
    ("numpy", "fromfile"), ("numpy", "load"), ("numpy", "memmap"), ("numpy", "frombuffer"), ("numpy", "zeros"),
    ("numpy", "ndarray.tofile"), ("numpy.core.multiarray", "scalar"), ("numpy.core.multiarray", "fromfile"),
    ("numpy._core.multiarray", "scalar"), ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"),
    ("numpy.testing._private.utils", "runstring"), ("numpy.f2py.crackfortran", "myeval"),
    ("numpy.random._pickle", "__randomstate_ctor"), ("numpy.core.multiarray", "ndarray"), ("numpy", "_reconstruct"),
    ("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor"), ("copyreg", "__newobj__"), ("_codecs", "decode"),
    ("collections", "OrderedDict"), ("functools", "partial"), ("operator", "attrgetter"), ("ctypes", "CDLL"),
    ("types", "FunctionType"), ("marshal", "loads"), ("pickle", "loads"), ("importlib", "import_module"),
    ("exporter.bundle.write", "BundleWriter"), ("", ""), ("numpy.core.multiarray ", "_reconstruct"),
    ("num\u0440y", "dtype"), ("o" * 90, "s"), ("os\x1b[31m", "system"),
]  # fmt: skip
"""What pickles name to execute something, to take memory, or to pass for numpy."""


def doubling(levels: int) -> bytes:
    """A list of nine times the same list of nine times the same list, and so on."""
    if not levels:
        return b"]q\x00"
    again = b"h" + bytes([levels - 1])
    return b"](" + doubling(levels - 1) + again * 8 + b"eq" + bytes([levels])


def machine_pickles() -> dict[str, bytes]:
    """Pickles that are no pickles of arrays, or that ask for memory, by what is wrong with them."""
    return {
        "empty": b"",
        "no result": b"\x80\x02.",
        "two results": b"\x80\x02]].",
        "something after the end": row_of(EMPTY, EMPTY) + b"]",
        "unknown protocol": b"\x80\x63" + row_of(EMPTY, EMPTY)[2:],
        "a memo place of 4 billion": b"\x80\x02]r\xff\xff\xff\xff.",
        "a memo place that is not there": row_of(b"h\x07", EMPTY),
        "bytes of 4 EiB": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x.",
        "a text of 4 GiB": b"\x80\x02X\xff\xff\xff\xffx.",
        "a text of 16 EiB": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.",
        "a text that is none": b"\x80\x02X\x02\x00\x00\x00\xff\xff.",
        "a frame of 16 EiB": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff].",
        "a bytearray of 16 EiB": b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\xff.",
        "a number of 255 bytes": b"\x80\x02\x8a\xff" + b"\x01" * 255 + b".",
        "a number of 2 GiB": b"\x80\x02\x8b\xff\xff\xff\x7f\x01.",
        "lists 20,000 deep": b"\x80\x02" + b"(" * 20_000 + b"]" * 20_000 + b".",
        "tuples 20,000 deep": b"\x80\x02)" + b"\x85" * 20_000 + b".",
        "an array state 20,000 tuples deep": array(b"K\x01)" + b"\x85" * 20_000 + kind() + b"\x89C\x00") + b".",
        "a list in itself": row_of(b"]q\x00h\x00a", EMPTY),
        "lists that double": row_of(doubling(12), EMPTY),
        "too few operands": b"\x80\x02R.",
        "a mark as operand": b"\x80\x02(\x85.",
        "no mark": b"\x80\x02]e.",
        "appending to a number": b"\x80\x02K\x01K\x02a.",
        "a name of numbers": b"\x80\x04K\x01K\x02\x93.",
        "a name without an end": b"\x80\x02cos" + b"y" * 500,
        "a call of a list": b"\x80\x02])R.",
        "a call with a list": b"\x80\x02cnumpy\ndtype\n]R.",
        "an object kept elsewhere": b"\x80\x02Pcanary\n.",
        "an object kept elsewhere, by a text": b"\x80\x02X\x01\x00\x00\x00aQ.",
        "an extension": b"\x80\x02\x82\x01.",
        "a new object": b"\x80\x02cnumpy\nndarray\n)\x81.",
        "a dictionary": b"\x80\x02}.",
        "a dictionary with an odd number of parts": b"\x80\x02}(]u.",
        "a dictionary with keys that are lists": b"\x80\x02}(]]u.",
        "entries of a list": b"\x80\x02](]]u.",
        "a dictionary in itself": b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.",
        "a set": b"\x80\x04\x8f.",
        "protocol 0": pickle.dumps([1, 2], protocol=0),
        "a buffer from outside": b"\x80\x05\x97.",
        "setting up a list": b"\x80\x02])b.",
    }


def array_pickles() -> dict[str, bytes]:
    """Arrays that are none, by what is wrong with them."""
    big = b"J\x00\xca\x9a\x3b"  # a thousand million
    new_big = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + big + b"\x85C\x02f8\x87R"
    inner = pickle.dumps({"a": [1]}, protocol=2)
    wrong = {
        "an array made large at once": array(b"K\x01" + big + b"\x85" + kind() + b"\x89C\x00", new=new_big),
        "a thousand million numbers in no bytes": floats(big + b"\x85", b""),
        "10^27 numbers": floats(big + big + big + b"\x87", b""),
        "a negative size": floats(b"J\xff\xff\xff\xff\x85", b""),
        "a size that is a truth value": floats(b"\x88\x85", b"\x00\x00\x80\x3f"),
        "a shape that is a list": floats(b"](K\x01e", b"\x00\x00\x80\x3f"),
        "five axes": floats(b"(" + b"K\x01" * 5 + b"t", b"\x00\x00\x80\x3f"),
        "too few bytes": floats(b"K\x02\x85", b"\x00\x00\x80\x3f"),
        "an array that is never set up": NEW,
        "an array that is set up twice": TABLE + b"(K\x01K\x00\x85" + kind() + b"\x89C\x00tb",
        "a state of four": array(b"K\x01K\x00\x85" + kind() + b"\x89"),
        "another version of the state": array(b"K\x02K\x00\x85" + kind() + b"\x89C\x00"),
        "numbers in a list": array(b"K\x01K\x01\x85" + kind() + b"\x89](K\x01e"),
        "bytes in the place of a dtype": array(b"K\x01K\x00\x85C\x00\x89C\x00"),
        "a dtype that is never set up": array(
            b"K\x01K\x00\x85cnumpy\ndtype\nX\x02\x00\x00\x00f4\x89\x88\x87R\x89C\x00"
        ),
        "a dtype with fields": floats(
            b"K\x00\x85", b"", kind("f4", "<", b"N)}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00")
        ),
        "a dtype of another size": floats(b"K\x00\x85", b"", kind("f4", "<", b"NNNK\x7fK\x01K\x00")),
        "a dtype in an unknown order": floats(b"K\x00\x85", b"", kind("f4", "?")),
        "a dtype with metadata": floats(b"K\x00\x85", b"", kind("f4", "<", NONES + b"\x00]")),
        "ndarray itself": b"cnumpy\nndarray\nK\x05\x85R",
        "a thousand million bytes": b"c__builtin__\nbytes\n" + big + b"\x85R",
        "bytes by another codec": b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R",
        "bytes that are none": b"c_codecs\nencode\nX\x03\x00\x00\x00\xe2\x82\xacX\x06\x00\x00\x00latin1\x86R",
        "objects in the place of numbers": array(b"K\x01K\x01\x85" + OBJECTS + b"\x89](" + b"K\x01e"),
        "objects from bytes": array(b"K\x01K\x01\x85" + OBJECTS + b"\x89C\x08\x00\x00\x00\x00\x00\x00\x00\x00"),
        "more objects than are there": array(b"K\x01" + big + b"\x85" + OBJECTS + b"\x89]"),
        "a pickle in the bytes": floats(b"K\x01\x85", inner),
    }
    for code in ("V8", "M8", "i8", "f16", "c8", "U4", "S4", "b1", "O", "object", "f4,f4", "\u00e9"):
        wrong[f"numbers of the kind {code}"] = floats(b"K\x00\x85", b"", kind(code))
    return {name: row_of(b"](" + part + b"e", EMPTY) for name, part in wrong.items()}


def value_parts() -> Iterator[tuple[str, Any]]:
    """Parts as numpy pickles them whose values, sizes or forms cannot be, by what is wrong with them."""

    def changed(change: Callable[[list[Any]], object]) -> list[Any]:
        parts = list(processed_parts((5, 4, 3)))
        change(parts)
        return parts

    def set_at(place: int, number: float, *, table: int = 1, layer: int = 0) -> list[Any]:
        def change(parts: list[Any]) -> None:
            rows = parts[1] if table == 1 else parts[table][layer][0]
            rows[place] = number

        return changed(change)

    def replaced(part: int, value: Any) -> list[Any]:
        return changed(lambda parts: parts.__setitem__(part, value))

    nan, inf = float("nan"), float("inf")
    yield "no layers", replaced(0, [])
    yield "one layer", replaced(0, [12])
    for size in (0, -4, 10**9, 2**62, 4.0, True, None, "4", [4]):
        yield f"a layer of {size!r} units", replaced(0, [5, size, 3])
        yield f"room for {size!r} points", replaced(4, size)
    yield "a thousand million classes", replaced(0, [5, 4, 10**9])
    yield "3,000 layers", replaced(0, [1] * 3_000)
    yield "layers in an array", replaced(0, np.array([5, 4, 3]))
    yield "units as a list", replaced(1, [0.0] * 144)
    yield "too few units", changed(lambda parts: parts.__setitem__(1, parts[1][:-12]))
    yield "units of objects", changed(lambda parts: parts.__setitem__(1, object_row(list(parts[1]))))
    yield "no edges at all", replaced(2, [])
    yield "edges as an array", changed(lambda parts: parts.__setitem__(2, object_row(parts[2])))
    yield "containers as an array", changed(lambda parts: parts[2].__setitem__(0, object_row(parts[2][0])))
    yield "a container of no points", changed(lambda parts: parts[3].__setitem__(0, []))
    yield "half a row", changed(lambda parts: parts[2][0].__setitem__(0, parts[2][0][0][:-8]))
    yield "points of fewer edges", changed(lambda parts: parts[3][0].__setitem__(0, parts[3][0][0][:-56]))
    yield "an edge twice", changed(lambda parts: [parts[k].__setitem__(0, parts[k][0] * 2) for k in (2, 3)])
    yield (
        "a copy of an edge",
        changed(lambda parts: [parts[k].__setitem__(0, [each.copy() for each in parts[k][0] * 2]) for k in (2, 3)]),
    )
    for number in (nan, inf, -inf, 1e7):
        yield f"a unit at {number}", set_at(0, number)
        yield f"a point at {number}", set_at(4, number, table=3)
    for number in (nan, inf, -0.5, 1.5):
        yield f"an importance of {number}", set_at(4, number)
        yield f"a weight of {number}", set_at(3, number, table=2)
    for number in (nan, -1.0, 0.5, 20.0, 1e30):
        yield f"edge number {number}", set_at(2, number, table=2)
    yield "an edge of another layer", set_at(1, 1.0, table=2)
    for number in (nan, 0.0, 1.0, 2.5, 15.0, -3.0, 1e30):
        yield f"{number} points", set_at(3, number, table=3)


def importance_value_parts() -> Iterator[tuple[str, Any]]:
    """The same of the other file."""

    def changed(change: Callable[[list[Any], list[Any]], object]) -> tuple[Any, Any]:
        units, edges = importance_parts((5, 4, 3))
        change(units, edges)
        return units, edges

    for number in (float("nan"), float("inf"), -0.1, 1.1):
        yield f"an importance of {number}", changed(lambda units, _, n=number: units[0].__setitem__((1, 1), n))
        yield f"a weight of {number}", changed(lambda _, edges, n=number: edges[1].__setitem__((1, 1), n))
    yield "no layers", ([], [])
    yield "one layer", (importance_parts((5, 3))[0][1:], [])
    yield "3,000 layers", ([[]] * 3_000, [[]] * 2_999)
    yield "no weights", changed(lambda _, edges: edges.clear())
    yield "too few columns", changed(lambda units, _: units.__setitem__(0, units[0][:, :2]))
    yield "too few rows", changed(lambda _, edges: edges.__setitem__(0, edges[0][:4]))
    yield "weights of another layer", changed(lambda _, edges: edges.reverse())
    yield "one axis", changed(lambda units, _: units.__setitem__(0, units[0].reshape(-1)))
    yield "an empty layer", changed(lambda units, _: units.__setitem__(0, units[0][:0]))
    yield "a last layer that is no square", changed(lambda units, _: units[-1].pop())
    yield "the same table twice", changed(lambda units, _: units.__setitem__(1, units[0]))
    yield "whole numbers", changed(lambda units, _: units.__setitem__(0, units[0].astype(int)))
    yield "truth values", changed(lambda units, _: units.__setitem__(0, units[0] > 0))
    yield "numbers too large for float32", changed(lambda units, _: units.__setitem__(0, units[0].astype("f8") * 1e300))
    yield "a dictionary", ({}, [])


def file_bytes(pickled: bytes, entries: int = 2) -> bytes:
    return npy_bytes(pickled, shape=f"({entries},)")
