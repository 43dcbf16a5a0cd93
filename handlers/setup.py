"""All handlers, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import confirming, steering, unknown
from handlers.facilitator import priorities, questions, table
from handlers.participant import contributions, dots, information, joining, typed
from handlers.regia import agenda, charts, phases

if TYPE_CHECKING:
    from handlers.context import BolliniApplication


def setup(application: BolliniApplication) -> None:
    """Add every handler of the bot."""
    for module in (
        joining,
        information,
        dots,
        contributions,
        table,
        priorities,
        questions,
        phases,
        agenda,
        charts,
        steering,
        confirming,
        typed,
        unknown,
    ):
        module.setup(application)
