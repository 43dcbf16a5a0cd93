"""The kinds of faults, how large they are, and the dice."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Literal

SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup", "copyMessage"})
EDITS = frozenset({"editMessageText", "editMessageCaption", "editMessageMedia", "editMessageReplyMarkup"})
ANSWERS = frozenset({"answerCallbackQuery"})


class Kind(StrEnum):
    """What can go wrong. Before and after: the call is not carried out, or it is and its answer is lost."""

    THROTTLED = "throttled"
    """429 with a short retry_after: this chat's sends and edits, until then."""
    EDITS_THROTTLED = "edits_throttled"
    """429 with a long retry_after: one chat's edits, until then."""
    ERROR_500 = "error_500"
    """500, as a page of HTML."""
    BAD_GATEWAY = "bad_gateway"
    """502, as a page of HTML; not carried out."""
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    """The same, and the call was carried out."""
    HANG_BEFORE = "hang_before"
    """Nothing for some seconds; carried out then, if the bot still waits."""
    HANG_AFTER = "hang_after"
    """Carried out, and no answer for some seconds."""
    RESET_BEFORE = "reset_before"
    """The connection is reset; not carried out."""
    RESET_AFTER = "reset_after"
    """The same, and the call was carried out."""
    TRUNCATED = "truncated"
    """Carried out; half of the answer's JSON."""
    TOO_OLD = "too_old"
    """The answer to a tap comes too late: 400."""
    BLOCKED = "blocked"
    """The person blocks the bot just before a send (403) and comes back later, or to act."""
    DUPLICATED = "duplicated"
    """An update comes twice."""
    REORDERED = "reordered"
    """Updates do not come in the order they happened."""
    SLOW_PHONE = "slow_phone"
    """A person's acts reach the bot late, so their taps are on keyboards that have changed."""
    PHONE_OFF = "phone_off"
    """A phone is off: what the person does waits, what the bot sends is not seen; then all at once."""
    EXPIRED = "expired"
    """An update waited longer than Telegram keeps it. Never drawn: it comes of the plan's `retention`."""


CALL_KINDS = (
    Kind.THROTTLED,
    Kind.EDITS_THROTTLED,
    Kind.ERROR_500,
    Kind.BAD_GATEWAY,
    Kind.BAD_GATEWAY_AFTER,
    Kind.HANG_BEFORE,
    Kind.HANG_AFTER,
    Kind.RESET_BEFORE,
    Kind.RESET_AFTER,
    Kind.TRUNCATED,
    Kind.TOO_OLD,
    Kind.BLOCKED,
)
# Those that mean something only for a call that takes effect.
AFTER_KINDS = frozenset({Kind.BAD_GATEWAY_AFTER, Kind.HANG_AFTER, Kind.RESET_AFTER, Kind.TRUNCATED})
UPDATE_KINDS = (Kind.DUPLICATED, Kind.REORDERED)
PHONE_KINDS = (Kind.SLOW_PHONE, Kind.PHONE_OFF)
ALL_KINDS = CALL_KINDS + UPDATE_KINDS + PHONE_KINDS


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the faults are. A pair is a range.

    retry_after (whole seconds) and edits_retry_after: event time. hang: wall seconds. held: wall seconds by
    which a delivery to the webhook is held back. blocked, off, slow_for: event time. slow: how late each act
    of a slow phone is. most_in_a_row: faults that one method in one chat meets one after the other, before a
    call goes well. reorder, of what getUpdates gives: "between_chats" keeps the order within each chat.
    """

    retry_after: tuple[int, int] = (1, 5)
    edits_retry_after: int = 200
    hang: tuple[float, float] = (1.0, 4.0)
    held: tuple[float, float] = (0.05, 0.4)
    blocked: timedelta = timedelta(minutes=2)
    off: timedelta = timedelta(minutes=10)
    slow: timedelta = timedelta(seconds=20)
    slow_for: timedelta = timedelta(minutes=3)
    most_in_a_row: int = 3
    reorder: Literal["between_chats", "any"] = "between_chats"


def unit(*key: object) -> float:
    """A number from 0 (included) to 1 (not) that depends on the key alone."""
    digest = blake2b("\0".join(map(str, key)).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def within(bounds: tuple[float, float], *key: object) -> float:
    """A number between two."""
    low, high = bounds
    return low + (high - low) * unit(*key)
