"""Who answers for a network: a process with the model in it, or numpy with the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from viewer.forward.node import Array
from viewer.live.reply import Reply

Kind = Literal["starting", "ready", "working", "restarting", "failed"]


@dataclass(frozen=True)
class Status:
    """How a responder is, and a line about it for the user. `failed` is for good: another one must be made."""

    kind: Kind
    words: str = ""


class Responder(Protocol):
    """Answers for a network, in the background: nothing here waits. For use by one thread."""

    @property
    def status(self) -> Status:
        """How it is at this moment."""
        ...

    @property
    def can_attack(self) -> bool:
        """Whether `attack` can be asked."""
        ...

    def ask(self, fed: Array) -> int:
        """The ticket of a question: what the network makes of `fed` (H, W, C) float32, as it is fed.

        A question that is newer replaces one that has not begun.

        Raises
        ------
        KerascopeError
            the network does not take that shape.
        """
        ...

    def attack(self, fed: Array, method: str) -> int:
        """The ticket of a question: `fed` attacked, and what the network makes of that. Raises as `ask` does, and
        where `can_attack` is not so.
        """
        ...

    def poll(self) -> Reply | None:
        """The newest answer that has not been handed out, `None` where there is none."""
        ...

    def close(self) -> None:
        """End it. Nothing can be asked any more; it can be closed twice."""
        ...
