"""The seam through which faults come in: methods know nothing of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the bot that is about to be carried out."""

    method: str
    params: Mapping[str, Any]
    chat_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one call.

    answer:
      "error"      answers `status` with `description` (and `retry_after` seconds, if given);
      "reset"      the connection is closed without an answer;
      "truncated"  half of the true answer is sent, as if whole;
      "duplicated" every update in the answer of getUpdates comes twice;
      "normal"     the true answer, only late (`delay`).
    delay is in wall seconds, before the answer. carry_out says whether the call takes effect all the same;
    it always does for "truncated", "duplicated" and "normal".
    """

    answer: Literal["error", "reset", "truncated", "duplicated", "normal"] = "error"
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    delay: float = 0.0
    carry_out: bool = False


Intercept = Callable[[Call], Awaitable[Fault | None]]
