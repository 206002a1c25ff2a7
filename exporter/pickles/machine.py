"""Reads the pickles of arrays without executing them: a small machine that knows only what such files need.

Python's own unpickler would call whatever a file names; restricted to three names of numpy it still takes memory that a
file of a few bytes asks for. Here nothing is called, nothing is looked up, every length is compared with what is left
of the file before it is read, and of an array only the bytes, the shape and the kind of number are taken.
The instructions are those of Python's `pickletools`.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable
from typing import IO, Any, ClassVar, NoReturn

from exporter.pickles.errors import PickleError
from exporter.pickles.errors import refused as _odd
from exporter.pickles.stored import ALLOWED, Name, called, set_up

_MOST_STEPS = 1_000_000
_MOST_NAME_BYTES = 256
_HIGHEST_PROTOCOL = 5
_MARK = object()


def unpickled(stream: IO[bytes], length: int) -> Any:
    """What a pickle of `length` bytes holds: numbers, texts, bytes, tuples, lists, dictionaries whose keys are texts,
    and arrays as `Stored`.

    Lists and dictionaries may hold themselves: who walks through them has to see to it.

    Raises
    ------
    PickleError
        the pickle names anything but numpy's way to make an array (with that name), has an instruction that arrays do
        not need, ends too early, goes on after its end, or is too long.
    """
    machine = _Machine(stream, length)
    for _ in range(_MOST_STEPS):
        if machine.step():
            return machine.result()
    raise PickleError("the file has too many parts", expected=f"at most {_MOST_STEPS}")


class _Machine:
    """A stack, a memo, and what is left of the stream."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._left = length
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def step(self) -> bool:
        """Do one instruction; whether it was the last."""
        code = self._take(1)
        if code == b".":
            return True
        if code == b"(":  # never through `_pop`, which refuses marks
            self._stack.append(_MARK)
            return False
        do = self._DO.get(code)
        if do is None:
            raise _odd(f"the instruction {_spelled(code)}")
        do(self)
        return False

    def result(self) -> Any:
        """What is left when all is done."""
        value = self._pop()
        if self._stack or self._left or self._stream.read(1):
            raise _odd("something after its end")
        return value

    def _take(self, count: int) -> bytes:
        if count > self._left:
            raise _odd(f"an end {count - self._left} bytes too early")
        taken = self._stream.read(count)
        if len(taken) != count:
            raise EOFError("it ends too early")
        self._left -= count
        return taken

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _pop(self) -> Any:
        if not self._stack or self._stack[-1] is _MARK:
            raise _odd("an instruction without its operands")
        return self._stack.pop()

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _since_mark(self) -> list[Any]:
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is _MARK:
                values = self._stack[place + 1 :]
                del self._stack[place:]
                return values
        raise _odd("an instruction without its operands")

    def _protocol(self) -> None:
        if self._take(1)[0] > _HIGHEST_PROTOCOL:
            raise _odd("an unknown protocol")

    def _text(self, form: str) -> None:
        try:
            self._push(self._take(self._number(form)).decode("utf-8", "surrogatepass"))
        except UnicodeDecodeError as error:
            raise _odd("a text that is none") from error

    def _tuple(self, count: int) -> None:
        values = [self._pop() for _ in range(count)]
        self._push(tuple(reversed(values)))

    def _append(self, values: list[Any]) -> None:
        if not self._stack or not isinstance(self._stack[-1], list):
            raise _odd("an instruction without its operands")
        self._stack[-1].extend(values)

    def _enter(self, values: list[Any]) -> None:
        if not self._stack or not isinstance(self._stack[-1], dict) or len(values) % 2:
            raise _odd("an instruction without its operands")
        keys = values[::2]
        if not all(isinstance(key, str) for key in keys):
            raise _odd("a dictionary whose keys are no texts")
        self._stack[-1].update(zip(keys, values[1::2], strict=True))

    def _enter_one(self) -> None:
        value = self._pop()
        self._enter([self._pop(), value])

    def _remember(self, place: int) -> None:
        value = self._pop()
        self._memo[place] = value
        self._push(value)

    def _recall(self, place: int) -> None:
        if place not in self._memo:
            raise _odd("a part that is not there")
        self._push(self._memo[place])

    def _line(self) -> str:
        line = self._stream.readline(min(_MOST_NAME_BYTES, self._left))
        self._left -= len(line)
        if not line.endswith(b"\n"):
            raise _odd(f"the name {line[:60]!r}, which does not end")
        return line[:-1].decode("utf-8", "replace")

    def _global(self) -> None:
        module = self._line()
        self._name(module, self._line())

    def _instance(self) -> None:
        module = self._line()
        self._refuse(module, self._line())

    def _stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise _odd("a name that is no text")
        self._name(module, name)

    def _name(self, module: str, name: str) -> None:
        if (module, name) not in ALLOWED:
            self._refuse(module, name)
        self._push(Name(ALLOWED[module, name]))

    def _refuse(self, module: str, name: str) -> NoReturn:
        what = f"the file names {_plain(module)}.{_plain(name)}, which arrays of numbers do not need"
        remedy = "do not trust it: what such files name can be made to run programs"
        raise PickleError(what, expected="arrays of numbers", remedy=remedy)

    def _reduce(self) -> None:
        arguments, name = self._pop(), self._pop()
        if not isinstance(name, Name):
            raise _odd("a call of what is no name")
        self._push(called(name, arguments))

    def _build(self) -> None:
        state = self._pop()
        target = self._pop()
        set_up(target, state)
        self._push(target)

    def _long(self) -> None:
        count = self._number("<B")
        if count > 8:
            raise _odd("a number of more than 64 bits")
        self._push(int.from_bytes(self._take(count), "little", signed=True))

    _DO: ClassVar[dict[bytes, Callable[[_Machine], None]]] = {
        b"\x80": _protocol,
        b"\x95": lambda m: m._number("<Q"),  # FRAME: how pickles of protocol 4 are cut, which says nothing
        b"c": _global,
        b"i": _instance,
        b"\x93": _stack_global,
        b"R": _reduce,
        b"b": _build,
        b"N": lambda m: m._push(None),
        b"\x88": lambda m: m._push(True),
        b"\x89": lambda m: m._push(False),
        b"K": lambda m: m._push(m._number("<B")),
        b"M": lambda m: m._push(m._number("<H")),
        b"J": lambda m: m._push(m._number("<i")),
        b"G": lambda m: m._push(m._number(">d")),
        b"\x8a": _long,
        b"X": lambda m: m._text("<I"),
        b"\x8c": lambda m: m._text("<B"),
        b"\x8d": lambda m: m._text("<Q"),
        b"C": lambda m: m._push(m._take(m._number("<B"))),
        b"B": lambda m: m._push(m._take(m._number("<I"))),
        b"\x8e": lambda m: m._push(m._take(m._number("<Q"))),
        b")": lambda m: m._push(()),
        b"\x85": lambda m: m._tuple(1),
        b"\x86": lambda m: m._tuple(2),
        b"\x87": lambda m: m._tuple(3),
        b"t": lambda m: m._push(tuple(m._since_mark())),
        b"]": lambda m: m._push([]),
        b"a": lambda m: m._append([m._pop()]),
        b"e": lambda m: m._append(m._since_mark()),
        b"}": lambda m: m._push({}),
        b"s": _enter_one,
        b"u": lambda m: m._enter(m._since_mark()),
        b"q": lambda m: m._remember(m._number("<B")),
        b"r": lambda m: m._remember(m._number("<I")),
        b"\x94": lambda m: m._remember(len(m._memo)),
        b"h": lambda m: m._recall(m._number("<B")),
        b"j": lambda m: m._recall(m._number("<I")),
    }


def _spelled(code: bytes) -> str:
    known = pickletools.code2op.get(code.decode("latin-1"))  # type: ignore[attr-defined] # the stubs lack it
    return known.name if known is not None else repr(code)


def _plain(name: str) -> str:
    return name[:80] if name.isprintable() else repr(name[:80])
