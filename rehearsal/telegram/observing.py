"""What can be told to those who watch the local Telegram, while it happens."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rehearsal.telegram.record import CallRecord
    from rehearsal.telegram.updates import Pending

Gone = Literal["confirmed", "expired", "dropped"]


class Observer:
    """Somebody who watches; here nothing comes of it. Given to `Telegram.observe`."""

    def queued(self, update: Mapping[str, Any], pending: "Pending") -> None:
        """Something happened that the bot will be told of."""

    def handed(self, batch: Sequence["Pending"]) -> None:
        """These updates are about to be handed to the bot (not for the first time, perhaps)."""

    def gone(self, pending: "Pending", why: Gone) -> None:
        """An update left the queue: confirmed by the bot, too old, or dropped at its request."""

    def called(self, call: "CallRecord") -> None:
        """A call of the bot is over."""
