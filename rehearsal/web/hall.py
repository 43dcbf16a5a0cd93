"""What the page shows besides the chats: phones, links, QR codes, the clock's line and the counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from rehearsal.telegram import Channel, Phone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rehearsal.clock import Clock
    from rehearsal.programme import Seating
    from rehearsal.telegram import Telegram

FIRST_OWN: Final = 900_000_001
"""The Telegram id of the first phone made in the page; the others follow."""

MOST_OWN: Final = 200
"""Phones that can be made in the page."""


class Somebody(Protocol):
    """What the page tells of a person of the crowd."""

    @property
    def role(self) -> str:
        """Either "participant", "facilitator" or "regia"."""

    @property
    def table(self) -> str | None:
        """The code of their table."""


class TooMany(RuntimeError):
    """There are `MOST_OWN` phones already."""


class Hall:
    """The local Telegram, its clock, and the phones that were made in the page."""

    def __init__(
        self,
        telegram: Telegram,
        clock: Clock,
        invites: Callable[[], Sequence[Mapping[str, str | None]]],
        tables: Sequence[Seating],
        people: Callable[[], Mapping[int, Somebody]],
        opened: Callable[[Mapping[str, str | None]], object],
    ) -> None:
        self.telegram = telegram
        self.clock = clock
        self._invites = invites
        self._tables = tables
        self._people = people
        self._tell_opened = opened
        self._own: dict[int, Phone] = {}
        self._opened: set[str] = set()

    def new_phone(self, name: str, language: str) -> Phone:
        """One more phone of one's own. Raises `TooMany`."""
        if len(self._own) >= MOST_OWN:
            raise TooMany
        phone = self.telegram.phone(FIRST_OWN + len(self._own), name, language_code=language)
        self._own[phone.id] = phone
        # The page learns of the phone as of any change.
        phone.touch()
        return phone

    def own(self, phone_id: int) -> Phone | None:
        """The phone made in the page with this id."""
        return self._own.get(phone_id)

    def chat(self, chat_id: int) -> Phone | Channel | None:
        """A phone or a channel, whoever's it is."""
        return self.telegram.phones.get(chat_id) or self.telegram.world.channels.get(chat_id)

    def open_link(self, phone: Phone, payload: str | None) -> None:
        """Open the bot's deep link; a one-time link is no longer offered. `ValueError`: no such link."""
        phone.start(payload)
        for link in self._invites():
            if payload is not None and payload == link["payload"] and payload not in self._opened:
                self._opened.add(payload)
                self._tell_opened(link)

    def programme(self) -> dict[str, Any]:
        """What never changes: the bot, the event, its moments and its tables."""
        bot, programme = self.telegram.world.bot, self.clock.programme
        return {
            "bot": {"name": bot["first_name"], "username": bot["username"]},
            "title": programme.title,
            "zone": programme.zone_info.key,
            "start": programme.start.timestamp(),
            "over": programme.over.timestamp(),
            "moments": [
                {"at": when.timestamp(), "code": code, "title": programme.titles.get(code)}
                for when, code in programme.moments
            ],
            "tables": [
                {"code": table.code, "name": table.name, "zones": table.zones} for table in self._tables
            ],
        }

    def chats(self) -> dict[str, Any]:
        """The list of chats, newest phone of one's own first, and the links nobody has opened."""
        people = self._people()
        own = [self._about(phone, "own") for phone in reversed(self._own.values())]
        channels = [
            {"id": channel.id, "kind": "channel", "name": channel.title, "from_bot": len(channel.store)}
            for channel in self.telegram.world.channels.values()
        ]
        crowd = [
            self._about(phone, "crowd", people.get(phone.id))
            for phone in self.telegram.phones.values()
            if phone.id not in self._own
        ]
        links = [dict(link) for link in self._invites() if link["payload"] not in self._opened]
        return {"chats": own + channels + crowd, "links": links}

    def counters(self) -> dict[str, Any]:
        """How much there is of everything.

        phones: people who have one; started: those who wrote to the bot and have not blocked it; posts: in
        channels; waiting: updates the bot has not confirmed; errors: calls the bot was refused, by status.
        """
        world = self.telegram.world
        phones = self.telegram.phones.values()
        return {
            "phones": len(phones),
            "started": sum(phone.started and not phone.blocked for phone in phones),
            "posts": sum(len(channel.store) for channel in world.channels.values()),
            "calls": self.telegram.calls_total,
            "errors": {str(status): count for status, count in sorted(self.telegram.errors.items())},
            "waiting": len(world.updates),
        }

    def about(self, chat: Phone | Channel) -> dict[str, Any]:
        """What stands around one chat: its menu and keyboard, whether it was started or blocked."""
        if isinstance(chat, Channel):
            return {"kind": "channel", "name": chat.title, "started": True}
        own = chat.id in self._own
        about = self._about(chat, "own" if own else "crowd", None if own else self._people().get(chat.id))
        del about["from_bot"]
        return about | {"menu": chat.menu(), "reply_keyboard": chat.reply_keyboard}

    @staticmethod
    def _about(phone: Phone, kind: str, somebody: Somebody | None = None) -> dict[str, Any]:
        return {
            "id": phone.id,
            "kind": kind,
            "name": " ".join(filter(None, (phone.first_name, phone.last_name))),
            "language": phone.language_code,
            "started": phone.started,
            "blocked": phone.blocked,
            "role": None if somebody is None else somebody.role,
            "table": None if somebody is None else somebody.table,
            # Only of one's own phones does the list say that something new has come.
            "from_bot": sum(m.from_bot for m in phone.store.values()) if kind == "own" else 0,
        }
