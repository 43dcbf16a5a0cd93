"""The seams through which faults come in: methods know nothing of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
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
      "html"       answers `status` with a page of HTML, as a proxy in front of the server does;
      "reset"      the connection is closed without an answer;
      "truncated"  half of the true answer is sent, as if whole;
      "duplicated" every update in the answer of getUpdates comes twice;
      "normal"     the true answer, only late.
    wait and delay are wall seconds: before the call is carried out, and between that and the answer. A call
    whose caller hangs up during `wait` is never carried out. carry_out says whether the call takes effect all
    the same; it always does for "truncated", "duplicated" and "normal". name is what stands in the record,
    if not `answer`.
    """

    answer: Literal["error", "html", "reset", "truncated", "duplicated", "normal"] = "error"
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    delay: float = 0.0
    carry_out: bool = False
    wait: float = 0.0
    name: str = ""

    @property
    def label(self) -> str:
        """What stands in the record."""
        return self.name or self.answer


@dataclass(frozen=True, slots=True)
class DeliveryFault:
    """What goes wrong with one delivery of an update to the webhook.

    delay: wall seconds before it is sent; others overtake it. twice: it is sent twice at the same time.
    lose_answer: whatever the bot answers is not heard, and so the update comes again. give_up_after: the
    same, but the server hangs up after so many wall seconds, while the bot may still be at work.
    """

    name: str
    delay: float = 0.0
    twice: bool = False
    lose_answer: bool = False
    give_up_after: float | None = None


Intercept = Callable[[Call], Awaitable[Fault | None]]


def proxy_page(status: int) -> bytes:
    """The page a proxy answers with when the server behind it does not."""
    title = f"{status} {HTTPStatus(status).phrase}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    ).encode()
