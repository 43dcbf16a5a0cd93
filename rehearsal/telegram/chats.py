"""Messages as the server keeps them and as a person sees them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rehearsal.telegram.files import StoredFile
from rehearsal.telegram.formatting import to_html
from rehearsal.telegram.markup import Entity


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    text: str
    callback_data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A file in the chat."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message as now displayed; a later edit makes a new one.

    date is in Unix seconds of the event's time; entities are Bot API objects, their offsets in UTF-16 code
    units.
    """

    id: int
    from_bot: bool
    date: int
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    caption: str | None = None
    keyboard: tuple[tuple[Button, ...], ...] = ()
    photo: bytes | None = field(default=None, repr=False)
    document: DocumentShown | None = None
    edits: int = 0
    reply_to: int | None = None
    media_group_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """Text or caption, plain."""
        return self.text if self.text is not None else self.caption or ""

    @property
    def html(self) -> str:
        """Text or caption as HTML for a page, everything escaped that must be."""
        return to_html(self.shown, list(self.entities))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, row after row."""
        return tuple(button for row in self.keyboard for button in row)

    def button(self, text: str) -> Button | None:
        """The first button whose text contains `text`."""
        return next((button for button in self.buttons if text in button.text), None)


class Changes:
    """A counter that can be waited on."""

    def __init__(self) -> None:
        self.version = 0
        self._waiting: list[asyncio.Future[None]] = []

    def touch(self) -> None:
        """Count one change and wake everybody."""
        self.version += 1
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def changed(self, after: int, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - part of the API
        """Wait until version > after; False when `timeout` wall seconds pass first."""
        try:
            async with asyncio.timeout(timeout):
                while self.version <= after:
                    future = asyncio.get_running_loop().create_future()
                    self._waiting.append(future)
                    await future
        except TimeoutError:
            # Those who gave up are swept here, or a quiet chat would gather them.
            self._waiting = [future for future in self._waiting if not future.done()]
            return self.version > after
        return True


@dataclass(slots=True)
class Message:
    """A message as the server keeps it: one object, changed by edits."""

    id: int
    date: int
    chat: dict[str, Any]
    sender: dict[str, Any]
    from_bot: bool
    text: str | None = None
    caption: str | None = None
    entities: list[Entity] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    photo: StoredFile | None = None
    document: StoredFile | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    reply_to: "Message | None" = None
    media_group_id: str | None = None
    edit_date: int | None = None
    edits: int = 0
    number: int = 0  # of a channel post, in the order of posting
    _view: SentMessage | None = None

    def json(self, *, with_reply: bool = True) -> dict[str, Any]:
        """The Bot API object."""
        body: dict[str, Any] = {"message_id": self.id, **self.sender, "chat": self.chat, "date": self.date}
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if with_reply and self.reply_to is not None:
            body["reply_to_message"] = self.reply_to.json(with_reply=False)
        if self.media_group_id is not None:
            body["media_group_id"] = self.media_group_id
        if self.photo is not None:
            body["photo"] = self.photo.photo_json()
        if self.document is not None:
            body["document"] = self.document.document_json()
        body |= self.extra
        if self.text is not None:
            body["text"] = self.text
            if self.entities:
                body["entities"] = self.entities
        elif self.caption:
            body["caption"] = self.caption
            if self.entities:
                body["caption_entities"] = self.entities
        if self.markup is not None:
            body["reply_markup"] = self.markup
        return body

    def arrived(self, date: int) -> None:
        """It was sent at `date`, later than it was written."""
        self.date = date
        self._view = None

    def edited(self, date: int) -> None:
        """Count an edit at `date`."""
        self.edit_date = date
        self.edits += 1
        self._view = None

    def view(self) -> SentMessage:
        """As displayed now."""
        if self._view is None:
            self._view = SentMessage(
                id=self.id,
                from_bot=self.from_bot,
                date=self.date,
                text=self.text,
                entities=tuple(self.entities),
                caption=self.caption or None,
                keyboard=tuple(tuple(row) for row in _rows(self.markup)),
                photo=self.photo.data if self.photo is not None else None,
                document=None
                if self.document is None
                else DocumentShown(self.document.name, self.document.data),
                edits=self.edits,
                reply_to=None if self.reply_to is None else self.reply_to.id,
                media_group_id=self.media_group_id,
                extra=self.extra,
            )
        return self._view


def _rows(markup: dict[str, Any] | None) -> Iterator[list[Button]]:
    for row in (markup or {}).get("inline_keyboard", []):
        yield [Button(button["text"], button.get("callback_data"), button.get("url")) for button in row]
