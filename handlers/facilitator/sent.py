"""What a message with a file brings, as a note would have it: decoding, and nothing of it is kept here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from participation.table_notes import Sent
from storage.notes import Wish

if TYPE_CHECKING:
    from telegram import Audio, Document, Message, PhotoSize, VideoNote, Voice

    from storage.notes import Form, Kind

    Carried = PhotoSize | Document | Voice | Audio | VideoNote

PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
PICTURE_ENDINGS: Final = ("jpg", "jpeg", "png", "webp")
SOUND_ENDINGS: Final = ("ogg", "oga", "opus", "mp3", "m4a", "aac", "wav", "flac", "amr", "webm")


def sent_in(message: Message) -> Sent | None:
    """What a message brings; None when it brings no file."""
    moving = message.animation or message.video
    if moving is not None:
        # An animation is a document, too.
        wish = Wish("document", None, moving.file_id, moving.file_unique_id)
        return Sent(message.message_id, None, wish, None, None, "", why="video")
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return _sent(message, "photo", "photo", largest)
    if message.document is not None:
        return _sent(message, document_kind(message.document), "document", message.document)
    sounds: tuple[tuple[Form, Voice | Audio | VideoNote | None], ...] = (
        ("voice", message.voice),
        ("audio", message.audio),
        ("video_note", message.video_note),
    )
    return next((_sent(message, "voice", form, sound) for form, sound in sounds if sound is not None), None)


def _sent(message: Message, kind: Kind | None, form: Form, carried: Carried) -> Sent:
    plays = getattr(carried, "duration", None)
    seconds = int(plays.total_seconds()) if isinstance(plays, timedelta) else plays
    return Sent(
        message.message_id,
        kind,
        Wish(form, seconds, carried.file_id, carried.file_unique_id),
        carried.file_size,
        message.media_group_id,
        message.caption or "",
    )


def document_kind(document: Document) -> Kind | None:
    """What a file is, by what it is said to be. What it really is is seen when it is here."""
    said = (document.mime_type or "").casefold()
    ending = (document.file_name or "").rpartition(".")[2].casefold()
    if said in PICTURES or (not said and ending in PICTURE_ENDINGS):
        return "photo"
    if said.startswith("audio/") or (not said and ending in SOUND_ENDINGS):
        return "voice"
    return None


def uniques_in(message: Message) -> tuple[str, ...]:
    """The names that Telegram always gives the files of a message."""
    carried = (message.voice, message.audio, message.video_note, message.document, *message.photo)
    return tuple(each.file_unique_id for each in carried if each is not None)
