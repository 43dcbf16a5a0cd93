"""Everything the local Telegram knows: chats, files, taps and updates that wait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from rehearsal.telegram.chats import Changes, Message
from rehearsal.telegram.errors import QUERY_TOO_OLD, bad_request, forbidden
from rehearsal.telegram.files import FileStore
from rehearsal.telegram.limits import Limits
from rehearsal.telegram.observing import Gone, Observer
from rehearsal.telegram.people import Answer, Phone
from rehearsal.telegram.places import Channel, Chat
from rehearsal.telegram.profile import Profile
from rehearsal.telegram.record import Recorder
from rehearsal.telegram.updates import Pending, UpdateQueue

ADMINISTRATOR_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": False,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": False,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_post_messages": True,
    "can_edit_messages": True,
}


@dataclass(slots=True)
class _Tap:
    phone: Phone
    born: float


class World:
    """The state behind the methods; it knows nothing of HTTP."""

    def __init__(
        self,
        bot: dict[str, Any],
        now: Callable[[], datetime],
        recorder: Recorder,
        *,
        seed: int,
        callback_seconds: float,
        limits: Limits | None,
        monotonic: Callable[[], float],
    ) -> None:
        random = Random(f"telegram {seed}")
        self.bot = bot
        self.now = now
        self.recorder = recorder
        self.limits = limits
        self.changes = Changes()
        self.files = FileStore()
        self.profile = Profile(str(bot["first_name"]))
        self.updates = UpdateQueue(random.randrange(100_000_000, 900_000_000))
        self.phones: dict[int, Phone] = {}
        self.channels: dict[int, Channel] = {}
        self.webhook: dict[str, Any] = {}
        self.webhook_error: tuple[int, str] | None = None
        self.webhook_changed: Callable[[], None] = lambda: None
        self.observers: list[Observer] = []
        self.monotonic = monotonic
        self._callback_seconds = callback_seconds
        self._taps: dict[str, _Tap] = {}
        self._next_callback = random.randrange(10**18, 4 * 10**18)
        # Private chats share one numbering, as each account has its own; a channel numbers its posts.
        self._next_message = 1
        self._next_group = random.randrange(10**16, 10**17)

    def unix_now(self) -> int:
        """The event's time in whole Unix seconds, as dates of messages are."""
        return int(self.now().timestamp())

    def queue(self, kind: str, payload: Any, chat: Chat | None = None) -> None:
        """Queue an update about something that was done in `chat`, and record it.

        Without `chat` the update is a forged one, and the chat is only what it says of itself.
        """
        now = self.now()
        if chat is not None:
            chat.last_update = now
            if self.limits is not None:
                chat.last_update_wall = self.monotonic()
        chat_id = chat.id if chat is not None else _chat_in(payload)
        if (added := self.updates.add(kind, payload, chat_id, now)) is not None:
            self.recorder.update(now, added[0])
            for observer in self.observers:
                observer.queued(*added)

    def observe(self, observer: Observer) -> None:
        """From now on tell `observer` what happens."""
        self.observers.append(observer)
        self.updates.on_gone = self._gone

    def _gone(self, pending: Pending, why: Gone) -> None:
        for observer in self.observers:
            observer.gone(pending, why)

    def new_message(self, chat: Chat, *, from_bot: bool, sender: dict[str, Any], **parts: Any) -> Message:
        """Put a message in a chat; the caller touches the chat when it is whole."""
        if isinstance(chat, Channel):
            number, chat.next_id = chat.next_id, chat.next_id + 1
        else:
            number, self._next_message = self._next_message, self._next_message + 1
        message = Message(
            id=number, date=self.unix_now(), chat=chat.json(), sender=sender, from_bot=from_bot, **parts
        )
        chat.store[number] = message
        return message

    def new_media_group(self) -> str:
        """An identifier for an album."""
        self._next_group += 1
        return str(self._next_group)

    def new_callback_id(self) -> str:
        """An identifier for a tap."""
        self._next_callback += 1
        return str(self._next_callback)

    def new_tap(self, phone: Phone, callback_id: str) -> None:
        """A tap arrived, and now waits for an answer."""
        self._taps[callback_id] = _Tap(phone, self.monotonic())

    def tapped_by(self, callback_id: str) -> Phone | None:
        """Whose tap this is, if it waits for an answer, in time or not."""
        tap = self._taps.get(callback_id)
        return None if tap is None else tap.phone

    def forget_tap(self, callback_id: str) -> None:
        """Nobody waits for the answer to this tap any more: it will be too old."""
        self._taps.pop(callback_id, None)

    def answer_callback(self, callback_id: str, text: str, *, show_alert: bool, url: str | None) -> None:
        """Answer a tap once and in time, or ApiError 400."""
        tap = self._taps.pop(callback_id, None)
        if tap is None or self.monotonic() - tap.born > self._callback_seconds:
            raise bad_request(QUERY_TOO_OLD)
        tap.phone.answered(callback_id, Answer(text, show_alert, url, self.now()))

    def chat(self, chat_id: int | str) -> Chat:
        """The chat a bot names, or ApiError 400."""
        if isinstance(chat_id, str):
            name = chat_id.removeprefix("@").lower()
            found: Chat | None = next(
                (c for c in self.channels.values() if c.username is not None and c.username.lower() == name),
                None,
            )
        else:
            found = self.phones.get(chat_id) or self.channels.get(chat_id)
        if found is None:
            raise bad_request("chat not found")
        return found

    def open_chat(self, chat_id: int | str) -> Chat:
        """The chat a bot writes to, or ApiError: 400 unknown, 403 not started, blocked or left."""
        found = self.chat(chat_id)
        if isinstance(found, Phone):
            if found.blocked:
                raise forbidden("bot was blocked by the user")
            if not found.started:
                raise forbidden("bot can't initiate conversation with a user")
        elif isinstance(found, Channel) and found.removed:
            raise forbidden("bot was kicked from the channel chat")
        return found

    def take(self, chat: Chat, messages: int = 1, *, paid: bool = False) -> None:
        """Count sends or edits against the limits, or ApiError 429."""
        limits = self.limits
        if limits is None:
            return
        if limits.real_time:
            now, last = self.monotonic(), chat.last_update_wall
        else:
            now = self.now().timestamp()
            last = None if chat.last_update is None else chat.last_update.timestamp()
        limits.take(
            chat.id,
            now,
            channel=isinstance(chat, Channel),
            last_update=last,
            messages=messages,
            paid=paid,
        )

    def membership(self, chat: Chat, by: dict[str, Any], old: str, new: str) -> None:
        """Tell the bot that its own standing in a chat changed."""
        chat.touch()
        payload = {
            "chat": chat.json(),
            "from": by,
            "date": self.unix_now(),
            "old_chat_member": self.bot_member(old),
            "new_chat_member": self.bot_member(new),
        }
        self.queue("my_chat_member", payload, chat)

    def bot_member(self, status: str) -> dict[str, Any]:
        """The bot as a ChatMember."""
        body: dict[str, Any] = {"user": self.bot_user(), "status": status}
        if status == "kicked":
            body["until_date"] = 0
        elif status == "administrator":
            body |= ADMINISTRATOR_RIGHTS
        return body

    def bot_user(self) -> dict[str, Any]:
        """The bot as a User, as it stands in messages."""
        return {key: self.bot[key] for key in ("id", "is_bot", "first_name", "username")}

    def somebody(self) -> dict[str, Any]:
        """An administrator of the channel who is nobody in particular."""
        return {"id": 777000, "is_bot": False, "first_name": "Regia"}

    def record_post(self, channel: Channel, message: Message) -> None:
        """Keep a post of the channel in files."""
        picture = message.photo
        name = picture.name if picture is not None else message.document.name if message.document else "text"
        self.recorder.channel_post(
            message.number, name, picture.data if picture is not None else None, message.view().shown
        )


def _chat_in(payload: Any) -> int:
    """The id of the chat that a forged update is about, or of its sender; 0: it says nothing of the kind."""
    if not isinstance(payload, dict):
        return 0
    message = payload.get("message")
    for place in (
        message.get("chat") if isinstance(message, dict) else None,
        payload.get("chat"),
        payload.get("from"),
    ):
        number = place.get("id") if isinstance(place, dict) else None
        if isinstance(number, int):
            return number
    return 0
