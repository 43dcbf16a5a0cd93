"""Was it as it should be? What can be seen from Telegram's side, compared with what the crowd meant.

What only the database can tell (whose ballot holds what) is compared by others, with crowd.json.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rehearsal.crowd.reading import CLOSED, DECIDED, THANKS, codes_in, newest, received

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rehearsal.crowd.crowd import Crowd
    from rehearsal.crowd.hands import Hands
    from rehearsal.telegram import CallRecord, SentMessage, Telegram

FIRST_ERROR: Final = 400
EXPECTED: Final = ("query is too old", "message is not modified")
"""What a 400 may say: a late answer to a press, and an edit that changes nothing."""


def problems(telegram: Telegram, crowd: Crowd, channel: int, *, troubled: bool = False) -> list[str]:
    """Everything that is not as it should be, as sentences; empty when all is well.

    troubled: calls failed on purpose, and may have been made again.
    """
    again = bool(crowd.killed) or troubled
    return [
        *crowd.meant.problems,
        *_told(crowd, again=again),
        *_posts(telegram.channel(channel).posts, again=again),
        *_calls((call for call in telegram.calls if call.fault is None), again=again),
        *_left(telegram),
    ]


def _told(crowd: Crowd, *, again: bool) -> Iterator[str]:
    """Every person was told what their table was told, and sees their own ballot as they meant it."""
    for hands in crowd.hands.values():
        person = hands.person
        if person.role != "participant" or hands.table is None or not hands.reachable:
            continue
        if person.arrival != "during_session2":
            yield from _priorities(hands, crowd.meant.priorities(hands.table))
            yield from _ballot(hands, crowd.plan.ballots[person.id])
        thanks = sum(1 for message in received(hands.phone) if THANKS.match(message.shown))
        # A table whose Session 2 was open again ended twice.
        ends = 1 + ("session2" in crowd.meant.tables[hands.table].reopened)
        if thanks == 0 or (thanks != ends and not again):
            yield f"{person.name} ({hands.table}) was thanked {thanks} times"


def _priorities(hands: Hands, codes: list[str]) -> Iterator[str]:
    def decided(message: SentMessage) -> bool:
        told = codes_in(message.shown)[: len(codes)]
        return DECIDED.search(message.shown) is not None and not message.buttons and set(told) == set(codes)

    if codes and newest(hands.phone, decided) is None:
        yield f"{hands.person.name} ({hands.table}) was not told the priorities {codes}"


def _ballot(hands: Hands, dots: tuple[str, ...]) -> Iterator[str]:
    closed = newest(hands.phone, lambda message: CLOSED.match(message.shown))
    if closed is None:
        yield f"{hands.person.name} ({hands.table}) was not told that the table closed"
    elif codes_in(closed.shown) != list(dots):
        yield f"{hands.person.name} ({hands.table}) sees {codes_in(closed.shown)} and meant {list(dots)}"


def _posts(posts: Iterable[SentMessage], *, again: bool) -> Iterator[str]:
    seen = Counter(post.shown for post in posts)
    for caption, count in seen.items():
        if count > 1 and not again:
            first = caption.splitlines()[0] if caption else "a post without caption"
            yield f"the channel got {count} times: {first}"


def _calls(calls: Iterable[CallRecord], *, again: bool) -> Iterator[str]:
    unexpected: Counter[str] = Counter()
    for call in calls:
        if call.status < FIRST_ERROR:
            continue
        said = call.description or ""
        # 403: who blocked the bot. 409: the poll of a killed bot, not yet known to be gone.
        if call.status == 403 or (call.status == 409 and again):  # noqa: PLR2004 - as HTTP has them
            continue
        if not any(words in said for words in EXPECTED):
            unexpected[f"{call.method}: {call.status} {said}"] += 1
    for what, count in unexpected.items():
        yield f"{what} ({count} times)"


def _left(telegram: Telegram) -> Iterator[str]:
    left = len(telegram.pending_updates())
    if left:
        yield f"{left} updates were never confirmed"
