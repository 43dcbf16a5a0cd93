"""Notices about the notes of a table: photos and voice messages, what is said of them, and the list."""

from __future__ import annotations

from datetime import datetime

from participation.notices import Notice


class NoteScreen(Notice):
    """A note as it stands, on a screen that changes with it.

    `kind`: "text", "photo" or "voice"; of a voice message `seconds`. Of its files `kept` are in the folder,
    `wished` are still to come (`delayed`: "network" or "disk" when that takes long) and `lost` never will
    (each: why, "large", "kind" or "gone"). `captions` came with them; `text`: what was typed as or about it,
    by reply or command. `others`: tables that who sees it could give it to; `writes`: whether they may change
    it.
    """

    id: str
    table: str
    number: int
    kind: str
    session: int
    strategy: str | None
    seconds: int | None
    kept: int
    wished: int
    delayed: str | None
    lost: tuple[str, ...]
    captions: tuple[str, ...]
    text: str | None
    withdrawn: bool
    others: tuple[str, ...]
    writes: bool


class NoteLine(Notice):
    """A note in the list. `files`: how many it has; `missing`: of these, how many are not kept (yet).

    `text`: what was typed as or about it, or else its captions.
    """

    id: str
    number: int
    kind: str
    session: int
    at: datetime
    seconds: int | None
    files: int
    missing: int
    text: str | None
    to_transcribe: bool
    withdrawn: bool


class NoteList(Notice):
    """All notes of a table. `writes`: whether who reads it may take notes there."""

    table: str
    notes: tuple[NoteLine, ...]
    writes: bool


class NoteUnusable(Notice):
    """What was sent cannot be a note. `why`: "large" (a file), "video", or "kind" (something else)."""

    why: str


class NoteFileLeftOut(Notice):
    """Who takes no table's notes sent a file with a caption: only the caption is heard, as any message is."""


class NoteFileLost(Notice):
    """A file of a note will never be kept. `why`: "large", "kind" or "gone"; `kind` is the note's."""

    table: str
    number: int
    kind: str
    why: str


class NoteWritten(Notice):
    """What was typed about a note (a transcription, say) was kept; `replaced`: in place of another text."""

    table: str
    number: int
    kind: str
    replaced: bool


class NoteCaptionEdited(Notice):
    """The caption of a photo or a voice message was changed; `removed`: it has none any more."""

    table: str
    number: int
    removed: bool


class NoteFileStays(Notice):
    """The photo in a message was replaced by another: the note keeps the first."""

    table: str
    number: int


class NoteStands(Notice):
    """A note is withdrawn now, or stands (again). `changed` False: it was so before.

    `files`: how many it had, which are removed, or fetched again.
    """

    id: str
    table: str
    number: int
    withdrawn: bool
    changed: bool
    files: int = 0


class NoteIsWithdrawn(Notice):
    """Nothing can be done with a note that is withdrawn, but have it stand again."""

    id: str
    table: str
    number: int


class NoteMoved(Notice):
    """A note is another table's now, under a number of that table."""

    table: str
    number: int
    from_table: str
    from_number: int


class NoteUnknown(Notice):
    """There is no note with this number at the table."""

    table: str
    misread: str


class NoteCommandUnclear(Notice):
    """What `/note` understands."""

    table: str
    misread: str


class NoteNotShown(Notice):
    """Telegram did not take the file of a note just now: it can be asked for again."""
