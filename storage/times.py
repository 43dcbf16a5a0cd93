"""Moments as they rest in the database: text, UTC, fixed width, so that they sort as they are."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """An aware datetime as "2023-12-05T09:10:00.000000Z"."""
    if moment.tzinfo is None:
        message = f"a moment without a time zone: {moment}"
        raise ValueError(message)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """The aware datetime (UTC) that `to_text` wrote."""
    return datetime.fromisoformat(text)


def from_text_or_none(text: str | None) -> datetime | None:
    """The same for a column that may be empty."""
    return None if text is None else from_text(text)
