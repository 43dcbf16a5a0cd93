"""Who was answered, and what may happen twice: the figures behind the promises of delivery."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

import orjson

from rehearsal.telegram.faultkinds import ANSWERS, EDITS, SENDS
from rehearsal.telegram.observing import Gone, Observer
from rehearsal.telegram.record import CallRecord
from rehearsal.telegram.server import Telegram
from rehearsal.telegram.updates import Pending

ACTS = frozenset({"message", "edited_message", "callback_query"})
_RECENT = 2_000
_LATELY = 100  # acts of one person that may still be answered
_SERVER_ERROR = 500


class Reach(IntEnum):
    """How far something that the bot did came. Not: nowhere. Refused: to the server, which refused it."""

    NOT = 0
    REFUSED = 1
    DONE = 2


@dataclass(slots=True)
class Act:
    """Something a person did, and what the bot did about it.

    what: the callback data, or the text or caption ("" for neither). message_id: of the message tapped or
    written. handed: how often the bot was given the update. confirmed: the bot said that it has handled it.
    begun_again: when, by the wall clock, the bot was given again what a kill had interrupted. answered: its
    answer to this very tap. replied: the first send to the chat, or edit in it, that can be about this act:
    each counts for the oldest act that was handed to the bot and has none. That is an estimate (answers to
    taps are exact), and in doubt says yes. heard: the bot knows of what reached the server.
    """

    update_id: int
    kind: str
    chat_id: int
    message_id: int
    callback_id: str | None
    what: str
    at: datetime
    handed: int = 0
    begun_again: float | None = None
    confirmed: bool = False
    expired: bool = False
    answered: Reach = Reach.NOT
    replied: Reach = Reach.NOT
    heard: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether the bot's answer, edit or reply reached the server, taken or refused."""
        return self.answered > Reach.NOT or self.replied > Reach.NOT

    @property
    def seen(self) -> bool:
        """Whether the person could see it."""
        return Reach.DONE in (self.answered, self.replied)


@dataclass(frozen=True, slots=True)
class Double:
    """The same message twice in a chat; in_flight: the bot could not know of the first."""

    chat_id: int
    method: str
    first: CallRecord = field(repr=False)
    second: CallRecord = field(repr=False)
    in_flight: bool


