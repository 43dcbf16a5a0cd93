"""The other side of the chat: the phones of people, also those that are slow, or off."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rehearsal.telegram.chats import Message, SentMessage
from rehearsal.telegram.examples import EXAMPLES, SOUNDS
from rehearsal.telegram.files import StoredFile, Upload
from rehearsal.telegram.formatting import MAX_CAPTION, MAX_TEXT, typed_text
from rehearsal.telegram.markup import Entity, units
from rehearsal.telegram.places import Chat

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.telegram.world import World

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Blocked(RuntimeError):
    """The bot is blocked, so nothing can be written to it: unblock() or start() first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer to a tap, shown as a toast or (show_alert) as a box; `at` is event time."""

    text: str
    show_alert: bool
    url: str | None
    at: "datetime"


@dataclass(slots=True)
class _Outage:
    """What a phone that is off still shows, and what waits for it."""

    seen: dict[int, SentMessage]
    acts: list[Callable[[], None]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)


class Phone(Chat):
    """A person with Telegram in their hand, in their private chat with the bot.

    `lag` makes the phone slow: it gets every act on its way to the bot as a function, and calls it when the
    act arrives, in the same order. A person with `returns` takes a block back before they write or tap.
    """

    def __init__(
        self,
        world: "World",
        user_id: int,
        first_name: str,
        last_name: str | None = None,
        language_code: str | None = "it",
        username: str | None = None,
    ) -> None:
        super().__init__(world, user_id)
        self.first_name = first_name
        self.last_name = last_name
        self.language_code = language_code
        self.username = username
        self.started = False
        self.blocked = False
        self.answers: dict[str, Answer] = {}
        self.reply_keyboard: tuple[tuple[str, ...], ...] = ()
        self.returns = False
        self.lag: Callable[[Callable[[], None]], None] | None = None
        self._outage: _Outage | None = None
        self._unsent: set[int] = set()

    @property
    def on(self) -> bool:
        """Whether the phone is on."""
        return self._outage is None

    @property
    def waiting(self) -> int:
        """How many acts wait for the phone to be on."""
        return 0 if self._outage is None else len(self._outage.acts)

    def switch_off(self) -> None:
        """No network from now on: what the phone shows stays as it is, what the person does waits in it."""
        if self._outage is None:
            self._outage = _Outage({message.id: message.view() for message in self.store.values()})

    def switch_on(self) -> None:
        """All that waited leaves at once, in order, and the phone shows all that came meanwhile."""
        outage, self._outage = self._outage, None
        if outage is not None:
            self.answers |= outage.answers
            for act in outage.acts:
                self._act(act)
            self.touch()

    @property
    def messages(self) -> list[SentMessage]:
        """The chat as now displayed, oldest first."""
        return super().messages if self._outage is None else list(self._outage.seen.values())

    def message(self, message_id: int) -> SentMessage | None:
        """The message with this id as now displayed, if it is there."""
        return super().message(message_id) if self._outage is None else self._outage.seen.get(message_id)

    @property
    def last(self) -> SentMessage | None:
        """The newest message from the bot."""
        return next((message for message in reversed(self.messages) if message.from_bot), None)

    def touch(self) -> None:
        """Something in this chat changed; a phone that is off does not show it."""
        if self._outage is None:
            super().touch()
        else:
            self._world.changes.touch()

    def json(self) -> dict[str, Any]:
        """The private chat as a Bot API Chat."""
        return {"id": self.id, **self._name(), "type": "private"}

    def user(self) -> dict[str, Any]:
        """The person as a Bot API User."""
        body = {"id": self.id, "is_bot": False, **self._name()}
        if self.language_code is not None:
            body["language_code"] = self.language_code
        return body

    def start(self, payload: str | None = None) -> int:
        """Open the bot, with a deep link's payload or without; a blocked bot is unblocked first.

        Returns the message id. ValueError if no deep link could carry this payload.
        """
        if payload is not None and not _PAYLOAD.fullmatch(payload):
            raise ValueError(f"not a start payload: {payload!r}")
        if self.blocked:
            self.unblock()
        return self.say("/start" if payload is None else f"/start {payload}")

    def say(self, text: str, reply_to: int | None = None) -> int:
        """Type a message; returns its id. ValueError when empty or over 4,096; Blocked if it is."""
        shown, entities = typed_text(text)
        if not shown or units(shown) > MAX_TEXT:
            raise ValueError("a message has 1 to 4,096 characters")
        return self._post(text=shown, entities=entities, reply_to=self.store.get(reply_to or 0))

    def send(self, **fields: Any) -> int:
        """Send anything else, by the Bot API's names of Message fields.

        photo and document take bytes (document also (name, bytes)); voice, audio and video_note take bytes
        (with `seconds`) or True for an example; sticker, location, contact, poll and their like take True for
        an example. All take the object itself, too. caption, media_group_id and reply_to_message_id are
        understood.
        """
        reply_to = self.store.get(fields.pop("reply_to_message_id", 0))
        caption, entities = typed_text(fields.pop("caption", ""))
        known: dict[str, Any] = {"media_group_id": fields.pop("media_group_id", None)}
        seconds = fields.pop("seconds", None)
        for kind, (sound, example, lasts) in SOUNDS.items():
            content = example if fields.get(kind) is True else fields.get(kind)
            if isinstance(content, bytes):
                kept = self._world.files.sound(
                    Upload(sound, content), kind, lasts if seconds is None else seconds
                )
                fields[kind] = kept.sound_json(kind)
        if isinstance(fields.get("photo"), bytes):
            known["photo"] = self._world.files.photo(Upload("photo.jpg", fields.pop("photo")))
        if isinstance(fields.get("document"), bytes | tuple):
            document = fields.pop("document")
            name, data = document if isinstance(document, tuple) else ("file.bin", document)
            known["document"] = self._world.files.document(Upload(name, data))
        extra = {name: EXAMPLES[name] if value is True else value for name, value in fields.items()}
        return self._post(**known, extra=extra, caption=caption or None, entities=entities, reply_to=reply_to)

    def send_album(self, *photos: bytes, caption: str = "") -> list[int]:
        """Send photos as one album; Telegram puts the caption below the first. Returns the message ids."""
        group = self._world.new_media_group()
        captions = [caption, *([""] * (len(photos) - 1))]
        return [
            self.send(photo=photo, caption=below, media_group_id=group)
            for photo, below in zip(photos, captions, strict=True)
        ]

    def edit_caption(self, message_id: int, caption: str, photo: bytes | None = None) -> None:
        """Change the caption of one's own message, with `photo` also the picture; ValueError for text."""
        message = self.store.get(message_id)
        if message is None or message.from_bot or message.text is not None:
            raise ValueError(f"message {message_id} has no caption of this person")
        self._must_reach_the_bot()
        shown, entities = typed_text(caption)
        if units(shown) > MAX_CAPTION:
            raise ValueError("a caption has up to 1,024 characters")
        picture = None if photo is None else self._world.files.photo(Upload("photo.jpg", photo))
        self._act(lambda: self._recaptioned(message, shown, entities, picture))

    def edit(self, message_id: int, text: str) -> None:
        """Change one's own text message; ValueError for any other. The same text changes nothing."""
        message = self.store.get(message_id)
        if message is None or message.from_bot or message.text is None:
            raise ValueError(f"message {message_id} is not a text message of this person")
        self._must_reach_the_bot()
        shown, entities = typed_text(text)
        if not shown or units(shown) > MAX_TEXT:
            raise ValueError("a message has 1 to 4,096 characters")
        if shown == message.text:
            return
        self._act(lambda: self._edited(message, shown, entities))

    def tap(self, message_id: int, data: str | bytes) -> str:
        """Press a button, or send any callback data as a forged client can; returns the callback id.

        Bytes that are not UTF-8 reach the bot with U+FFFD in their place. A message that is no longer in
        the chat reaches it as an inaccessible one (date 0).
        """
        raw = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
        shown = raw.decode("utf-8", "replace")
        callback_id = self._world.new_callback_id()
        self._act(lambda: self._tapped(callback_id, message_id, shown))
        return callback_id

    def block(self) -> None:
        """Block the bot: from now on it gets 403."""
        if not self.blocked:
            self.blocked = True
            self._membership("member", "kicked")

    def unblock(self) -> None:
        """Take the block back."""
        if self.blocked:
            self.blocked = False
            self._membership("kicked", "member")

    def delete(self, message_id: int) -> None:
        """Delete a message for both; the bot is not told. ValueError if it is not there."""
        if message_id not in self.store:
            raise ValueError(f"there is no message {message_id}")
        if message_id in self._unsent:
            self._deleted(message_id)
            return
        self._act(lambda: self._deleted(message_id))

    def menu(self) -> list[tuple[str, str]]:
        """The command menu as this phone shows it: (command, description), by scope and language."""
        return self._world.profile.menu(self.id, self.language_code)

    def answered(self, callback_id: str, answer: Answer) -> None:
        """The bot answered a tap (called by the server)."""
        (self.answers if self._outage is None else self._outage.answers)[callback_id] = answer
        self.touch()

    def _name(self) -> dict[str, Any]:
        parts = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {name: value for name, value in parts.items() if value is not None}

    def _must_reach_the_bot(self) -> None:
        if self.blocked and self.returns:
            self.unblock()
        if self.blocked:
            raise Blocked(f"{self.first_name} ({self.id}) has blocked the bot")

    def _act(self, arrive: Callable[[], None]) -> None:
        """Do something that reaches the bot now, or late, or when the phone is on."""
        if self._outage is not None:
            self._outage.acts.append(arrive)
        elif self.lag is not None:
            self.lag(arrive)
        else:
            arrive()

    def _post(self, **parts: Any) -> int:
        self._must_reach_the_bot()
        message = self._world.new_message(self, from_bot=False, sender={"from": self.user()}, **parts)
        if self._outage is None and self.lag is None:
            self._arrived(message)
        else:
            if self._outage is not None:
                self._outage.seen[message.id] = message.view()
            self._unsent.add(message.id)
            self._changes.touch()
            self._act(lambda: self._arrived_late(message))
        return message.id

    def _arrived(self, message: Message) -> None:
        self.started = True
        self._queue("message", message.json())
        self.touch()

    def _arrived_late(self, message: Message) -> None:
        """As Telegram counts it now, after all that arrived earlier; nothing if it was deleted unsent."""
        self._unsent.discard(message.id)
        if self.store.pop(message.id, None) is None:
            return
        if self.blocked and not self.returns:
            self.touch()
            return
        self._must_reach_the_bot()
        self.store[message.id] = message
        message.arrived(self._world.unix_now())
        self._arrived(message)

    def _edited(self, message: Message, text: str, entities: list[Entity]) -> None:
        if self.blocked or message.id not in self.store:
            return
        message.text, message.entities = text, entities
        message.edited(self._world.unix_now())
        self._queue("edited_message", message.json())
        self.touch()

    def _recaptioned(
        self, message: Message, caption: str, entities: list[Entity], picture: StoredFile | None
    ) -> None:
        if self.blocked or message.id not in self.store:
            return
        message.caption, message.entities = caption or None, entities
        message.photo = picture or message.photo
        message.edited(self._world.unix_now())
        self._queue("edited_message", message.json())
        self.touch()

    def _tapped(self, callback_id: str, message_id: int, data: str) -> None:
        if self.blocked and self.returns:
            self.unblock()
        self._world.new_tap(self, callback_id)
        message = self.store.get(message_id)
        self._queue(
            "callback_query",
            {
                "id": callback_id,
                "from": self.user(),
                "message": {"chat": self.json(), "message_id": message_id, "date": 0}
                if message is None
                else message.json(),
                "chat_instance": str(-7_000_000_000 - self.id),
                "data": data,
            },
        )

    def _deleted(self, message_id: int) -> None:
        self.store.pop(message_id, None)
        if self._outage is not None:
            self._outage.seen.pop(message_id, None)
        self.touch()

    def _membership(self, old: str, new: str) -> None:
        self._world.membership(self, self.user(), old, new)
