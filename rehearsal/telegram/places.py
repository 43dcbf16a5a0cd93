"""Where messages stand: what every chat has in common, and the regia channel."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from rehearsal.telegram.chats import Changes, Message, SentMessage
from rehearsal.telegram.formatting import typed_text

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.telegram.world import World


class Chat(ABC):
    """What a phone and a channel have in common: messages, and changes that can be waited on."""

    def __init__(self, world: "World", chat_id: int) -> None:
        self._world = world
        self._changes = Changes()
        self.id = chat_id
        self.store: dict[int, Message] = {}
        self.last_update: datetime | None = None
        # The same by the wall clock, for limits in real time.
        self.last_update_wall: float | None = None

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

    @abstractmethod
    def json(self) -> dict[str, Any]:
        """The Bot API Chat."""

    def _queue(self, kind: str, payload: Any) -> None:
        self._world.queue(kind, payload, self)


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