class Accounting(Observer):
    """Watches a Telegram from now on, and can be asked at any time.

    is_reply: whether this call can be the bot's reply to this act (a broadcast is none, say); if None, every
    send to the chat, and every edit in it, can. late_replies: wall seconds that a reply may take which the
    bot had to send again, so that it comes after the reply to a later act.
    """

    def __init__(
        self,
        telegram: Telegram,
        *,
        is_reply: Callable[[Act, CallRecord], bool] | None = None,
        late_replies: float = 10.0,
    ) -> None:
        self.acts: list[Act] = []
        self._is_reply = is_reply or (lambda act, call: True)
        self._monotonic = telegram.world.monotonic
        self._by_update: dict[int, Act] = {}
        self._by_callback: dict[str, Act] = {}
        self._open: defaultdict[int, deque[Act]] = defaultdict(deque)
        self._unheard: list[CallRecord] = []
        self._recent: deque[CallRecord] = deque(maxlen=_RECENT)
        self._perhaps: list[CallRecord] = []
        self._dying_until = 0.0
        self._interrupted: set[int] = set()
        self._late_replies = late_replies
        self._said: defaultdict[int, dict[bytes, CallRecord]] = defaultdict(dict)
        self._lately: defaultdict[int, deque[tuple[float, Act]]] = defaultdict(lambda: deque(maxlen=_LATELY))
        self._again: list[tuple[CallRecord, CallRecord, bool, bool]] = []
        telegram.observe(self)

    def act_of_tap(self, callback_id: str) -> Act | None:
        """The tap with this callback id."""
        return self._by_callback.get(callback_id)

    def acts_on(self, chat_id: int, message_id: int) -> list[Act]:
        """What was done in writing, editing or tapping this message, in order."""
        return [act for act in self.acts if (act.chat_id, act.message_id) == (chat_id, message_id)]

    @property
    def unanswered(self) -> list[Act]:
        """Taps of which no answer reached the server."""
        return [act for act in self.acts if act.callback_id is not None and act.answered is Reach.NOT]

    def killed(self, grace: float = 1.0, after: float = 0.2) -> int:
        """The bot was killed just now: it may not remember what was answered in the last `grace` seconds.

        Nor does it hear what is answered in the `after` seconds from now (calls that were on their way). All
        by the wall clock. Returns how many there were till now. Call it as soon as it was killed.
        """
        self._dying_until = self._monotonic() + after
        since = self._monotonic() - grace
        self._interrupted.update(act.update_id for act in self.acts if act.handed and not act.confirmed)
        known = {id(call) for call in self._perhaps}
        recent = [call for call in self._recent if call.wall >= since and id(call) not in known]
        self._perhaps.extend(recent)
        return len(recent)

    @property
    def in_flight(self) -> list[CallRecord]:
        """Sends, edits and answers that took effect, and the bot did not hear of it; it may repeat them."""
        return list(self._unheard)

    @property
    def perhaps_in_flight(self) -> list[CallRecord]:
        """Those that it heard of, and was killed soon after."""
        return list(self._perhaps)

    @property
    def doubles(self) -> list[Double]:
        """The same message twice in a chat: the first in flight, or no two acts that each could answer.

        In flight is also what answered an act that a kill interrupted before the bot had confirmed it.
        """
        lost = {id(call) for call in (*self._unheard, *self._perhaps)}
        return [
            Double(int(second.params["chat_id"]), second.method, first, second, id(first) in lost or again)
            for first, second, replies, again in self._again
            if id(first) in lost or again or not replies
        ]

    def summary(self) -> dict[str, int]:
        """All figures. `doubles_unexplained` are messages that came twice and need not have."""
        doubles = self.doubles
        return {
            "acts": len(self.acts),
            "acts_handed": sum(act.handed > 0 for act in self.acts),
            "acts_handed_again": sum(act.handed > 1 for act in self.acts),
            "acts_acknowledged": sum(act.acknowledged for act in self.acts),
            "acts_confirmed": sum(act.confirmed for act in self.acts),
            "acts_expired": sum(act.expired for act in self.acts),
            "taps": len(self._by_callback),
            "taps_unanswered": len(self.unanswered),
            "in_flight": len(self._unheard),
            "sends_in_flight": sum(call.method in SENDS for call in self._unheard),
            "perhaps_in_flight": len(self._perhaps),
            "doubles": len(doubles),
            "doubles_unexplained": sum(not double.in_flight for double in doubles),
        }

    # --- what it watches -------------------------------------------------------------------------------

    def queued(self, update: Mapping[str, Any], pending: Pending) -> None:
        """A person did something."""
        body = update[pending.kind]
        if pending.kind not in ACTS or not isinstance(body, dict):
            return
        # A forged update may lack anything.
        tap = pending.kind == "callback_query"
        message = body.get("message") if tap else body
        number = message.get("message_id") if isinstance(message, dict) else None
        act = Act(
            pending.id,
            pending.kind,
            pending.chat,
            number if isinstance(number, int) else 0,
            str(body.get("id")) if tap else None,
            str((body.get("data") if tap else body.get("text") or body.get("caption")) or ""),
            pending.at,
        )
        self.acts.append(act)
        self._by_update[act.update_id] = act
        if act.callback_id is not None:
            self._by_callback[act.callback_id] = act
        self._lately[act.chat_id].append((self._monotonic(), act))

    def handed(self, batch: Sequence[Pending]) -> None:
        """The bot is given updates."""
        for pending in batch:
            act = self._by_update.get(pending.id)
            if act is not None:
                act.handed += 1
                if act.update_id in self._interrupted:
                    self._interrupted.discard(act.update_id)
                    act.begun_again = self._monotonic()
                if act.handed == 1:
                    self._open[act.chat_id].append(act)
                    # It may have waited long, for a bot that was away.
                    self._lately[act.chat_id].append((self._monotonic(), act))

    def gone(self, pending: Pending, why: Gone) -> None:
        """An update left the queue."""
        act = self._by_update.get(pending.id)
        if act is not None:
            act.confirmed = why == "confirmed"
            act.expired = why == "expired"

    def called(self, call: CallRecord) -> None:
        """The bot did something."""
        if call.method in ANSWERS:
            self._answered(call)
        elif call.method in SENDS or call.method in EDITS:
            self._wrote(call)
        else:
            return
        if call.in_flight:
            self._unheard.append(call)
        elif call.carried_out and call.via == "http":
            (self._perhaps if call.wall < self._dying_until else self._recent).append(call)

    def _answered(self, call: CallRecord) -> None:
        act = self._by_callback.get(str(call.params.get("callback_query_id")))
        if act is not None:
            act.answered = max(act.answered, _reach(call))
            act.heard = act.heard or (call.heard and act.answered > Reach.NOT)

    def _wrote(self, call: CallRecord) -> None:
        chat = call.params.get("chat_id")
        if not isinstance(chat, int):
            return
        reach = _reach(call)
        waiting = self._open.get(chat)
        if waiting and reach > Reach.NOT:
            act = next((act for act in waiting if self._is_reply(act, call)), None)
            if act is not None:
                act.replied = reach
                act.heard = act.heard or call.heard
                if reach is Reach.DONE:
                    waiting.remove(act)
        if call.carried_out and call.method in SENDS:
            content = orjson.dumps([call.method, call.params], option=orjson.OPT_SORT_KEYS, default=str)
            before = self._said[chat].get(content)
            if before is not None:
                replies = self._each_is_a_reply(before, call, chat)
                self._again.append((before, call, replies, not replies and self._is_given_again(call, chat)))
            self._said[chat][content] = call

    def _each_is_a_reply(self, first: CallRecord, second: CallRecord, chat: int) -> bool:
        """Whether two acts may have had the same sentence for an answer, each its own."""
        since = first.wall - self._late_replies
        acts = {
            act.update_id: at for at, act in self._lately[chat] if at >= since and self._is_reply(act, second)
        }
        return len(acts) > 1 or any(at >= first.wall for at in acts.values())

    def _is_given_again(self, call: CallRecord, chat: int) -> bool:
        """Whether this may answer an act that a kill interrupted and the bot was given again a moment ago."""
        since = call.wall - self._late_replies
        return any(
            act.begun_again is not None and act.begun_again >= since and self._is_reply(act, call)
            for _, act in self._lately[chat]
        )


def _reach(call: CallRecord) -> Reach:
    if call.carried_out:
        return Reach.DONE
    return Reach.REFUSED if 0 < call.status < _SERVER_ERROR and call.heard else Reach.NOT
