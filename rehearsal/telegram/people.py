"""The other side of the chat: phones of people, and the regia channel."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rehearsal.telegram.chats import Changes, Message, SentMessage
from rehearsal.telegram.files import Upload
from rehearsal.telegram.formatting import MAX_TEXT, typed_text
from rehearsal.telegram.markup import units

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.telegram.world import World

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE = {"file_id": "AwACAgQAAx", "file_unique_id": "AgADx", "file_size": 1000}
_EXAMPLES: dict[str, Any] = {
    "sticker": _FILE
    | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    "voice": _FILE | {"duration": 3, "mime_type": "audio/ogg"},
    "audio": _FILE | {"duration": 60, "mime_type": "audio/mpeg"},
    "video": _FILE | {"duration": 5, "width": 640, "height": 360},
    "video_note": _FILE | {"duration": 5, "length": 240},
    "animation": _FILE | {"duration": 2, "width": 320, "height": 240},
    "location": {"latitude": 45.07, "longitude": 7.68},
    "contact": {"phone_number": "+390110000000", "first_name": "Ada"},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {
        "id": "5300000000000000000",
        "question": "?",
        "options": [{"text": "A", "voter_count": 0, "persistent_id": "0"}],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
}


class Blocked(RuntimeError):
    """The bot is blocked, so nothing can be written to it: unblock() or start() first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer to a tap, shown as a toast or (show_alert) as a box; `at` is event time."""

    text: str
    show_alert: bool
    url: str | None
    at: "datetime"


class Chat:
    """What a phone and a channel have in common: messages, and changes that can be waited on."""

    def __init__(self, world: "World", chat_id: int) -> None:
        self._world = world
        self._changes = Changes()
        self.id = chat_id
        self.store: dict[int, Message] = {}
        self.last_update: datetime | None = None

    @property
    def version(self) -> int:
        """Grows with every change in this chat."""
        return self._changes.version

    async def changed(self, after_version: int, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - the API
        """Wait until the chat is newer than `after_version`; False when `timeout` wall seconds pass first."""
        return await self._changes.changed(after_version, timeout)

    @property
    def messages(self) -> list[SentMessage]:
        """The chat as now displayed, oldest first."""
        return [message.view() for message in self.store.values()]

    def message(self, message_id: int) -> SentMessage | None:
        """The message with this id as now displayed, if it is there."""
        found = self.store.get(message_id)
        return found.view() if found is not None else None

    @property
    def last(self) -> SentMessage | None:
        """The newest message from the bot."""
        return next((m.view() for m in reversed(self.store.values()) if m.from_bot), None)

    def touch(self) -> None:
        """Something in this chat changed."""
        self._changes.touch()
        self._world.changes.touch()

    def json(self) -> dict[str, Any]:
        """The Bot API Chat."""
        raise NotImplementedError

    def _queue(self, kind: str, payload: Any) -> None:
        self.last_update = self._world.now()
        self._world.queue(kind, payload)


class Phone(Chat):
    """A person with Telegram in their hand, in their private chat with the bot."""

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

        photo and document take bytes (document also (name, bytes)); sticker, voice, location, contact, poll
        and their like take True for an example, or the object itself. caption and reply_to_message_id are
        understood too.
        """
        reply_to = self.store.get(fields.pop("reply_to_message_id", 0))
        caption, entities = typed_text(fields.pop("caption", ""))
        known: dict[str, Any] = {}
        if isinstance(fields.get("photo"), bytes):
            known["photo"] = self._world.files.photo(Upload("photo.jpg", fields.pop("photo")))
        if isinstance(fields.get("document"), bytes | tuple):
            document = fields.pop("document")
            name, data = document if isinstance(document, tuple) else ("file.bin", document)
            known["document"] = self._world.files.document(Upload(name, data))
        extra = {name: _EXAMPLES[name] if value is True else value for name, value in fields.items()}
        return self._post(**known, extra=extra, caption=caption or None, entities=entities, reply_to=reply_to)

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
        message.text, message.entities = shown, entities
        message.edited(self._world.unix_now())
        self._queue("edited_message", message.json())
        self.touch()

    def tap(self, message_id: int, data: str | bytes) -> str:
        """Press a button, or send any callback data as a forged client can; returns the callback id.

        Bytes that are not UTF-8 reach the bot with U+FFFD in their place. A message that is no longer in
        the chat reaches it as an inaccessible one (date 0).
        """
        raw = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
        shown = raw.decode("utf-8", "replace")
        message = self.store.get(message_id)
        callback_id = self._world.new_callback(self)
        self._queue(
            "callback_query",
            {
                "id": callback_id,
                "from": self.user(),
                "message": {"chat": self.json(), "message_id": message_id, "date": 0}
                if message is None
                else message.json(),
                "chat_instance": str(-7_000_000_000 - self.id),
                "data": shown,
            },
        )
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
        if self.store.pop(message_id, None) is None:
            raise ValueError(f"there is no message {message_id}")
        self.touch()

    def menu(self) -> list[tuple[str, str]]:
        """The command menu as this phone shows it: (command, description), by scope and language."""
        return self._world.profile.menu(self.id, self.language_code)

    def answered(self, callback_id: str, answer: Answer) -> None:
        """The bot answered a tap (called by the server)."""
        self.answers[callback_id] = answer
        self.touch()

    def _name(self) -> dict[str, Any]:
        parts = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {name: value for name, value in parts.items() if value is not None}

    def _must_reach_the_bot(self) -> None:
        if self.blocked:
            raise Blocked(f"{self.first_name} ({self.id}) has blocked the bot")

    def _post(self, **parts: Any) -> int:
        self._must_reach_the_bot()
        self.started = True
        message = self._world.new_message(self, from_bot=False, sender={"from": self.user()}, **parts)
        self._queue("message", message.json())
        self.touch()
        return message.id

    def _membership(self, old: str, new: str) -> None:
        self._world.membership(self, self.user(), old, new)


class Channel(Chat):
    """A channel of which the bot is administrator."""

    def __init__(self, world: "World", channel_id: int, title: str, username: str | None = None) -> None:
        super().__init__(world, channel_id)
        self.title = title
        self.username = username
        self.members: set[int] = set()
        self.removed = False
        self.next_id = 1
        self.posted = 0

    def json(self) -> dict[str, Any]:
        """The channel as a Bot API Chat."""
        body: dict[str, Any] = {"id": self.id, "title": self.title, "type": "channel"}
        if self.username is not None:
            body["username"] = self.username
        return body

    @property
    def posts(self) -> list[SentMessage]:
        """The posts as now displayed, oldest first."""
        return self.messages

    def post(self, text: str) -> int:
        """Somebody of the regia posts by hand; returns the message id."""
        shown, entities = typed_text(text)
        message = self._world.new_message(
            self, from_bot=False, sender={"sender_chat": self.json()}, text=shown, entities=entities
        )
        self._queue("channel_post", message.json())
        self.touch()
        return message.id

    def remove_bot(self) -> None:
        """Take the bot out of the channel: it gets 403."""
        if not self.removed:
            self.removed = True
            self._world.membership(self, self._world.somebody(), "administrator", "kicked")

    def restore_bot(self) -> None:
        """Make the bot administrator again."""
        if self.removed:
            self.removed = False
            self._world.membership(self, self._world.somebody(), "kicked", "administrator")
